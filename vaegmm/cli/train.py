"""Train a model: data, VAE, mixture, names, folder."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vaegmm.cli.parse import parse, run, say
from vaegmm.config import ExperimentConfig, check_finite, load_toml

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.data.datasets import LabelledImages
    from vaegmm.model import VAEGMM
    from vaegmm.networks.vae import VAE
    from vaegmm.training.history import Epoch

PROG = "train.py"
OUTPUTS = (
    "run.json", "history.json", "best.safetensors", "config.json", "model.safetensors",
    "README.md", "metrics.json", "curves.png", "reconstructions.png", "latents.png",
)  # fmt: skip


@dataclass(frozen=True)
class TrainArguments:
    """Train a variational autoencoder, fit a Gaussian mixture to its latents, save both."""

    config: str | None = None
    """TOML file of an experiment (see configs/); every other option overrides it."""
    output_dir: str | None = None
    """Folder for model, history and plots; runs/NAME OF THE CONFIG when not given."""
    overwrite: bool = False
    """Replace a run that already lies in the output folder."""
    experiment: ExperimentConfig = field(default_factory=ExperimentConfig)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: train(parse_arguments(argv)), PROG)


def parse_arguments(argv: Sequence[str] | None) -> TrainArguments:
    """Parse the command line; the TOML file that it names gives the defaults."""
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--config")
    known, _ = first.parse_known_args(argv)
    experiment = load_toml(known.config) if known.config else ExperimentConfig()
    return parse(TrainArguments, argv, PROG, TrainArguments(experiment=experiment))


def train(arguments: TrainArguments) -> None:
    """Train as the arguments say, and write the output folder.

    Raises:
        ValueError: settings or data that do not fit, or a folder that already holds a run.
        OSError: a folder that cannot be written.
    """
    import torch

    from vaegmm.data.datasets import load_dataset, split
    from vaegmm.files import write_json
    from vaegmm.model import save_weights
    from vaegmm.training.components import attach_mixture, check_mixture
    from vaegmm.training.history import describe_run
    from vaegmm.training.loop import fit_vae

    experiment = _resolve(arguments.experiment)
    device, settings = torch.device(experiment.device), experiment.data
    data = load_dataset(settings.dataset, True, settings.digits, settings.data_dir)
    parts = split(data, settings.validation_fraction, experiment.seed)
    check_mixture(experiment.mixture, data)
    folder = _make_folder(arguments)
    say(f"{len(parts.train):,} images to learn from, {len(parts.validation):,} to steer by")
    say(f"{device}, {experiment.training.precision}; writing to {folder}")
    write_json(folder / "run.json", _describe_settings(experiment))

    epochs: list[Epoch] = []

    def keep(epoch: Epoch, network: VAE) -> None:
        epochs.append(epoch)
        write_json(folder / "history.json", [dataclasses.asdict(e) for e in epochs])
        if epoch.is_best:
            save_weights(network, folder / "best.safetensors")

    fitted = fit_vae(
        parts,
        experiment.network,
        experiment.training,
        experiment.augmentation,
        device,
        experiment.seed,
        keep,
    )
    say(describe_run(fitted.history))
    words = _describe_data(settings.dataset, data)
    model = attach_mixture(fitted.network, data, experiment.mixture, experiment.seed, words)
    _report(model, parts.validation, fitted.history, folder)
    (folder / "best.safetensors").unlink()  # model.safetensors now holds the same weights


def _resolve(experiment: ExperimentConfig) -> ExperimentConfig:
    """Check what is the same for all data, and put real values for every "auto"."""
    from vaegmm.runtime import resolve_device, resolve_precision

    check_finite(experiment)
    if not 0 <= experiment.seed < 2**32:
        raise ValueError(f"seed must be from 0 to {2**32 - 1}, got {experiment.seed}")
    device = resolve_device(experiment.device)
    precision = resolve_precision(experiment.training.precision, device)
    training = dataclasses.replace(experiment.training, precision=precision)
    return dataclasses.replace(experiment, training=training, device=str(device))


def _report(model: VAEGMM, validation: LabelledImages, history: list[Epoch], folder: Path) -> None:
    """Measure the model on the validation images; save it, its figures and plots."""
    from vaegmm.evaluation.metrics import format_table, measure
    from vaegmm.evaluation.model_card import write_model_card
    from vaegmm.evaluation.plots import plot_curves, plot_latents, plot_reconstructions
    from vaegmm.files import write_json
    from vaegmm.latents import encode_images

    metrics = measure(model, validation)
    model.save_pretrained(folder, write_model_card(model, metrics))
    write_json(folder / "metrics.json", {"validation": dataclasses.asdict(metrics)})
    plot_curves(history, folder / "curves.png")
    plot_reconstructions(model, validation.images, folder / "reconstructions.png")
    z = encode_images(model.network, validation.images)
    plot_latents(model, z, validation.labels, folder / "latents.png")
    say(format_table({f"validation (in the mixture's fit), {metrics.label_use}": metrics}))
    say(f"reconstruction BCE {metrics.reconstruction_bce:.2f} nats per image")
    say(f"saved to {folder}")


def _make_folder(arguments: TrainArguments) -> Path:
    """Make the output folder; with --overwrite, clear it of an earlier run."""
    name = Path(arguments.config).stem if arguments.config else "unnamed"
    folder = Path(arguments.output_dir or f"runs/{name}")
    if (folder / "history.json").exists() and not arguments.overwrite:
        raise ValueError(f"{folder} already holds a run; give another --output-dir, or --overwrite")
    folder.mkdir(parents=True, exist_ok=True)
    for name in OUTPUTS:  # else a run that fails would leave the old model beside its own history
        (folder / name).unlink(missing_ok=True)
    return folder


def _describe_settings(experiment: ExperimentConfig) -> dict[str, object]:
    import torch

    settings = dataclasses.asdict(experiment)
    return {**settings, "torch": torch.__version__, "threads": torch.get_num_threads()}


def _describe_data(name: str, data: LabelledImages) -> str:
    labels = ", ".join(map(str, data.labels.unique().tolist()))
    return f"{len(data):,} training images of {Path(name).name}, labels {labels}"
