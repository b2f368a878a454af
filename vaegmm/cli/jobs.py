"""Which runs a command line of train asks for: their settings and their folders."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar

from tyro.conf import arg

from vaegmm.cli.configs import find_config
from vaegmm.cli.options import DataDir, Dataset, Device, Digits, Json, OutputDir, Seed
from vaegmm.cli.parse import asks_for_help, is_main_process, parse
from vaegmm.cli.program import advise, program
from vaegmm.config import (
    AugmentationConfig,
    DataConfig,
    ExperimentConfig,
    MixtureConfig,
    NetworkConfig,
    RefineConfig,
    TrainingConfig,
)
from vaegmm.files import holding
from vaegmm.settings import load_toml


@dataclass(frozen=True)
class TrainArguments:
    """Train a variational autoencoder, fit a Gaussian mixture to its latents, save both.

    A config gives the settings, and every option overrides its own. The folder that is written
    holds the model, its figures, plots and card, and what it takes to go on.
    """

    EXAMPLES: ClassVar = (
        "--config morph-dense --dataset sample --epochs 30",
        "--output-dir runs/digits148 --resume",
    )

    config: Annotated[tuple[str, ...], arg(metavar="[CONFIG ...]")] = ()
    """TOML files of experiments, or names of bundled ones, such as digits or digits148. Several are
    trained in turn and compared."""
    betas: tuple[float, ...] = ()
    """Train once for each of these weights of the KL divergence, and compare."""
    resume: bool = False
    """Go on after the last finished epoch of the run in the output folder, with its settings."""
    overwrite: bool = False
    """Replace a run that already lies in the output folder."""
    snapshots: bool = False
    """Draw samples and latents after every epoch, and a GIF of the training."""
    push_to_hub: Annotated[str | None, arg(metavar="USER/NAME")] = None
    """Repository of the Hugging Face hub that the finished model is pushed to."""
    digits: Digits = DataConfig.digits
    validation_fraction: float = DataConfig.validation_fraction
    """Share of the training images that only steers (stratified, seeded), in (0, 1)."""
    output_dir: OutputDir = None
    init_from: Annotated[str | None, arg(metavar="WEIGHTS")] = ExperimentConfig.init_from
    """Model folder, or user/name[@revision] of the Hugging Face hub, whose network the training
    begins with instead of a fresh one. Settings of the network that are not given are then that
    model's."""
    dataset: Dataset = DataConfig.dataset
    data_dir: DataDir = DataConfig.data_dir
    seed: Seed = ExperimentConfig.seed
    device: Device = ExperimentConfig.device
    json: Json = False
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    mixture: MixtureConfig = field(default_factory=MixtureConfig)
    refine: RefineConfig = field(default_factory=RefineConfig)

    @classmethod
    def of(cls, experiment: ExperimentConfig) -> TrainArguments:
        """Return the options that ask for an experiment."""
        flat = {**vars(experiment.data), **vars(experiment)}
        del flat["data"]
        return cls(**flat)

    @property
    def experiment(self) -> ExperimentConfig:
        """What these options ask for."""
        data, whole = (
            {f.name: getattr(self, f.name) for f in dataclasses.fields(kind) if f.name != "data"}
            for kind in (DataConfig, ExperimentConfig)
        )
        return ExperimentConfig(data=DataConfig(**data), **whole)


def plan(argv: Sequence[str] | None) -> dict[Path, TrainArguments]:
    """Parse the command line into runs, by folder.

    A run's TOML file gives its defaults; where it goes on, what it was begun with. What the file
    does not say about the network is as in the model that the run begins with, if it names one.
    Help tells the first run's defaults, or where there can be no such run the program's own.
    """
    try:
        return _plan(argv)
    except ValueError:
        if asks_for_help(argv):
            _parse(["--help"], ExperimentConfig())  # ends the program
        raise


