"""What a finished run, and an evaluation, leave in their folders: figures, pictures, pages."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.autoencoding import AutoencoderMetrics, random_latents
from vaegmm.evaluation.figures import FIGURES, measure_figures, write_figures
from vaegmm.evaluation.metrics import Metrics
from vaegmm.evaluation.model_card import README, write_model_card
from vaegmm.evaluation.page import heading, paragraph, picture, table, write_page, write_text
from vaegmm.evaluation.plots import (
    plot_curves,
    plot_latents,
    plot_manifold,
    plot_reconstructions,
    plot_samples,
)
from vaegmm.evaluation.tasks import Section
from vaegmm.files import replacing, write_json
from vaegmm.latents import decode_latents, encode_images
from vaegmm.model import VAEGMM
from vaegmm.operations.generate import GenerateSettings, generate
from vaegmm.sheet import encode_sheet
from vaegmm.training.history import Epoch

N_SHOWN = 128  # samples in the picture
N_COLUMNS, LEAST_ROWS, SCALE = 16, 5, 2  # of the picture of generated ones


def report_run(
    model: VAEGMM, validation: LabelledImages, history: list[Epoch], folder: Path, seed: int
) -> tuple[Metrics, AutoencoderMetrics]:
    """Measure a model on its validation images; save it, its figures, pictures and card."""
    measured = measure_figures(model, validation, seed)
    figures = {"validation": measured}
    model.save_pretrained(folder)
    plot_curves(history, folder / "curves.png")
    plot_model(model, validation, folder, seed)
    write_text(write_model_card(folder, figures=figures), folder / README)
    write_figures(figures, folder)  # last: they say that the run is whole
    return measured.mixture, measured.network


def draw_generated(model: VAEGMM, path: Path, seed: int) -> None:
    """Draw digits that the model makes, as its command does: label by label, dark on white."""
    labels = model.drawable_labels
    n_rows = -(-LEAST_ROWS // len(labels)) * len(labels)  # as many for each label
    made = generate(model, n_rows * N_COLUMNS, GenerateSettings(labels), seed)
    images = made.images[np.argsort(made.labels, kind="stable")]
    with replacing(path) as temporary:
        temporary.write_bytes(encode_sheet(255 - images, N_COLUMNS, SCALE))


def plot_model(model: VAEGMM, data: LabelledImages, folder: Path, seed: int) -> None:
    """Draw what a model does with labelled images, and what it invents."""
    plot_reconstructions(model, data.images, folder / "reconstructions.png")
    samples = decode_latents(model.network, random_latents(model, N_SHOWN, seed))
    plot_samples(samples, folder / "samples.png")
    draw_generated(model, folder / "generated.png", seed)
    z = encode_images(model.network, data.images)
    plot_latents(model, z, data.labels, folder / "latents.png")
    if model.network.config.latent_dim == 2:
        plot_manifold(model.network, folder / "manifold.png")


def write_report(title: str, model: VAEGMM, sections: list[Section], folder: Path) -> None:
    """Write metrics.json, and report.html with the pictures that lie in the folder."""
    figures = {section.title.lower(): section.figures for section in sections}
    write_json(folder / FIGURES, figures)
    trained_on = model.config.training_images
    parts = [
        heading(title, 1),
        paragraph(f"Trained on {trained_on}. Labels: {model.config.label_use}."),
    ]
    for section in sections:
        parts += [heading(section.title, 2), paragraph(section.note)]
        parts.append(table(section.head, section.rows))
        parts += [picture(folder / name, what) for name, what in section.pictures.items()]
    write_page(title, parts, folder / "report.html")
