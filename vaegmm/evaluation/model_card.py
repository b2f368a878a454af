"""The README.md that goes with a model: what it is, how good it is, what it is not for.

It is a model card as the hub reads it, made from what lies in a model's folder, so that it can be
written when a run ends and again, under another name, when the folder is pushed to a repository.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from vaegmm.evaluation.card_data import (
    DataSet,
    describe_images,
    find_data_set,
    write_front_matter,
)
from vaegmm.evaluation.card_settings import list_settings
from vaegmm.evaluation.figures import Figures, read_figures
from vaegmm.evaluation.markdown import escape, picture, table
from vaegmm.model_config import ModelConfig, name_labels, read_config
from vaegmm.networks.vae import count_parameters
from vaegmm.training.start import BEGAN

README = "README.md"
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
HERE = "this/folder"  # where the model is, as long as it has no name
CARD_MARK = f'from_pretrained("{HERE}")'  # by which a card that nobody wrote by hand is known
MADE = {"generated.png": "Images that the model made: nobody drew them"}
PICTURES = {
    "reconstructions.png": "Images that it was not fitted to, and under each what it makes of it",
    "latents.png": "Where images lie in latent space, by label, and the mixture's components",
    "manifold.png": "What the points of the two-dimensional latent space decode to",
    "curves.png": "Loss, reconstruction and KL divergence over the epochs of training",
}
NETWORKS = {
    "conv": "convolutional",
    "conv64": "convolutional",
    "dense": "dense",
    "lstm": "recurrent",
}
HEAD = (
    "images", "number", "accuracy", "precision", "recall", "F1", "NMI", "ARI", "reconstruction",
    "ELBO", "KL",
)  # fmt: skip
LEGEND = """Precision, recall and F1 are means over the labels. NMI and ARI compare components with
labels, and reach 1 only with one component for each. Reconstruction (binary cross-entropy), ELBO
and KL (with N(0, I) as prior) are in nats per image."""
BEGAN_BEFORE = "What the weights that training began with had seen may be some of these images."
PARTS = {
    "test": "No test image was seen in training.",
    "validation": "Validation images are held back from the training part: the network was not "
    "fitted to them, but they chose when it stopped, the temperature and the outlier rule.",
}


def write_model_card(
    folder: Path, name: str | None = None, figures: Mapping[str, Figures] | None = None
) -> str:
    """Return a model card as Markdown.

    Args:
        folder: holds the model; what it holds besides, figures, pictures and the settings of a
            run, is in the card too. Nothing is written into it.
        name: of the repository that the model is to be loaded from, "user/model"; without one the
            card says "this/folder".
        figures: by part, see `SPLITS`; those of the folder's metrics.json when not given.

    Raises:
        ValueError: no model in the folder, a damaged file, or a name that no repository can have.
    """
    if name is not None and not REPOSITORY.fullmatch(name):
        raise ValueError(f"name must be a repository such as user/model, got {name!r}")
    config = read_config(folder)
    figures = read_figures(folder) if figures is None else figures
    data = find_data_set(config)
    sections = [
        f"# VAE + Gaussian mixture for the {data.shows} {name_labels(config.labels)}",
        _introduce(config, _count_parameters(folder, config), data),
        *_show_pictures(folder, MADE),
        _explain_use(name or HERE, data),
        _report_results(config, figures),
        *_show_pictures(folder, PICTURES),
        _describe_training(folder, config),
        _describe_limits(config, figures, data),
        _describe_licence(data),
    ]
    title = "vaegmm" if name is None else name.rpartition("/")[2]
    return "\n".join([write_front_matter(config, figures, title), *(f"{s}\n" for s in sections)])


def _count_parameters(folder: Path, config: ModelConfig) -> int:
    try:
        return count_parameters(config.network)
    except ValueError as error:
        raise ValueError(f"{folder / 'config.json'}: {error}") from error


def _introduce(config: ModelConfig, n_parameters: int, data: DataSet) -> str:
    network, k = config.network, len(config.component_labels)
    kind = "autoencoder" if network.posterior == "point" else "variational autoencoder"
    kind = f"{NETWORKS[network.kind]} {kind} of {n_parameters:,} parameters"
    which = f"{data.shows} {', '.join(map(str, config.labels))}"
    return f"""A {kind} turns a picture of 28 x 28 pixels
