"""Pictures of what was measured: confidence, errors, surprise. As PNG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from vaegmm.evaluation.calibration import N_BINS, CalibrationMetrics
from vaegmm.evaluation.palette import PALETTE
from vaegmm.evaluation.plots import clean, save_figure
from vaegmm.evaluation.strangers import Surprise
from vaegmm.evaluation.usefulness import DIETS, Cell, summarise

N_COLUMNS = 10
LINES = (":", "--", "-.", (0, (6, 2, 1, 2, 1, 2)))


def plot_reliability(metrics: CalibrationMetrics, path: Path) -> None:
    """Draw accuracy over confidence, and below how many images each bin has."""
    figure = Figure(figsize=(5, 5.4), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    counts = np.array(metrics.counts)
    filled = counts > 0
    confidences, accuracies = np.array(metrics.confidences), np.array(metrics.accuracies)
    upper.plot([0, 1], [0, 1], color="0.7", linestyle=":", label="as often right as said")
    # Of few images the accuracy is hardly known: one standard error to either side.
    errors = np.sqrt(accuracies * (1 - accuracies) / np.maximum(counts, 1))
    upper.errorbar(
        confidences[filled], accuracies[filled], errors[filled],
        marker="o", markersize=5, color=PALETTE[0], capsize=2, linewidth=1.2, label="measured",
    )  # fmt: skip
    upper.set(ylabel="accuracy", ylim=(0, 1.02), title=f"Expected error {metrics.ece:.2%}")
    upper.legend(frameon=False, loc="upper left")
    lower.bar((np.arange(N_BINS) + 0.5) / N_BINS, counts, 0.9 / N_BINS, color=PALETTE[0])
    lower.set(xlabel="confidence", ylabel="images", yscale="log", xlim=(0, 1.02))
    clean(upper)
    clean(lower)
    save_figure(figure, path)


def plot_pictures(images: Tensor, captions: list[str], path: Path) -> None:
    """Draw images (N, 28, 28) uint8 in rows of ten, each with a line beneath it."""
    n_rows = max(math.ceil(len(images) / N_COLUMNS), 1)
    figure = Figure(figsize=(N_COLUMNS, 1.3 * n_rows), layout="constrained")
    panels = figure.subplots(n_rows, N_COLUMNS, squeeze=False).ravel()
    for panel in panels:
        panel.axis("off")
    for panel, image, caption in zip(panels, images.numpy(), captions, strict=False):
        panel.imshow(image, cmap="gray_r", vmin=0, vmax=255)
        panel.set_title(caption, y=-0.28, fontsize=8)
    save_figure(figure, path)


def plot_usefulness(cells: list[Cell], sizes: Sequence[int], path: Path) -> None:
    """Draw each diet's accuracy over the real digits of each label, bars of one deviation."""
    figure = Figure(figsize=(7, 4.6), layout="constrained")
    axes = figure.subplots()
    for colour, name in zip(PALETTE, DIETS, strict=False):
        means, deviations = zip(*(summarise(cells, n, name) for n in sizes), strict=True)
        axes.errorbar(
            sizes, means, deviations,
            marker="o", markersize=5, color=colour, capsize=3, linewidth=1.4, label=name,
        )  # fmt: skip
    axes.set(xscale="log", xticks=sizes, xticklabels=sizes, ylabel="test accuracy")
    axes.set(xlabel="real digits of each label")
    axes.minorticks_off()
    axes.legend(frameon=False, loc="lower right")
    clean(axes)
    save_figure(figure, path)


def plot_pairs(shares: NDArray[np.float64], labels: Sequence[int], path: Path) -> None:
    """Draw a share (L, L) for each pair of labels; NaN where there is none."""
    figure = Figure(
        figsize=(1.4 + 0.55 * len(labels), 1 + 0.55 * len(labels)), layout="constrained"
    )
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        if not np.isnan(share):
            colour = "white" if share > 0.5 else "black"
            axes.text(column, row, f"{share:.0%}", ha="center", va="center", color=colour, size=8)
    ticks = range(len(labels))
    axes.set(xticks=ticks, yticks=ticks, xticklabels=labels, yticklabels=labels)
    axes.set(xlabel="b", ylabel="a", title=f"Good: {np.nanmean(shares):.0%} of a pair on average")
    clean(axes)
    save_figure(figure, path)


def plot_densities(own: Surprise, answers: Tensor, others: dict[str, Surprise], path: Path) -> None:
    """Draw how log p(z) is spread: for each label the model answers, and for what is none.

    Args:
        own: of images of the model's labels.
        answers: (N,), the label that the model gives each of them.
        others: of images that are none of its labels, by name.
        path: of the PNG.
    """
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    axes = figure.subplots()
    everything = [own, *others.values()]
    low = min(np.quantile(s.log_density.numpy(), 0.02) for s in everything)
    high = max(float(s.log_density.max()) for s in everything)
    edges = np.linspace(low, high, 80).tolist()
    labels = answers.unique().tolist()
    for colour, label in zip(cycle(PALETTE), labels, strict=False):
        values = own.log_density[answers == label].numpy()
        axes.hist(values, edges, density=True, histtype="step", color=colour, label=str(label))
    for style, (name, surprise) in zip(cycle(LINES), others.items(), strict=False):
        values = surprise.log_density.numpy()
        axes.hist(
            values, edges, density=True, histtype="step", color="0.3", linestyle=style, label=name
        )
    axes.set(xlabel="log p(z), nats", ylabel="share of the images per nat")
    axes.legend(frameon=False, fontsize=8)
    clean(axes)
    save_figure(figure, path)


def plot_surprise(own: Surprise, others: dict[str, Surprise], threshold: float, path: Path) -> None:
    """Draw the score of images that are the model's labels and of others, and where outliers begin.

    Args:
        own: of images of the model's labels.
        others: of images that are none of them, by name.
        threshold: of the model's rule.
        path: of the PNG.
    """
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.subplots()
    edges = np.linspace(0, 6 * threshold, 90).tolist()
    for colour, (name, surprise) in zip(
        cycle(PALETTE), {"its own labels": own, **others}.items(), strict=False
    ):
        values = surprise.score.double().clamp(max=edges[-1]).numpy()
        axes.hist(values, edges, density=True, histtype="step", color=colour, label=name)
    axes.axvline(threshold, color="0.4", linestyle=":", label="outliers begin")
    axes.set(xlabel="score of surprise (the last bin holds all beyond)", ylabel="density")
    axes.set(yscale="log")
    axes.legend(frameon=False, fontsize=8)
    clean(axes)
    save_figure(figure, path)
