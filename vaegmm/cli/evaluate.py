"""Measure a model: tables on stdout, and a report folder with a page, figures and plots."""

from __future__ import annotations

import dataclasses
import sys
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from vaegmm.cli.parse import parse, run, say
from vaegmm.config import MixtureConfig

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.data.datasets import LabelledImages
    from vaegmm.evaluation.metrics import Metrics
    from vaegmm.evaluation.tasks import Subject
    from vaegmm.model import VAEGMM

PROG = "evaluate.py"
Task = Literal[
    "classification", "clustering", "reconstruction", "generation", "likelihood", "calibration",
    "outliers", "drawings", "muddle", "morph", "augmentation",
]  # fmt: skip
LONG = "augmentation"  # half an hour on two cores, and says nothing of the model
JUDGED = ("mnist", "sample")  # data sets whose images the judge knows
NO_DIGITS = ("fashion-mnist", "kmnist")


@dataclass(frozen=True)
class EvaluateArguments:
    """Measure a model on test images it has never seen."""

    weights: str | None = None
    """Model folder, or user/name[@revision] of the Hugging Face hub; the embedded ten-digit model
    when not given."""
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
    tasks: tuple[Task, ...] = tuple(task for task in typing.get_args(Task) if task != LONG)
    """What to measure; when not given everything but augmentation, which takes up to half an hour
    and fits models of its own."""
    others: tuple[str, ...] | None = None
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
    plain: str | None = None
    """Model folder, or user/name[@revision]: the same network as a plain VAE (configs/plain.toml),
    whose draws from N(0, I) stand beside the model's samples."""
    augmentation_sizes: tuple[int, ...] = (5, 10, 20, 50, 100)
    """Real digits of each label that small classifiers learn from, for augmentation."""
    augmentation_seeds: int = 5
    """How often those digits are chosen."""
    output_dir: str | None = None
    """Folder for report.html, metrics.json and plots; reports/NAME OF THE MODEL when not given."""
    seed: int = 0
    """Of the new mixtures' starts, and of what is drawn at random."""
    device: str = "auto"
    """auto (a GPU when there is one), cpu, cuda, ..."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: evaluate(parse(EvaluateArguments, argv, PROG)), PROG)


def evaluate(arguments: EvaluateArguments) -> None:
    """Measure as the arguments say; print the tables and write the report folder.

    Raises:
        ValueError: weights or data that cannot be read or do not fit.
        OSError: a folder that cannot be written.
    """
    from tqdm import tqdm

    from vaegmm.evaluation.page import as_text
    from vaegmm.evaluation.report import write_report
    from vaegmm.evaluation.tasks import TASKS
    from vaegmm.hub.weights import find_weights
    from vaegmm.model import VAEGMM
    from vaegmm.runtime import resolve_device

    weights = find_weights(arguments.weights)
    model = VAEGMM.from_pretrained(weights.folder).to(resolve_device(arguments.device))
    folder = Path(arguments.output_dir or f"reports/{weights.name}")
    if (folder / "run.json").exists():
        raise ValueError(f"{folder} holds a run of train.py; give another --output-dir")
    counts = ("n_likelihood_images", "n_likelihood_samples", "n_muddles", "n_morphs")
    for name in (*counts, "augmentation_seeds"):
        if getattr(arguments, name) < 1:
            raise ValueError(f"{name} must be at least 1, got {getattr(arguments, name)}")
    subject = _choose_subject(model, folder, arguments)
    labels = ", ".join(map(str, subject.test.labels.unique().tolist()))
    what = f"{len(subject.test):,} test images of {arguments.dataset} labelled {labels}"
    title = f"{weights.title} on {what}"
    say(title)
    sections = []
    bar = tqdm(arguments.tasks, leave=False, disable=None)
    for task in bar:
        bar.set_description(task)
        sections.append(TASKS[task](subject))
    for section in sections:
        say(f"\n{section.title}. {section.note}\n{as_text(section.head, section.rows)}")
    write_report(title, model, sections, folder)
    say(f"\n{folder / 'report.html'}, metrics.json and plots in {folder}")


def _choose_subject(model: VAEGMM, folder: Path, arguments: EvaluateArguments) -> Subject:
    """Load what is measured: test images, new mixtures, images that are none of the labels."""
    import torch

    from vaegmm.data.datasets import TORCHVISION, keep_digits, load_dataset
    from vaegmm.evaluation.judge import Judge
    from vaegmm.evaluation.metrics import measure
    from vaegmm.evaluation.tasks import Subject
    from vaegmm.evaluation.usefulness import check_sizes
    from vaegmm.training.components import check_mixture

    strangers = sorted(set(arguments.digits) - set(model.labels))
    if strangers:
        known = ", ".join(map(str, model.labels))
        raise ValueError(f"digits must be among the model's labels {known}, got {strangers[0]}")
    digits = arguments.digits or model.labels
    everything = load_dataset(arguments.dataset, False, (), arguments.data_dir)
    test = keep_digits(everything, digits, arguments.dataset)
    others = {}
    if "outliers" in arguments.tasks:
        rest = ~torch.isin(everything.labels, torch.tensor(model.labels))
        if rest.any():
            others["other labels"] = everything.images[rest]
        names = ("fashion-mnist",) if arguments.dataset == "mnist" else ()
        for name in names if arguments.others is None else arguments.others:
            train = name not in TORCHVISION  # one's own file has no better part
            others[name] = load_dataset(name, train, (), arguments.data_dir).images
    plain = _load_plain(model, arguments)
    train_data = None
    judge = None
    if (
        not {"generation", "muddle", "morph"}.isdisjoint(arguments.tasks)
        and arguments.dataset in JUDGED
        and set(digits) == set(model.labels)  # samples show them all
    ):
        judge = Judge.from_pretrained()
    if judge or arguments.n_components or LONG in arguments.tasks:
        train_data = load_dataset(arguments.dataset, True, digits, arguments.data_dir)
        for n_components in arguments.n_components:
            check_mixture(_refit_config(n_components, arguments), train_data)
        if LONG in arguments.tasks:
            check_sizes(arguments.augmentation_sizes, train_data)
    folder.mkdir(parents=True, exist_ok=True)
    own = measure(model, test)
    rows = {f"K = {own.n_components} (as saved): {own.label_use}": own}
    for n_components in arguments.n_components:
        assert train_data is not None
        print(f"fitting a mixture of {n_components} ...", file=sys.stderr, flush=True)
        row = _measure_refit(model, train_data, test, n_components, arguments)
        rows[f"K = {n_components} (fitted anew): {row.label_use}"] = row
    return Subject(
        model,
        test,
        rows,
        others,
        folder,
        train_data,
        judge,
        arguments.dataset not in NO_DIGITS,
        arguments.seed,
        arguments.n_likelihood_images,
        arguments.n_likelihood_samples,
        arguments.n_muddles,
        arguments.n_morphs,
        plain,
        arguments.augmentation_sizes,
        arguments.augmentation_seeds,
    )


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