def _plan(argv: Sequence[str] | None) -> dict[Path, TrainArguments]:
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    first.add_argument("--config", nargs="*", default=[])
    first.add_argument("--betas", nargs="*", default=[])
    first.add_argument("-o", "--output-dir", "--output_dir")
    first.add_argument("--resume", action="store_true")
    try:
        known, _ = first.parse_known_args(argv)
    except argparse.ArgumentError as error:
        _parse(argv, ExperimentConfig())  # says it in our words
        raise ValueError(str(error)) from error
    names = [(config, beta) for config in known.config or [None] for beta in known.betas or [None]]
    jobs: dict[Path, TrainArguments] = {}
    for config, beta in names:
        name = "unnamed" if config is None else Path(config).stem
        name = name if beta is None else f"{name}-beta{beta}"
        folder = Path(known.output_dir or "runs")
        if len(names) > 1 or not known.output_dir:
            folder /= name
        if folder in jobs:
            raise ValueError(f"two runs would be written to {folder}; name their configs apart")
        goes_on = known.resume and (folder / "run.json").exists()
        jobs[folder] = _parse_job(argv, config, beta, folder if goes_on else None)
    return jobs


def _parse_job(
    argv: Sequence[str] | None, config: str | None, beta: str | None, before: Path | None
) -> TrainArguments:
    experiment = ExperimentConfig() if config is None else load_toml(find_config(config))
    if before:
        from vaegmm.training.run import read_settings

        experiment, _ = read_settings(before)
    arguments = _parse(argv, experiment)
    init_from = arguments.experiment.init_from
    if init_from is not None and not before:
        arguments = _parse(argv, _with_network_of(init_from, config))
    if beta is None:
        return arguments
    if before and float(beta) != arguments.training.beta:
        raise ValueError(
            f"beta was {arguments.training.beta} when the run in {before} began and "
            f"cannot become {beta}"
        )
    training = dataclasses.replace(arguments.training, beta=float(beta))
    return dataclasses.replace(arguments, training=training)


def _parse(argv: Sequence[str] | None, default: ExperimentConfig) -> TrainArguments:
    prog, command = program("train"), advise("train")
    return parse(TrainArguments, argv, prog, TrainArguments.of(default), command)


def _with_network_of(init_from: str, config: str | None) -> ExperimentConfig:
    """Return a config's settings; those of the network that it does not give are a model's."""
    from vaegmm.model import VAEGMM

    default = ExperimentConfig(network=VAEGMM.from_pretrained(init_from).config.network)
    return default if config is None else load_toml(find_config(config), default)


def check_folder(folder: Path, arguments: TrainArguments, is_only: bool) -> None:
    """Refuse to write over what no --overwrite was given for, and to go on with what is not there.

    Raises:
        ValueError: says what to do instead.
    """
    from vaegmm.training.run import find_outputs

    if arguments.resume and arguments.overwrite:
        raise ValueError("--resume goes on with a run and --overwrite replaces it; give one")
    is_run = (folder / "run.json").exists()
    if arguments.resume and is_only and not arguments.config and not is_run:
        raise ValueError(f"no run to go on with in {folder}")
    found = find_outputs(folder)
    if found and not is_run:
        raise ValueError(
            f"{folder} holds {found[0]}, which no run wrote; give another --output-dir"
        )
    if found and not (arguments.overwrite or arguments.resume):
        raise ValueError(
            f"{folder} already holds a run; give another --output-dir, --resume to go on with it, "
            "or --overwrite"
        )


@contextmanager
def claiming(folders: Iterable[Path]) -> Iterator[None]:
    """Keep runs' folders from other trainings until the block ends; one that stays empty goes.

    Of several processes of one training the first one does it, for all.

    Raises:
        ValueError: another training has one of them.
        OSError: one cannot be made.
    """
    with ExitStack() as stack:
        for folder in folders if is_main_process() else ():
            stack.enter_context(_making(folder))
            if not stack.enter_context(holding(folder)):
                raise ValueError(
                    f"another process is training in {folder}; wait for its end, or give another "
                    "--output-dir"
                )
        yield


@contextmanager
def _making(folder: Path) -> Iterator[None]:
    """Make a folder, and the way to it; after the block what was made goes where it is empty."""
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        for path in made:
            with suppress(OSError):  # a run lies there
                path.rmdir()
