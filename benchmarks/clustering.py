"""Clusters without labels, over ten seeds: `python -m benchmarks.clustering`.

Trains models of MNIST's 1, 4 and 8, of its ten digits, and with the same settings of FashionMNIST,
by train.py and TOML files; labels only name the clusters afterwards, on training images. Then it
writes tables and pictures into docs/CLUSTERING.md, between two lines, and prints the tables. What
is finished is kept in the output folder, and a second start goes on from it, inside a run, too; its
figures stay beside the document, so that seeds of several machines make one table. A plain VAE of
each data set, trained unless it is on record, stands beside: the same network and as many passes
over the images, without changed images or joint step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.clusters.document import check_document, write_figures
from benchmarks.clusters.pictures import (
    draw_mistakes,
    draw_samples,
    list_pictures,
    name_mistakes,
    name_samples,
)
from benchmarks.clusters.plan import DATA, DataPlan, Name, Task, plan_data
from benchmarks.clusters.record import (
    Record,
    check_record,
    find_finished,
    read_records,
    renew,
    write_records,
)
from benchmarks.clusters.tables import list_notes, make_tables
from benchmarks.clusters.work import carry_out, share_out
from benchmarks.runs import load_images
from vaegmm.cli.parse import parse, run, say
from vaegmm.evaluation.page import as_text
from vaegmm.model import VAEGMM

PROG = "python -m benchmarks.clustering"
FOLDER, RECORD = "clustering", "figures.json"  # beside the document, with its pictures


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
    """Make tables and pictures of what is finished or on record, and train nothing."""
    document: str = "docs/CLUSTERING.md"
    """Document with two lines between which the figures go. A folder beside it takes the pictures,
    and the record of all figures, figures.json, to which finished seeds are added."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: cluster(parse(ClusteringArguments, argv, PROG)), PROG)


def cluster(arguments: ClusteringArguments) -> None:
    """Train what is not finished; write and print the tables.

    Raises:
        ValueError: settings out of range, or others than those of what is there; a document that
            has no place for the figures; a damaged record of them.
    """
    if arguments.jobs < 1:
        raise ValueError(f"jobs must be at least 1, got {arguments.jobs}")
    for name, given in (("data", arguments.data), ("seeds", arguments.seeds)):
        if not given or len({*given}) < len(given):
            raise ValueError(f"{name} must be given, and differ, got {', '.join(map(str, given))}")
    document = Path(arguments.document)
    check_document(document)
    folder = document.parent / FOLDER
    records = read_records(folder / RECORD)
    plans = [_plan(name, arguments) for name in arguments.data]
    tasks = []
    for plan in plans:
        known = records.get(plan.name)
        if known is not None:
            check_record(known, plan, folder / RECORD)
        for task in plan.tasks:
            task.check()
        has_plain = known is not None and known.plain_bce is not None
        tasks += [*plan.seeds.values()] if has_plain else plan.tasks
    _train(tasks, arguments)
    for plan in plans:
        records[plan.name] = renew(records.get(plan.name), plan)
        _draw(records[plan.name], plan, folder, arguments.data_dir)
    _write(document, [records[name] for name in DATA if name in records], plans)


def _plan(name: Name, arguments: ClusteringArguments) -> DataPlan:
    config = arguments.config_148 if DATA[name][0] == "config_148" else arguments.config_digits
    output_dir, seeds = Path(arguments.output_dir), arguments.seeds
    return plan_data(name, config, seeds, output_dir, arguments.data_dir, arguments.device)


def _train(tasks: list[Task], arguments: ClusteringArguments) -> None:
    left = [] if arguments.no_train else [task for task in tasks if not task.is_finished]
    if arguments.jobs > 1 and left:
        share_out(left, arguments.jobs)
    else:
        for task in left:
            carry_out(task)


def _draw(record: Record, plan: DataPlan, folder: Path, data_dir: str | None) -> None:
    """Draw a data set's pictures, if the runs that were compared lie here."""
    shown = record.comparison
    if shown is None or not set(shown.seeds) <= {*find_finished(plan)}:
        return
    experiment = plan.seeds[shown.nearest].check()
    assert experiment is not None
    if data_dir is not None:
        experiment = replace(experiment, data=replace(experiment.data, data_dir=data_dir))
    model = VAEGMM.from_pretrained(plan.seeds[shown.nearest].folder)
    dataset, test = experiment.data.dataset, load_images(experiment, False)
    draw_samples(model, dataset, folder / name_samples(record.name), shown.nearest)
    draw_mistakes(model, dataset, test, folder / name_mistakes(record.name))


def _write(document: Path, records: list[Record], plans: list[DataPlan]) -> None:
    asked = {plan.name: tuple(plan.seeds) for plan in plans}
    tables, notes = make_tables(records, asked), list_notes(records)
    for table in tables:
        say(f"\n{table.title}\n{as_text(table.head, table.rows)}")
    say("\n" + "\n".join(notes))
    folder = document.parent / FOLDER
    pictures = [picture for record in records for picture in list_pictures(record, folder)]
    write_records(folder / RECORD, records)
    write_figures(document, tables, notes, pictures)
    say(f"\nwritten to {document}")


if __name__ == "__main__":
    raise SystemExit(main())
