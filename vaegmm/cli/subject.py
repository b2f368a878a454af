"""What evaluate measures: the model, test images, new mixtures, images that are no digits."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vaegmm.config import MixtureConfig

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from torch import Tensor

    from vaegmm.cli.evaluate import EvaluateArguments
    from vaegmm.data.datasets import LabelledImages
    from vaegmm.evaluation.judge import Judge
    from vaegmm.evaluation.metrics import Metrics
    from vaegmm.evaluation.tasks import Subject
    from vaegmm.model import VAEGMM

LONG = "augmentation"  # half an hour on two cores, and says nothing of the model
JUDGED = ("mnist", "sample")  # data sets whose images the judge knows
NO_DIGITS = ("fashion-mnist", "kmnist")


def choose_subject(model: VAEGMM, folder: Path, arguments: EvaluateArguments) -> Subject:
    """Load what is measured, fit the new mixtures, and make the folder of the report.

    Raises:
        ValueError: labels, data, sizes or a plain model that do not fit.
    """
    from vaegmm.data.datasets import keep_digits, load_dataset
    from vaegmm.evaluation.tasks import Subject

    a = arguments
    digits = _choose_digits(model, a.digits)
    everything = load_dataset(a.dataset, False, (), a.data_dir)
    test = keep_digits(everything, digits, a.dataset)
    others = _load_others(model, everything, a) if "outliers" in a.tasks else {}
    plain = _load_plain(model, a)
    judge = _choose_judge(model, digits, a)
    train = _load_train(digits, a) if judge or a.n_components or LONG in a.tasks else None
    folder.mkdir(parents=True, exist_ok=True)
    return Subject(
        model,
        test,
        _measure_mixtures(model, train, test, a),
        others,
        folder,
        train,
        judge,
        a.dataset not in NO_DIGITS,
        a.seed,
        a.n_likelihood_images,
        a.n_likelihood_samples,
        a.n_muddles,
        a.n_morphs,
        plain,
        a.augmentation_sizes,
        a.augmentation_seeds,
    )


def _choose_digits(model: VAEGMM, asked: tuple[int, ...]) -> tuple[int, ...]:
    strangers = sorted(set(asked) - set(model.labels))
    if strangers:
        known = ", ".join(map(str, model.labels))
        raise ValueError(f"digits must be among the model's labels {known}, got {strangers[0]}")
    return asked or model.labels


def _load_others(
    model: VAEGMM, everything: LabelledImages, arguments: EvaluateArguments
) -> dict[str, Tensor]:
    """Load images, by name, that are none of the model's digits."""
    import torch

    from vaegmm.data.datasets import TORCHVISION, load_dataset

    others = {}
    rest = ~torch.isin(everything.labels, torch.tensor(model.labels))
    if rest.any():
        others["other labels"] = everything.images[rest]
    names = ("fashion-mnist",) if arguments.dataset == "mnist" else ()
    for name in names if arguments.others is None else arguments.others:
        train = name not in TORCHVISION  # one's own file has no better part
        others[name] = load_dataset(name, train, (), arguments.data_dir).images
    return others


def _choose_judge(
    model: VAEGMM, digits: tuple[int, ...], arguments: EvaluateArguments
) -> Judge | None:
    from vaegmm.evaluation.judge import Judge

    is_asked = not {"generation", "muddle", "morph"}.isdisjoint(arguments.tasks)
    shows_all = set(digits) == set(model.labels)  # as samples do
    if is_asked and arguments.dataset in JUDGED and shows_all:
        return Judge.from_pretrained()
    return None


def _load_train(digits: tuple[int, ...], arguments: EvaluateArguments) -> LabelledImages:
    """Load the training images, and refuse what they are too few for."""
    from vaegmm.data.datasets import load_dataset
    from vaegmm.evaluation.usefulness import check_sizes
    from vaegmm.training.components import check_mixture

    train = load_dataset(arguments.dataset, True, digits, arguments.data_dir)
    for n_components in arguments.n_components:
        check_mixture(_refit_config(n_components, arguments), train)
    if LONG in arguments.tasks:
        check_sizes(arguments.augmentation_sizes, train)
    return train


def _measure_mixtures(
    model: VAEGMM,
    train: LabelledImages | None,
    test: LabelledImages,
    arguments: EvaluateArguments,
) -> dict[str, Metrics]:
    """Measure the model's own mixture, and new ones in its place."""
    from vaegmm.evaluation.metrics import measure

    own = measure(model, test)
    rows = {f"K = {own.n_components} (as saved): {own.label_use}": own}
    for n_components in arguments.n_components:
        assert train is not None
        print(f"fitting a mixture of {n_components} ...", file=sys.stderr, flush=True)
        row = _measure_refit(model, train, test, n_components, arguments)
        rows[f"K = {n_components} (fitted anew): {row.label_use}"] = row
    return rows


def _load_plain(model: VAEGMM, arguments: EvaluateArguments) -> VAEGMM | None:
    from vaegmm.model import VAEGMM

    if arguments.plain is None:
        return None
    plain = VAEGMM.from_pretrained(arguments.plain)
    if plain.network.config != model.network.config:
        raise ValueError(
            f"plain must be a model of the same network as the weights, got {arguments.plain} with "
            f"{plain.network.config}; train it with these settings and beta 1"
        )
    return plain.to(model.means.device)


def _measure_refit(
    model: VAEGMM,
    train: LabelledImages,
    test: LabelledImages,
    n_components: int,
    arguments: EvaluateArguments,
) -> Metrics:
    from vaegmm.evaluation.metrics import measure
    from vaegmm.training.components import attach_mixture

    config = _refit_config(n_components, arguments)
    words = f"mixture fitted to {len(train):,} training images"
    row = measure(attach_mixture(model.network, train, config, arguments.seed, words), test)
    # The mixture has seen no label but for its names; the network may have learned from them all.
    network = f"on a network for which: {model.config.label_use}"
    return dataclasses.replace(row, label_use=f"{row.label_use}; {network}")


def _refit_config(n_components: int, arguments: EvaluateArguments) -> MixtureConfig:
    return MixtureConfig(n_components=n_components, posterior_samples=arguments.posterior_samples)