into a point of {network.latent_dim} numbers, and a Gaussian mixture of {k} components
tells which of the {which} lies there. Both ways lead
back to pictures: the model reads, and it draws what nobody ever drew."""


def _show_pictures(folder: Path, pictures: Mapping[str, str]) -> list[str]:
    return [picture(file, what) for file, what in pictures.items() if (folder / file).exists()]


def _explain_use(where: str, data: DataSet) -> str:
    return f"""## How to use

The program is called vaegmm. In its folder, `pip install ".[app]"` installs it and what its page
needs:

```python
from PIL import Image
from vaegmm import VAEGMM, classify

model = VAEGMM.from_pretrained("{where}")
answer = classify(model, Image.open("picture.png"))
print(answer.label, answer.probabilities, answer.is_outlier)
```

New {data.shows} with labels, as a data set, and, in the program's folder, the page, on which it
reads while you draw:

```sh
vaegmm generate --weights {where}
python -m app --weights {where}
```"""


def _report_results(config: ModelConfig, figures: Mapping[str, Figures]) -> str:
    if not figures:
        return "## Results\n\nNo figures came with this model."
    began = [BEGAN_BEFORE] if BEGAN in config.label_use else []
    notes = " ".join([*(PARTS[part] for part in figures), *began, LEGEND.replace("\n", " ")])
    rows = [_list_figures(part, measured) for part, measured in figures.items()]
    return f"## Results\n\n{table(HEAD, rows)}\n\n{notes}"


def _list_figures(part: str, figures: Figures) -> list[str]:
    read, rebuilt = figures.mixture, figures.network
    shares = (
        *(read.accuracy, read.precision_macro, read.recall_macro, read.f1_macro),
        *(read.nmi, read.ari),
    )
    nats = (rebuilt.reconstruction_bce, rebuilt.elbo, rebuilt.kl)
    return [
        part,
        f"{read.n_images:,}",
        *(f"{share:.4f}" for share in shares),
        *("none" if value is None else f"{value:.2f}" for value in nats),
    ]


def _describe_training(folder: Path, config: ModelConfig) -> str:
    saw_none = config.label_use.startswith("labels only name")
    without = " Network and mixture were learned without any label." if saw_none else ""
    settings = [
        ["network", f"{config.network.kind}, {config.network.latent_dim} latent dimensions"],
        ["mixture", f"{len(config.component_labels)} components, full covariances"],
        ["temperature of the probabilities", f"{config.temperature:.2f}"],
        *list_settings(folder),
    ]
    return f"""## Training

Trained on {describe_images(config)}.

What labels were used for: {escape(config.label_use)}.{without}

{table(["setting", "value"], settings)}"""


def _describe_limits(config: ModelConfig, figures: Mapping[str, Figures], data: DataSet) -> str:
    part = next(iter(figures), None)
    share = (
        "" if part is None else f" ({figures[part].mixture.outlier_share:.2%} of the {part} images)"
    )
    return f"""## Limits

- Whatever it is shown, it answers with one of {name_labels(config.labels)}. A picture whose latent
  is so unlikely and whose reconstruction is so far off, taken together, as is rare among its own,
  is called an outlier; this misses some of what is none of its {data.shows}, and takes some of them
  for something else{share}.
- It has seen pictures of 28 x 28 pixels with one thing in the middle, light on black, as MNIST has
  them. `classify` brings others into that form; several {data.shows} at once, parts, or a hand
  unlike those it learned from may be misread without warning.
- One temperature makes its probabilities honest, set on labels of the same data set: on pictures
  of another kind they need not be.
- It is a study, made to be looked into. Where a misread matters, do not rely on it."""


def _describe_licence(data: DataSet) -> str:
    return f"""## Licence

The weights are under the MIT licence. The images are not part of them: {data.licence}."""
