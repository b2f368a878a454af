"""Clusters without labels, over ten seeds: `python -m benchmarks.clustering`.

Trains models of MNIST's 1, 4 and 8, of its ten digits, and with the same settings of FashionMNIST,
by train.py and TOML files; labels only name the clusters afterwards, on training images. Then it
writes tables and pictures into docs/CLUSTERING.md, between two lines, and prints the tables. What
is finished is kept in the output folder, and a second start goes on from it, inside a run, too. A
plain VAE of each data set stands beside: the same network and as many passes over the images,
without changed images or joint step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.clusters.document import check_document, write_figures
from benchmarks.clusters.pictures import Picture, draw_mistakes, draw_samples
from benchmarks.clusters.plan import DATA, DataPlan, Name, plan_data
from benchmarks.clusters.tables import TITLES, Results, list_notes, make_tables, read_results
from benchmarks.clusters.work import carry_out, share_out
from benchmarks.runs import load_images
from vaegmm.cli.parse import parse, run, say
from vaegmm.evaluation.page import as_text
from vaegmm.model import VAEGMM

PROG = "python -m benchmarks.clustering"
PICTURES = "clustering"  # folder beside the document


@dataclass(frozen=True)
class ClusteringArguments:
    """Train without labels, for several seeds; write tables and pictures of them."""

    data: tuple[Name, ...] = tuple(DATA)
    """Data sets: MNIST's 1, 4 and 8; its ten digits; FashionMNIST with the settings of these."""
    seeds: tuple[int, ...] = tuple(range(10))
    """One model of each data set for each."""
    config_148: str = "configs/clusters148.toml"
    """TOML file for 1-4-8."""
    config_digits: str = "configs/clusters.toml"
    """TOML file for digits and fashion."""
    data_dir: str | None = None
    """Folder in torchvision's layout; else $VAEGMM_DATA, else the user's cache."""
    device: str = "auto"
    """auto (a GPU when there is one), cpu, cuda, cuda:1, mps, ..."""
    output_dir: str = "runs/clustering"
    """Folder for the models and their figures."""
    jobs: int = 1
    """Runs at a time, each in a process of its own; a GPU has room for many."""
    no_train: bool = False
    """Make tables and pictures of what is finished, and train nothing."""
    document: str = "docs/CLUSTERING.md"
    """Document with two lines between which the figures go; pictures go into a folder beside it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: cluster(parse(ClusteringArguments, argv, PROG)), PROG)


def cluster(arguments: ClusteringArguments) -> None:
    """Train what is not finished; write and print the tables.

    Raises:
        ValueError: settings out of range, or others than those of what is there; a document that
            has no place for the figures.
    """
    if arguments.jobs < 1:
        raise ValueError(f"jobs must be at least 1, got {arguments.jobs}")
    for name, given in (("data", arguments.data), ("seeds", arguments.seeds)):
        if not given or len({*given}) < len(given):
            raise ValueError(f"{name} must be given, and differ, got {', '.join(map(str, given))}")
    document = Path(arguments.document)
    check_document(document)
    plans = [_plan(name, arguments) for name in arguments.data]
    tasks = [task for plan in plans for task in plan.tasks]
    for task in tasks:
        task.check()
    left = [] if arguments.no_train else [task for task in tasks if not task.is_finished]
    if arguments.jobs > 1 and left:
        share_out(left, arguments.jobs)
    else:
        for task in left:
            carry_out(task)
    results = [read_results(plan) for plan in plans]
    tables, notes = make_tables(results), list_notes(results)
    for table in tables:
        say(f"\n{table.title}\n{as_text(table.head, table.rows)}")
    say("\n" + "\n".join(notes))
    pictures = [
        picture
        for plan, one in zip(plans, results, strict=True)
        for picture in _draw(plan, one, document.parent / PICTURES, arguments.data_dir)
    ]
    write_figures(document, tables, notes, pictures)
    say(f"\nwritten to {document}")


def _plan(name: Name, arguments: ClusteringArguments) -> DataPlan:
    config = arguments.config_148 if DATA[name][0] == "config_148" else arguments.config_digits
    output_dir, seeds = Path(arguments.output_dir), arguments.seeds
    return plan_data(name, config, seeds, output_dir, arguments.data_dir, arguments.device)


def _draw(plan: DataPlan, results: Results, folder: Path, data_dir: str | None) -> list[Picture]:
    """Draw a data set's pictures, from the seed that agrees most with the others."""
    if not results.figures:
        return []
    seed = results.agreement.nearest
    experiment = plan.seeds[seed].check()
    assert experiment is not None
    if data_dir is not None:
        experiment = replace(experiment, data=replace(experiment.data, data_dir=data_dir))
    model, dataset = VAEGMM.from_pretrained(plan.seeds[seed].folder), experiment.data.dataset
    samples, mistakes = (folder / f"{plan.name}-{what}.png" for what in ("samples", "mistakes"))
    draw_samples(model, dataset, samples, seed)
    n_shown = draw_mistakes(model, dataset, load_images(experiment, False), mistakes)
    which = f"{TITLES[plan.name]}, seed {seed}"
    if len(results.figures) > 1:
        which += ", which agrees most with the other seeds"
    made, wrong = "ten samples of every cluster", f"the {n_shown} surest mistakes"
    told = f"{wrong} on the test images, each with truth → answer and the answer's probability"
    pictures = [
        Picture(samples, made, f"{which}: {made}."),
        Picture(mistakes, wrong, f"{which}: {told}."),
    ]
    return pictures if n_shown else pictures[:1]


if __name__ == "__main__":
    raise SystemExit(main())
