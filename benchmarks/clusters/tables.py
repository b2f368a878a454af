"""The tables: what all seeds gave, each of them, and how far they agree."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from benchmarks.clusters.agreement import Agreement, compare_seeds
from benchmarks.clusters.figures import (
    PlainFigures,
    SeedFigures,
    read_clusters,
    read_plain,
    read_seed,
)
from benchmarks.clusters.plan import DataPlan, Name
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


@dataclass(frozen=True)
class Results:
    """What is finished of one data set.

    Attributes:
        name: of the data set.
        seeds: that were asked for.
        figures: of those that are finished.
        plain: of the plain VAE; None: it is not finished.
        agreement: of the finished ones.
    """

    name: Name
    seeds: list[int]
    figures: dict[int, SeedFigures]
    plain: PlainFigures | None
    agreement: Agreement

    @property
    def missing(self) -> list[int]:
        """The seeds that are not finished."""
        return [seed for seed in self.seeds if seed not in self.figures]


def read_results(plan: DataPlan) -> Results:
    """Read what is finished of a data set."""
    finished = {seed: task.folder for seed, task in plan.seeds.items() if task.is_finished}
    return Results(
        plan.name,
        list(plan.seeds),
        {seed: read_seed(folder) for seed, folder in finished.items()},
        read_plain(plan.plain.folder) if plan.plain.is_finished else None,
        compare_seeds({seed: read_clusters(folder) for seed, folder in finished.items()}),
    )


def make_tables(results: list[Results]) -> list[Table]:
    """Return the three tables."""
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
            [_summarise(one) for one in results],
        ),
        Table(
            "Each finished seed. The ELBO has the model's own mixture as prior. A head is kept by "
            "the mutual information of two views, its components are grouped by that of near "
            "images: neither needs a label.",
            each,
            [_list_seed(one, seed) for one in results for seed in one.figures],
        ),
        Table(
            "Agreement, which needs no label: the share of the test images that two seeds put into "
            "the same cluster, under the best one-to-one matching of their clusters; mean over "
            "pairs.",
            agree,
            [_list_agreement(one) for one in results],
        ),
    ]


def list_notes(results: list[Results]) -> list[str]:
    """Return what has to be said beside the tables, a sentence each."""
    notes = []
    for one in results:
        title = TITLES[one.name]
        notes += [
            f"{title}, seed {seed}: {found.note}."
            for seed, found in one.figures.items()
            if found.note
        ]
        machines = sorted({found.machine for found in one.figures.values()})
        notes += [f"{title}: trained on {' and on '.join(machines)}."] if machines else []
    return notes


def _summarise(results: Results) -> list[str]:
    title, figures = TITLES[results.name], list(results.figures.values())
    seeds = str(len(results.seeds))
    if results.missing:
        missing = ", ".join(map(str, results.missing))
        seeds = f"{len(figures)} of {seeds}, missing: {missing}"
    if not figures:
        return [title, seeds, *[NONE] * 7]
    accuracies = [100 * one.accuracy for one in figures]
    bce = statistics.mean(one.bce for one in figures)
    ratio = f"{bce / results.plain.bce:.3f}" if results.plain else "missing: the plain VAE"
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


def _list_seed(results: Results, seed: int) -> list[str]:
    title, one = TITLES[results.name], results.figures[seed]
    return [
        title,
        str(seed),
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


def _list_agreement(results: Results) -> list[str]:
    title, agreement = TITLES[results.name], results.agreement
    pairs = [100 * share for share in agreement.by_pair.values()]
    if not pairs:
        return [title, str(len(results.figures)), NONE, NONE, NONE]
    nearest = agreement.nearest
    return [
        title,
        str(len(results.figures)),
        f"{statistics.mean(pairs):.2f}",
        f"{min(pairs):.2f}",
        f"seed {nearest} ({100 * agreement.by_seed[nearest]:.2f})",
    ]
