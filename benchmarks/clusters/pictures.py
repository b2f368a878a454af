"""The pictures: samples of every cluster, and the mistakes that a model was surest of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from torchvision.datasets import FashionMNIST

from benchmarks.clusters.plan import Name
from benchmarks.clusters.record import Record
from benchmarks.clusters.tables import TITLES
from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.plots import draw_tiles, save_figure
from vaegmm.latents import encode_images, to_pixels
from vaegmm.model import VAEGMM
from vaegmm.operations.generate import GenerateSettings, generate

N_SAMPLES = 10  # of every cluster
N_MISTAKES, N_COLUMNS = 60, 10


@dataclass(frozen=True)
class Picture:
    """A picture in a document.

    Attributes:
        path: of the PNG.
        what: one sees on it, without brackets and end.
        caption: that stands above it, one sentence.
    """

    path: Path
    what: str
    caption: str


@dataclass(frozen=True)
class Mistakes:
    """The images whose answer is wrong and surest, the surest first.

    Attributes:
        index: (M,), which images.
        answers: (M,), labels.
        probabilities: (M,), of the answers.
    """

    index: torch.Tensor
    answers: torch.Tensor
    probabilities: torch.Tensor


def name_samples(name: Name) -> str:
    """Return the file name of a data set's samples."""
    return f"{name}-samples.png"


def name_mistakes(name: Name) -> str:
    """Return the file name of a data set's mistakes."""
    return f"{name}-mistakes.png"


def list_pictures(record: Record, folder: Path) -> list[Picture]:
    """Return the pictures of the seed that agrees most with the others; of no seed, none."""
    shown = record.comparison
    if shown is None:
        return []
    which = f"{TITLES[record.name]}, seed {shown.nearest}"
    if len(shown.seeds) > 1:
        which += ", which agrees most with the other seeds"
    figures = record.figures[record.seeds.index(shown.nearest)]
    n_shown = min(round(figures.n_images * (1 - figures.accuracy)), N_MISTAKES)
    made, wrong = "ten samples of every cluster", f"the {n_shown} surest mistakes"
    told = f"{wrong} on the test images, each with truth → answer and the answer's probability"
    pictures = [
        Picture(folder / name_samples(record.name), made, f"{which}: {made}."),
        Picture(folder / name_mistakes(record.name), wrong, f"{which}: {told}."),
    ]
    return pictures if n_shown else pictures[:1]


def draw_samples(model: VAEGMM, dataset: str, path: Path, seed: int) -> None:
    """Draw ten samples of every cluster, a row each, with the cluster's name beside it.

    Args:
        model: draws by label, as its command does.
        dataset: name of the data set, for the names of its labels.
        path: of the PNG.
        seed: of the draws.
    """
    labels = model.drawable_labels
    made = generate(model, len(labels) * N_SAMPLES, GenerateSettings(labels), seed)
    images = torch.from_numpy(made.images[np.argsort(made.labels, kind="stable")])
    figure = Figure(figsize=(8, 0.2 + 0.7 * len(labels)), layout="compressed")
    axes = figure.subplots()
    draw_tiles(axes, to_pixels(images), N_SAMPLES)
    middles = 28 * np.arange(len(labels)) + 13.5
    axes.set(yticks=middles, yticklabels=[name_label(dataset, label) for label in labels])
    axes.tick_params(length=0, labelsize=13)
    axes.spines[:].set_visible(False)
    save_figure(figure, path)


def draw_mistakes(model: VAEGMM, dataset: str, test: LabelledImages, path: Path) -> None:
    """Draw the surest mistakes, at most six rows of ten, with truth, answer and its probability.

    Args:
        model: answers.
        dataset: name of the data set, for the names of its labels.
        test: images and what they show.
        path: of the PNG.
    """
    found = find_mistakes(model, test)
    captions = _caption(found, test.labels[found.index], dataset)
    n_rows = max(-(-len(captions) // N_COLUMNS), 1)
    n_lines = max((caption.count("\n") for caption in captions), default=0)
    figure = Figure(figsize=(10, n_rows * (1.15 + 0.16 * n_lines)), layout="constrained")
    panels = figure.subplots(n_rows, N_COLUMNS, squeeze=False).ravel()
    for panel in panels:
        panel.set(xticks=[], yticks=[])
        panel.spines[:].set_visible(False)
    images = test.images[found.index].numpy()
    for panel, image, caption in zip(panels, images, captions, strict=False):
        panel.imshow(image, cmap="gray_r", vmin=0, vmax=255)
        panel.set_xlabel(caption, fontsize=10)
    save_figure(figure, path)


def find_mistakes(model: VAEGMM, data: LabelledImages) -> Mistakes:
    """Return the images that a model answers wrongly with the greatest probability."""
    z = encode_images(model.network, data.images).to(model.means.device)
    probabilities, indices = model.label_probabilities(z).cpu().max(1)
    answers = torch.tensor(model.labels)[indices]
    wrong = (answers != data.labels).nonzero().squeeze(1)
    order = probabilities[wrong].argsort(descending=True, stable=True)[:N_MISTAKES]
    index = wrong[order]
    return Mistakes(index, answers[index], probabilities[index])


def name_label(dataset: str, label: int) -> str:
    """Return what a label is called: garments by their names, digits by themselves."""
    return str(FashionMNIST.classes[label]) if dataset == "fashion-mnist" else str(label)


def _caption(found: Mistakes, truth: torch.Tensor, dataset: str) -> list[str]:
    """Return what stands below each mistake; the names of garments need a line each."""
    between = "\n→ " if dataset == "fashion-mnist" else " → "
    pairs = zip(truth.tolist(), found.answers.tolist(), strict=True)
    names = [between.join(name_label(dataset, label) for label in pair) for pair in pairs]
    shown = map(_describe, found.probabilities.tolist())
    return [f"{name}\n{one}" for name, one in zip(names, shown, strict=True)]


def _describe(probability: float) -> str:
    return "> 99.9 %" if probability > 0.999 else f"{100 * probability:.1f} %"
