"""What machines read of a model card, its YAML; and what is known of the data sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from vaegmm.evaluation.figures import Figures
from vaegmm.evaluation.markdown import as_line, escape
from vaegmm.model_config import ModelConfig, name_labels

if TYPE_CHECKING:
    from huggingface_hub import EvalResult

TASK = "image-classification"
WORDS = re.compile(r"(?P<n>[\d,]+) training images of (?P<name>.+), labels [\d, ]+", re.DOTALL)
TAGS = ("gaussian-mixture", "clustering", "image-generation", "representation-learning", "pytorch")
MNIST = (
    "MNIST (LeCun, Cortes and Burges) is available under [CC BY-SA "
    "3.0](https://creativecommons.org/licenses/by-sa/3.0/)"
)


@dataclass(frozen=True)
class DataSet:
    """What a card says of a data set.

    Attributes:
        title: its name for people.
        hub_id: its repository on the hub, where there is one that its makers or the hub keep.
        kind: its type in the results: the repository, or else a word.
        licence: a clause in Markdown.
        shows: what its images show, in the plural.
    """

    title: str
    hub_id: str | None
    kind: str
    licence: str
    shows: str = "digits"


KNOWN = {
    "mnist": DataSet("MNIST", "ylecun/mnist", "ylecun/mnist", MNIST),
    "sample": DataSet("MNIST (a sample of 12,000)", "ylecun/mnist", "ylecun/mnist", MNIST),
    "fashion-mnist": DataSet(
        "Fashion-MNIST",
        "zalando-datasets/fashion_mnist",
        "zalando-datasets/fashion_mnist",
        "Fashion-MNIST (Xiao, Rasul and Vollgraf) is available under the MIT licence",
        "classes",
    ),
    "kmnist": DataSet(
        "Kuzushiji-MNIST",
        None,
        "kmnist",
        "Kuzushiji-MNIST (Clanuwat et al.) is available under [CC BY-SA "
        "4.0](https://creativecommons.org/licenses/by-sa/4.0/)",
        "classes",
    ),
}
OWN = "whoever uses these weights has to know the licence of the images that they were learned from"


def find_data_set(config: ModelConfig) -> DataSet:
    """Return what is known of the data set that a model's words name."""
    found = WORDS.fullmatch(config.training_images)
    name = _file_name(found["name"]) if found else ""
    return KNOWN.get(name) or DataSet(name or "its own images", None, "custom", OWN, "classes")


def describe_images(config: ModelConfig) -> str:
    """Return, in Markdown, what a model was trained on: of a file's path its name alone."""
    found = WORDS.fullmatch(config.training_images)
    if found is None:
        return escape(config.training_images)
    name = _file_name(found["name"])
    title = KNOWN[name].title if name in KNOWN else escape(name)
    return f"{found['n']} training images of {title}, labels {name_labels(config.labels)}"


def write_front_matter(config: ModelConfig, figures: Mapping[str, Figures], name: str) -> str:
    """Return a card's YAML, between its lines of dashes.

    Args:
        config: of the model.
        figures: of the model, by part.
        name: of the model.
    """
    # A quarter of a second that only a card needs.
    from huggingface_hub import ModelCardData

    data = find_data_set(config)
    is_plain = config.network.posterior == "point"
    first = ["autoencoder"] if is_plain else ["vae", "variational-autoencoder"]
    known = [] if data.hub_id is None else [data.hub_id.partition("/")[2].replace("_", "-")]
    results = [result for part in figures for result in _list_results(part, figures[part], config)]
    card = ModelCardData(
        license="mit",
        library_name="vaegmm",
        pipeline_tag=TASK,
        tags=[*first, *TAGS, *known],
        datasets=None if data.hub_id is None else [data.hub_id],
        metrics=["accuracy", "f1"] if results else None,
        # without results the library would write a key "model_name" that the hub does not know
        model_name=name if results else None,
        eval_results=results or None,
    )
    return f"---\n{card.to_yaml()}\n---\n"


def _list_results(part: str, figures: Figures, config: ModelConfig) -> list[EvalResult]:
    from huggingface_hub import EvalResult

    data, is_whole = find_data_set(config), config.labels == tuple(range(10))
    of_labels = (
        "" if data.kind != "custom" and is_whole else f", labels {name_labels(config.labels)}"
    )
    values = (
        ("accuracy", "Accuracy", figures.mixture.accuracy),
        ("f1", "F1, mean over the labels", figures.mixture.f1_macro),
        (
            "binary_cross_entropy",
            "Reconstruction, nats per image",
            figures.network.reconstruction_bce,
        ),
    )
    return [
        EvalResult(
            task_type=TASK,
            dataset_type=data.kind,
            dataset_name=as_line(data.title) + of_labels,
            dataset_split=part,
            metric_type=kind,
            metric_name=title,
            metric_value=value,
        )
        for kind, title, value in values
    ]


def _file_name(path: str) -> str:
    """Return the last part of a path of any system: the way to it is nobody's business."""
    return PureWindowsPath(path).name
