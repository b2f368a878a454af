"""Pictures of a run and of a model, as PNG. matplotlib is imported here and nowhere else."""

from __future__ import annotations

import math
from itertools import cycle
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from numpy.typing import NDArray
from torch import Tensor

from vaegmm.evaluation.metrics import Metrics
from vaegmm.evaluation.palette import PALETTE
from vaegmm.files import replacing
from vaegmm.latents import decode_latents, encode_images, to_pixels
from vaegmm.model import VAEGMM
from vaegmm.networks.vae import VAE
from vaegmm.operations.atlas import lay_out
from vaegmm.operations.plane import list_points, make_mesh
from vaegmm.training.history import Epoch

Array = NDArray[np.float64]
MOST_POINTS = 3000  # of a t-SNE, which takes seconds for them and minutes for ten times as many
LOSSES = {"loss": "Loss", "reconstruction_nll": "Reconstruction", "kl": "KL divergence"}


def plot_curves(history: list[Epoch], path: Path) -> None:
    """Draw loss, reconstruction and KL over the epochs, training beside validation."""
    figure = Figure(figsize=(11, 3.4), layout="constrained")
    epochs = [epoch.epoch for epoch in history]
    mark = "o" if len(history) == 1 else "-"  # of a single epoch a line shows nothing
    best = max(epoch.epoch for epoch in history if epoch.is_best)
    for axes, (name, title) in zip(figure.subplots(1, 3), LOSSES.items(), strict=True):
        for part, colour in (("train", PALETTE[1]), ("validation", PALETTE[0])):
            values = [getattr(getattr(epoch, part), name) for epoch in history]
            axes.plot(epochs, values, mark, color=colour, label=part, linewidth=1.6)
        axes.axvline(best, color="0.6", linestyle=":", label=f"kept: epoch {best}")
        axes.set(title=title, xlabel="epoch", ylabel="nats per image")
        clean(axes)
    axes.legend(frameon=False)
    save_figure(figure, path)


def plot_runs(histories: dict[str, list[Epoch]], path: Path) -> None:
    """Draw the validation curves of several runs over each other."""
    figure = Figure(figsize=(12, 4.4), layout="constrained")
    for axes, (name, title) in zip(figure.subplots(1, 3), LOSSES.items(), strict=True):
        for colour, (run, history) in zip(cycle(PALETTE), histories.items(), strict=False):
            values = [getattr(epoch.validation, name) for epoch in history]
            axes.plot([e.epoch for e in history], values, color=colour, label=run, linewidth=1.4)
        axes.set(title=f"{title}, validation", xlabel="epoch", ylabel="nats per image")
        clean(axes)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    save_figure(figure, path)


def plot_reconstructions(model: VAEGMM, images: Tensor, path: Path) -> None:
    """Draw images (N, 28, 28) uint8 over their reconstructions, at most 16."""
    images = images[:16]
    x_hat = decode_latents(model.network, encode_images(model.network, images))
    figure = Figure(figsize=(0.75 * len(images), 2.1), layout="constrained")
    rows = {"image": to_pixels(images)[:, 0], "decoded": x_hat[:, 0]}
    grid = figure.subplots(2, len(images), squeeze=False)
    for line, (name, pictures) in zip(grid, rows.items(), strict=True):
        for axes, picture in zip(line, pictures.numpy(), strict=True):
            axes.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
            axes.set(xticks=[], yticks=[])
        line[0].set_ylabel(name)
    save_figure(figure, path)


def plot_samples(x: Tensor, path: Path, n_columns: int = 16) -> None:
    """Draw images x (N, 1, 28, 28) as a table."""
    n_rows = math.ceil(len(x) / n_columns)
    figure = Figure(figsize=(n_columns / 2, n_rows / 2), layout="constrained")
    draw_tiles(figure.subplots(), x, n_columns)
    save_figure(figure, path)


def plot_manifold(network: VAE, path: Path) -> None:
    """Draw what a 2-D latent space decodes to, from -3 to 3.5 in steps of 0.5."""
    figure = Figure(figsize=(7, 7), layout="constrained")
    draw_manifold(figure.subplots(), network)
    save_figure(figure, path)


def draw_tiles(axes: Axes, x: Tensor, n_columns: int) -> None:
    """Draw images x (N, 1, 28, 28) side by side, row by row."""
    n_rows = math.ceil(len(x) / n_columns)
    tiles = x.new_zeros(n_rows * n_columns, 28, 28)
    tiles[: len(x)] = x[:, 0]
    table = tiles.view(n_rows, n_columns, 28, 28).transpose(1, 2).reshape(n_rows * 28, -1)
    axes.imshow(table.numpy(), cmap="gray_r", vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[])


