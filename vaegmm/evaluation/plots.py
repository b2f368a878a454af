"""Pictures of a run and of a model, as PNG. matplotlib is imported here and nowhere else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from numpy.typing import NDArray
from torch import Tensor

from vaegmm.evaluation.metrics import Metrics
from vaegmm.files import replacing
from vaegmm.latents import decode_latents, encode_images, to_pixels
from vaegmm.model import VAEGMM
from vaegmm.training.history import Epoch

# Okabe & Ito 2008: ten hues (the last two added) that colour-blind readers tell apart.
PALETTE = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7",
    "#56B4E9", "#B8A900", "#000000", "#8C510A", "#999999",
)  # fmt: skip


def plot_curves(history: list[Epoch], path: Path) -> None:
    """Draw loss, reconstruction and KL over the epochs, training beside validation."""
    figure = Figure(figsize=(11, 3.4), layout="constrained")
    epochs = [epoch.epoch for epoch in history]
    best = max(epoch.epoch for epoch in history if epoch.is_best)
    titles = {"loss": "Loss", "reconstruction_nll": "Reconstruction", "kl": "KL divergence"}
    for axes, (name, title) in zip(figure.subplots(1, 3), titles.items(), strict=True):
        for part, colour in (("train", PALETTE[1]), ("validation", PALETTE[0])):
            values = [getattr(getattr(epoch, part), name) for epoch in history]
            axes.plot(epochs, values, color=colour, label=part, linewidth=1.6)
        axes.axvline(best, color="0.6", linestyle=":", label=f"kept: epoch {best}")
        axes.set(title=title, xlabel="epoch", ylabel="nats per image")
        _clean(axes)
    axes.legend(frameon=False)
    _save(figure, path)


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
    _save(figure, path)


def plot_latents(model: VAEGMM, z: Tensor, labels: Tensor, path: Path) -> None:
    """Draw latents z (N, D) coloured by label, with every component as an ellipse (2 std).

    More than two dimensions are projected on their two principal directions; the ellipses are the
    exact projections of the components.
    """
    points = z.double().numpy()
    centre, axes_2d = _principal_plane(points)
    flat = (points - centre) @ axes_2d  # (N, 2)
    figure = Figure(figsize=(7, 6.4), layout="constrained")
    axes = figure.subplots()
    for colour, label in zip(PALETTE, model.labels, strict=False):
        chosen = flat[(labels == label).numpy()]
        x, y = chosen.T
        axes.scatter(x, y, s=5, color=colour, alpha=0.35, linewidths=0, label=str(label))
    factors = model.precisions_cholesky.cpu().double().numpy()
    means = (model.means.cpu().double().numpy() - centre) @ axes_2d  # (K, 2)
    for mean, factor, label in zip(means, factors, model.config.component_labels, strict=True):
        covariance = axes_2d.T @ np.linalg.inv(factor @ factor.T) @ axes_2d
        axes.add_patch(_ellipse(mean, covariance, PALETTE[model.labels.index(label) % 10]))
    names = ("z1", "z2") if points.shape[1] <= 2 else ("principal direction 1", "2")
    axes.set(xlabel=names[0], ylabel=names[1], title=f"Latents and {len(means)} components")
    axes.legend(frameon=False, markerscale=3)
    _clean(axes)
    _save(figure, path)


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
    _save(figure, path)


def _principal_plane(
    points: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the centre (D,) and two directions (D, 2); the axes themselves when D is 1 or 2."""
    if points.shape[1] <= 2:
        return np.zeros(points.shape[1]), np.eye(2)[: points.shape[1]]
    centre = points.mean(0)
    _, directions = np.linalg.eigh(np.cov((points - centre).T))
    return centre, directions[:, :-3:-1]


def _ellipse(mean: NDArray[np.float64], covariance: NDArray[np.float64], colour: str) -> Ellipse:
    variances, directions = np.linalg.eigh(covariance)
    angle = float(np.degrees(np.arctan2(directions[1, 1], directions[0, 1])))
    # 2 standard deviations to either side; rounding may leave a flat one below 0
    width, height = 4 * np.sqrt(np.maximum(variances[::-1], 0))
    return Ellipse(
        (float(mean[0]), float(mean[1])), width, height, angle=angle,
        fill=False, edgecolor=colour, linewidth=1.6,
    )  # fmt: skip


def _clean(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)


def _save(figure: Figure, path: Path) -> None:
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=120)
