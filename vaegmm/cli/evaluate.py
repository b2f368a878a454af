"""Measure a model: table on stdout, metrics.json and plots in a folder."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vaegmm.cli.parse import parse, run, say
from vaegmm.config import MixtureConfig

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.data.datasets import LabelledImages
    from vaegmm.evaluation.autoencoding import AutoencoderMetrics
    from vaegmm.evaluation.metrics import Metrics
    from vaegmm.model import VAEGMM

PROG = "evaluate.py"


@dataclass(frozen=True)
class EvaluateArguments:
    """Measure a model on test images it has never seen."""

    weights: str | None = None
    """Model folder; the embedded 1/4/8 model when not given."""
    dataset: str = "mnist"
    """mnist, fashion-mnist, kmnist, sample (bundled), or the path of an .npz file."""
    data_dir: str | None = None
    """Folder in torchvision's layout; else $VAEGMM_DATA, else the user's cache."""
    digits: tuple[int, ...] = ()
    """Labels to keep; the model's own when not given."""
    n_components: tuple[int, ...] = ()
    """Also fit new mixtures of these sizes to the latents of the training images (no labels but
    for names), and add a row for each."""
    posterior_samples: int = MixtureConfig.posterior_samples
    """Draws z ~ q(z|x) per image that the new mixtures are fitted to; 0 fits the means."""
    output_dir: str | None = None
    """Folder for metrics.json and plots; reports/NAME OF THE MODEL when not given."""
    seed: int = 0
    """Of the new mixtures' starts, and of what is drawn at random."""
    device: str = "auto"
    """auto (a GPU when there is one), cpu, cuda, ..."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: evaluate(parse(EvaluateArguments, argv, PROG)), PROG)


def evaluate(arguments: EvaluateArguments) -> None:
    """Measure as the arguments say; print the table and write the report folder.

    Raises:
        ValueError: weights or data that cannot be read or do not fit.
        OSError: a folder that cannot be written.
    """
    from vaegmm.data.datasets import keep_digits, load_dataset
    from vaegmm.evaluation.autoencoding import describe_autoencoder, measure_autoencoder
    from vaegmm.evaluation.metrics import format_confusion, format_table, measure
    from vaegmm.model import DEFAULT, VAEGMM
    from vaegmm.runtime import resolve_device
    from vaegmm.training.components import check_mixture

    weights = Path(arguments.weights) if arguments.weights else DEFAULT
    model = VAEGMM.from_pretrained(weights).to(resolve_device(arguments.device))
    digits = arguments.digits or model.labels
    everything = load_dataset(arguments.dataset, False, (), arguments.data_dir)
    test = keep_digits(everything, digits, arguments.dataset)
    folder = Path(arguments.output_dir or f"reports/{weights.resolve().name}")
    if (folder / "run.json").exists():
        raise ValueError(f"{folder} holds a run of train.py; give another --output-dir")
    folder.mkdir(parents=True, exist_ok=True)
    own = measure(model, test)
    rows = {f"K = {own.n_components} (as saved): {own.label_use}": own}
    if arguments.n_components:
        train = load_dataset(arguments.dataset, True, digits, arguments.data_dir)
        for n_components in arguments.n_components:
            check_mixture(_refit_config(n_components, arguments), train)
        for n_components in arguments.n_components:
            print(f"fitting a mixture of {n_components} ...", file=sys.stderr, flush=True)
            row = _measure_refit(model, train, test, n_components, arguments)
            rows[f"K = {n_components} (fitted anew): {row.label_use}"] = row
    labels = ", ".join(map(str, own.labels))
    say(f"{weights} on {len(test):,} test images of {arguments.dataset} labelled {labels}\n")
    say(format_table(rows))
    autoencoder = measure_autoencoder(model, test, arguments.seed)
    say(f"\n{describe_autoencoder(autoencoder, model.config.network.latent_dim)}")
    say(f"called unlike any label: {own.outlier_share:.2%}{_describe_others(model, everything)}\n")
    say(format_confusion(own))
    _write_report(model, test, rows, autoencoder, folder, arguments.seed)
    say(f"\nmetrics.json and plots in {folder}")


def _describe_others(model: VAEGMM, data: LabelledImages) -> str:
    """Say how many images of labels that the model does not know it calls unlike its own."""
    import torch

    from vaegmm.evaluation.metrics import find_outliers

    others = data.images[~torch.isin(data.labels, torch.tensor(model.labels))]
    if len(others) == 0:
        return ""
    share = find_outliers(model, others).double().mean()
    return f" (of the {len(others):,} images with other labels: {share:.1%})"


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
    return measure(attach_mixture(model.network, train, config, arguments.seed, words), test)


def _refit_config(n_components: int, arguments: EvaluateArguments) -> MixtureConfig:
    return MixtureConfig(n_components=n_components, posterior_samples=arguments.posterior_samples)


def _write_report(
    model: VAEGMM,
    test: LabelledImages,
    rows: dict[str, Metrics],
    autoencoder: AutoencoderMetrics,
    folder: Path,
    seed: int,
) -> None:
    from vaegmm.evaluation.plots import plot_confusion
    from vaegmm.evaluation.report import plot_model
    from vaegmm.files import write_json

    figures = {setting: dataclasses.asdict(metrics) for setting, metrics in rows.items()}
    network = dataclasses.asdict(autoencoder)
    write_json(folder / "metrics.json", {"mixtures": figures, "network": network})
    plot_confusion(next(iter(rows.values())), folder / "confusion.png")
    plot_model(model, test, folder, seed)
