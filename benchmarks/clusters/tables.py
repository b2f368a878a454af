"""The tables: what all seeds gave, each of them, and how far they agree."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.clusters.figures import SeedFigures
from benchmarks.clusters.plan import Name
from benchmarks.clusters.record import Record
from benchmarks.runs import mean_and_spread

TITLES: dict[Name, str] = {
    "1-4-8": "MNIST, 1/4/8",
    "digits": "MNIST, ten digits",
    "fashion": "FashionMNIST",
}
NONE = "-"
Rows = list[list[str]]


@dataclass(frozen=True)
class Table:
    """A table as text.

    Attributes:
        title: a sentence that says what it is.
        head: of the columns.
        rows: as long as the head.
    """

    title: str
    head: list[str]
    rows: Rows


def make_tables(records: list[Record], asked: Mapping[Name, Sequence[int]]) -> list[Table]:
    """Return the three tables.

    Args:
        records: of each data set.
        asked: the seeds that have to be there, of the data sets that were asked for.
    """
    head = [
        "data", "seeds", "test images", "accuracy, %", "worst, %", "NMI", "ARI",
        "BCE, nats (to the plain VAE's)", "seconds per seed",
    ]  # fmt: skip
    each = [
        "data", "seed", "accuracy, %", "NMI", "ARI", "BCE, nats", "ELBO, nats",
        "mutual information, nats", "of the heads not kept", "of near images, nats", "seconds",
    ]  # fmt: skip
    agree = ["data", "seeds", "agreement, %", "least of a pair, %", "nearest to the others"]
    return [
        Table(
            "All seeds: mean ± standard deviation over them.",
            head,
            [_summarise(one, asked.get(one.name, ())) for one in records],
        ),
        Table(
            "Each finished seed. The ELBO has the model's own mixture as prior. A head is kept by "
            "the mutual information of two views, its components are grouped by that of near "
            "images: neither needs a label.",
            each,
            [_list_seed(TITLES[one.name], found) for one in records for found in one.figures],
        ),
        Table(
            "Agreement, which needs no label: the share of the test images that two seeds put into "
            "the same cluster, under the best one-to-one matching of their clusters; mean over "
            "pairs.",
            agree,
            [_list_agreement(one) for one in records],
        ),
    ]


def list_notes(records: list[Record]) -> list[str]:
    """Return what has to be said beside the tables, a sentence each."""
    notes = []
    for one in records:
        title = TITLES[one.name]
        notes += [
            f"{title}, seed {found.seed}: {found.note}." for found in one.figures if found.note
        ]
        machines = sorted({found.machine for found in one.figures})
        notes += [f"{title}: trained on {' and on '.join(machines)}."] if machines else []
    return notes


def _summarise(record: Record, asked: Sequence[int]) -> list[str]:
    title, figures = TITLES[record.name], record.figures
    seeds, missing = str(len(figures)), [seed for seed in asked if seed not in record.seeds]
    if missing:
        seeds = f"{seeds} of {len(figures) + len(missing)}, missing: {_join(missing)}"
    if not figures:
        return [title, seeds, *[NONE] * 7]
    accuracies = [100 * one.accuracy for one in figures]
    bce = statistics.mean(one.bce for one in figures)
    plain_bce = record.plain_bce
    ratio = "missing: the plain VAE" if plain_bce is None else f"{bce / plain_bce:.3f}"
    return [
        title,
        seeds,
        f"{figures[0].n_images:,}",
        mean_and_spread(accuracies, ".2f"),
        f"{min(accuracies):.2f}",
        mean_and_spread([one.nmi for one in figures], ".4f"),
        mean_and_spread([one.ari for one in figures], ".4f"),
        f"{bce:.2f} ({ratio})",
        f"{statistics.mean(one.seconds for one in figures):.0f}",
    ]


def _list_seed(title: str, one: SeedFigures) -> list[str]:
    return [
        title,
        str(one.seed),
        f"{100 * one.accuracy:.2f}",
        f"{one.nmi:.4f}",
        f"{one.ari:.4f}",
        f"{one.bce:.2f}",
        f"{one.elbo_mixture:.2f}",
        *_describe_head(one),
        _describe_grouping(one),
        f"{one.seconds:.0f}",
    ]


def _describe_head(figures: SeedFigures) -> list[str]:
    """Return the mutual information of the head that was kept, and the range of the others."""
    head = figures.head
    if head is None:
        return [NONE, NONE]
    others = [mi for i, mi in enumerate(head.mutual_information) if i != head.chosen]
    spread = f"{min(others):.4f} to {max(others):.4f}" if others else NONE
    return [f"{head.mutual_information[head.chosen]:.4f}", spread]


def _describe_grouping(figures: SeedFigures) -> str:
    """Return the mutual information of near images, and what it was before they moved anything."""
    grouping = figures.grouping
    if grouping is None:
        return NONE
    before, chosen = grouping.mutual_information[0], grouping.chosen
    found = f"{grouping.mutual_information[chosen]:.4f}"
    return f"{found}, before {before:.4f}" if chosen else found


def _list_agreement(record: Record) -> list[str]:
    title, found = TITLES[record.name], record.comparison
    if found is None or found.mean is None or found.least is None or found.mean_of_nearest is None:
        return [title, NONE, NONE, NONE, NONE]
    return [
        title,
        str(len(found.seeds)) if found.seeds == record.seeds else _join(found.seeds),
        f"{100 * found.mean:.2f}",
        f"{100 * found.least:.2f}",
        f"seed {found.nearest} ({100 * found.mean_of_nearest:.2f})",
    ]


def _join(seeds: Iterable[int]) -> str:
    return ", ".join(map(str, seeds))
