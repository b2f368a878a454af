"""Measure the embedded models and write their model cards: `python -m scripts.make_cards`.

Writes metrics.json, generated.png, reconstructions.png and README.md beside the weights of each:
some four minutes on two cores. What is held back of MNIST's training images is what their training
held back, by the configs that they were trained with.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor

from vaegmm.data.datasets import LabelledImages, load_dataset, split
from vaegmm.evaluation.figures import measure_figures, write_figures
from vaegmm.evaluation.model_card import README, write_model_card
from vaegmm.evaluation.page import write_text
from vaegmm.evaluation.plots import plot_reconstructions
from vaegmm.evaluation.report import draw_generated
from vaegmm.hub.repository import EMBEDDED
from vaegmm.model import VAEGMM
from vaegmm.settings import load_toml

CONFIGS = Path(__file__).parents[1] / "configs"
N_COLUMNS = 16


def load_parts(folder: Path, data_dir: str | None) -> dict[str, LabelledImages]:
    """Return the validation and test images of an embedded model."""
    experiment = load_toml(CONFIGS / f"{folder.name}.toml")
    settings = experiment.data
    train, test = (
        load_dataset(settings.dataset, part, settings.digits, data_dir) for part in (True, False)
    )
    held_back = split(train, settings.validation_fraction, experiment.seed).validation
    return {"test": test, "validation": held_back}


def take_in_turn(data: LabelledImages) -> Tensor:
    """Return the first images (N, 28, 28) of a data set, of each label in turn."""
    firsts = [data.images[data.labels == label][:N_COLUMNS] for label in data.labels.unique()]
    return torch.stack(firsts, 1).flatten(0, 1)


def main() -> None:
    """Write the cards."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", help="folder that holds MNIST in torchvision's layout")
    arguments = parser.parse_args()
    for folder in EMBEDDED:
        model = VAEGMM.from_pretrained(folder)
        parts = load_parts(folder, arguments.data_dir)
        figures = {part: measure_figures(model, images) for part, images in parts.items()}
        draw_generated(model, folder / "generated.png", seed=0)
        plot_reconstructions(model, take_in_turn(parts["test"]), folder / "reconstructions.png")
        write_figures(figures, folder)
        write_text(write_model_card(folder), folder / README)
        for part, measured in figures.items():
            n_images, accuracy = measured.mixture.n_images, measured.mixture.accuracy
            nats = measured.network.reconstruction_bce
            print(f"{folder.name}, {n_images:,} {part} images: {accuracy:.4f}, {nats:.2f} nats")


if __name__ == "__main__":
    main()