def draw_manifold(axes: Axes, network: VAE) -> None:
    """Draw the images of a mesh of 14 x 14 latents (D = 2), z1 to the right, z2 upwards."""
    steps = make_mesh(-3, 3.5, 0.5)
    draw_tiles(axes, decode_latents(network, list_points(steps, steps)), len(steps))
    ticks = 28 * np.arange(len(steps)) + 14
    names = [f"{step:g}" for step in steps.tolist()]
    axes.set(xlabel="z1", ylabel="z2", xticks=ticks, yticks=ticks)
    axes.set(xticklabels=names, yticklabels=names[::-1])
    axes.tick_params(length=0, labelsize=7)


def draw_points(axes: Axes, points: Array, labels: Tensor) -> None:
    """Draw points (N, 2) coloured by label (N,)."""
    for colour, label in zip(cycle(PALETTE), labels.unique().tolist(), strict=False):
        x, y = points[(labels == label).numpy()].T
        axes.scatter(x, y, s=5, color=colour, alpha=0.35, linewidths=0, label=str(label))
    axes.legend(frameon=False, markerscale=3)
    clean(axes)


def plot_latents(model: VAEGMM, z: Tensor, labels: Tensor, path: Path) -> None:
    """Draw latents z (N, D) coloured by label, and the mixture's components.

    Up to two dimensions are drawn as they are, a component as an ellipse (2 std); more by t-SNE
    (van der Maaten & Hinton 2008) of some thousand, a component's mean as a star among them.
    """
    names = model.config.component_labels
    colours = [PALETTE[model.labels.index(label) % len(PALETTE)] for label in names]
    figure = Figure(figsize=(7, 6.4), layout="constrained")
    axes = figure.subplots()
    means = model.means.cpu().double().numpy()
    if z.shape[1] <= 2:
        # one dimension lies on a line
        flat, centres = (np.pad(a, ((0, 0), (0, 2 - z.shape[1]))) for a in (z.numpy(), means))
        draw_points(axes, flat, labels)
        factors = model.precisions_cholesky.cpu().double().numpy()
        for centre, factor, colour in zip(centres, factors, colours, strict=True):
            axes.add_patch(_ellipse(centre, np.linalg.inv(factor @ factor.T), colour))
        axes.set(xlabel="z1", ylabel="z2")
    else:
        z, labels = z[:MOST_POINTS], labels[:MOST_POINTS]
        flat = lay_out(np.concatenate([z.double().numpy(), means]))
        draw_points(axes, flat[: len(z)], labels)
        x, y = flat[len(z) :].T
        axes.scatter(x, y, s=90, c=colours, marker="*", edgecolors="white", linewidths=0.8)
        axes.set(xlabel="t-SNE 1", ylabel="t-SNE 2")
    axes.set(title=f"Latents and {len(means)} components")
    save_figure(figure, path)


def plot_confusion(metrics: Metrics, path: Path) -> None:
    """Draw the confusion matrix: counts, shaded by the share of the true label."""
    counts = np.array(metrics.confusion)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    figure = Figure(
        figsize=(1.6 + 0.6 * len(counts), 1.3 + 0.6 * len(counts)), layout="constrained"
    )
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, f"{count}", ha="center", va="center", color=colour)
    ticks = range(len(counts))
    axes.set(xticks=ticks, yticks=ticks, xticklabels=metrics.labels, yticklabels=metrics.labels)
    axes.set(xlabel="answer", ylabel="truth", title=f"Accuracy {metrics.accuracy:.2%}")
    save_figure(figure, path)


def _ellipse(mean: Array, covariance: Array, colour: str) -> Ellipse:
    covariance = np.pad(covariance, (0, 2 - len(covariance)))
    variances, directions = np.linalg.eigh(covariance)
    angle = float(np.degrees(np.arctan2(directions[1, 1], directions[0, 1])))
    # 2 standard deviations to either side; rounding may leave a flat one below 0
    width, height = 4 * np.sqrt(np.maximum(variances[::-1], 0))
    return Ellipse(
        (float(mean[0]), float(mean[1])), width, height, angle=angle,
        fill=False, edgecolor=colour, linewidth=1.6,
    )  # fmt: skip


def clean(axes: Axes) -> None:
    """Take away the frame's upper and right side."""
    axes.spines[["top", "right"]].set_visible(False)


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, whole or not at all."""
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=120)
