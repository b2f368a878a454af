"""Measure a model: tables on stdout, and a report folder with a page, figures and plots."""

from __future__ import annotations

import json
import time
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from tyro.conf import arg

from vaegmm.cli.answer import Answer, settings_of
from vaegmm.cli.command import run_command
from vaegmm.cli.options import DataDir, Dataset, Device, Digits, Json, OutputDir, Seed, Weights
from vaegmm.cli.parse import say
from vaegmm.cli.subject import LONG, choose_subject
from vaegmm.config import MixtureConfig

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.evaluation.tasks import Section, Subject

Task = Literal[
    "classification", "clustering", "reconstruction", "generation", "likelihood", "calibration",
    "outliers", "drawings", "muddle", "morph", "augmentation",
]  # fmt: skip
COUNTS = (
    "n_likelihood_images", "n_likelihood_samples", "n_muddles", "n_morphs", "augmentation_seeds",
)  # fmt: skip


@dataclass(frozen=True)
class EvaluateArguments:
    """Measure a model on test images it has never seen.

    Tables are printed, and a folder is written that holds them as a page, report.html, with
    metrics.json and plots.
    """

    EXAMPLES: ClassVar = (
        "--dataset sample --output-dir reports/first",
        "--weights weights/digits148 --tasks muddle",
    )

    tasks: Annotated[tuple[Task, ...], arg(metavar="[TASK ...]")] = tuple(
        task for task in typing.get_args(Task) if task != LONG
    )
    """What to measure; when not given everything but augmentation, which takes up to half an hour
    and fits models of its own."""
    digits: Digits = ()
    n_components: tuple[int, ...] = ()
    """Also fit new mixtures of these sizes to the latents of the training images (no labels but
    for names), and add a row for each."""
    posterior_samples: int = MixtureConfig.posterior_samples
    """Draws z ~ q(z|x) per image that the new mixtures are fitted to; 0 fits the means."""
    others: Annotated[tuple[str, ...] | None, arg(metavar="[NAME ...]")] = None
    """Data sets that hold no digits, for the outliers; fashion-mnist when not given and the data
    set is mnist, else none. Noise and scribbles are made here."""
    n_likelihood_images: int = 1000
    """Test images whose likelihood is bounded, drawn at random."""
    n_likelihood_samples: int = 100
    """Draws for each of them; the bound grows tighter with their number."""
    n_muddles: int = 1000
    """Images made to lie between two labels, of each kind."""
    n_morphs: int = 500
    """Pairs of test images that turn into each other, along each path."""
    plain: Annotated[str | None, arg(metavar="WEIGHTS")] = None
    """Model folder, or user/name[@revision]: the same network as a plain VAE (configs/plain.toml),
    whose draws from N(0, I) stand beside the model's samples."""
    augmentation_sizes: tuple[int, ...] = (5, 10, 20, 50, 100)
    """Real digits of each label that small classifiers learn from, for augmentation."""
    augmentation_seeds: int = 5
    """How often those digits are chosen."""
    output_dir: OutputDir = None
    weights: Weights = None
    dataset: Dataset = "mnist"
    data_dir: DataDir = None
    seed: Seed = 0
    device: Device = "auto"
    json: Json = False


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run_command("evaluate", EvaluateArguments, evaluate, argv)


def evaluate(arguments: EvaluateArguments, answer: Answer) -> None:
    """Measure as the arguments say; print the tables and write the report folder.

    Raises:
        ValueError: weights or data that cannot be read or do not fit.
        OSError: a folder that cannot be written.
    """
    from vaegmm.evaluation.figures import FIGURES
    from vaegmm.evaluation.page import as_text
    from vaegmm.evaluation.report import write_report
    from vaegmm.hub.weights import find_weights
    from vaegmm.model import VAEGMM
    from vaegmm.runtime import resolve_device

    begun = time.perf_counter()
    weights = find_weights(arguments.weights)
    model = VAEGMM.from_pretrained(weights.folder).to(resolve_device(arguments.device))
    folder = Path(arguments.output_dir or f"reports/{weights.name}")
    _check(arguments, folder)
    subject = choose_subject(model, folder, arguments)
    labels = subject.test.labels.unique().tolist()
    names = ", ".join(map(str, labels))
    what = f"{len(subject.test):,} test images of {arguments.dataset} labelled {names}"
    title = f"{weights.title} on {what}"
    say(title)
    sections = _measure(subject, arguments.tasks)
    for section in sections:
        say(f"\n{section.title}. {section.note}\n{as_text(section.head, section.rows)}")
    write_report(title, model, sections, folder)
    page = folder / "report.html"
    values = {
        "output_dir": str(folder), "report": str(page), "weights": weights.title,
        "n_images": len(subject.test), "labels": labels, "seconds": time.perf_counter() - begun,
        "metrics": json.loads((folder / FIGURES).read_text(encoding="utf-8")),
        "settings": settings_of(arguments),
    }  # fmt: skip
    answer(values, f"\n{page}, metrics.json and plots in {folder}")


def _check(arguments: EvaluateArguments, folder: Path) -> None:
    from vaegmm.runtime import MAX_SEED

    if (folder / "run.json").exists():
        raise ValueError(f"{folder} holds a run of training; give another --output-dir")
    if not arguments.tasks:
        raise ValueError(f"tasks must name at least one of {', '.join(typing.get_args(Task))}")
    if not 0 <= arguments.seed <= MAX_SEED:
        raise ValueError(f"the seed must be from 0 to {MAX_SEED}, got {arguments.seed}")
    for name in COUNTS:
        if getattr(arguments, name) < 1:
            raise ValueError(f"{name} must be at least 1, got {getattr(arguments, name)}")


def _measure(subject: Subject, tasks: Sequence[Task]) -> list[Section]:
    from tqdm import tqdm

    from vaegmm.evaluation.tasks import TASKS

    sections = []
    bar = tqdm(tasks, leave=False, disable=None)
    for task in bar:
        bar.set_description(task)
        sections.append(TASKS[task](subject))
    return sections
