"""Whether generated digits help a classifier that has few real ones."""

from __future__ import annotations

import dataclasses

from tqdm import tqdm

from vaegmm.evaluation.charts import plot_usefulness
from vaegmm.evaluation.judge import N_LABELS
from vaegmm.evaluation.tasks.subject import Section, Subject
from vaegmm.evaluation.usefulness import (
    AFFINE,
    DIETS,
    MADE,
    STEPS,
    Cell,
    find_gain,
    measure_cells,
    summarise,
)

HEAD = ["real digits of each label", *DIETS, "gain of both over affine"]
PLAIN, BOTH = "with affine changes", "with both"


def find_use(subject: Subject) -> Section:
    """Fit small classifiers with few digits, and more that were made of those."""
    train, sizes = subject.train, subject.augmentation_sizes
    assert train is not None
    if int(train.labels.max()) >= N_LABELS:
        note = f"The classifier knows labels below {N_LABELS}."
        return Section("Augmentation", note, HEAD, [], None)
    seeds = range(subject.seed, subject.seed + subject.augmentation_seeds)
    bar = tqdm(total=len(sizes) * len(seeds), leave=False, unit="cell", disable=None)
    cells: list[Cell] = []
    for cell in measure_cells(train, subject.test, sizes, seeds):
        cells.append(cell)
        bar.update()
        bar.set_postfix_str(f"{cell.n} digits: {cell.accuracies[BOTH]:.2%} with both")
    bar.close()
    cells.sort(key=lambda cell: (cell.n, cell.seed))
    plot_usefulness(cells, sizes, subject.folder / "augmentation.png")
    return Section(
        "Augmentation",
        _explain(len(seeds)),
        HEAD,
        [_describe(cells, n) for n in sizes],
        [dataclasses.asdict(cell) for cell in cells],
        {"augmentation.png": "accuracy over the real digits of each label, one standard deviation"},
    )


def _explain(n_seeds: int) -> str:
    return (
        f"Test accuracy of a small convolutional classifier after {STEPS} steps, the same for all, "
        f"mean and standard deviation of {n_seeds} choices of the real digits. Affine changes: up "
        f"to {AFFINE.rotation:g} degrees, {AFFINE.scale:.0%} of size, {AFFINE.shear:g} degrees of "
        f"shear, {AFFINE.shift:g} pixels. Generated digits, {MADE:.0%} of a batch, come from a "
        "small network and mixture that saw those same real digits and no others; the model under "
        "evaluation has no part in it. That network learned from copies bent and thickened as "
        "well; the last diet shows what those changes do without a generator. The gain is paired "
        "by seed."
    )


def _describe(cells: list[Cell], n: int) -> list[str]:
    texts = []
    for name in DIETS:
        mean, std = summarise(cells, n, name)
        texts.append(f"{mean:.2%} ± {std:.2%}")
    gain, std = find_gain(cells, n, BOTH, PLAIN)
    return [str(n), *texts, f"{100 * gain:+.2f} ± {100 * std:.2f}"]
