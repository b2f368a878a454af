"""Several runs beside each other: one table, and one page that needs no other file."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path

from vaegmm.evaluation import markdown
from vaegmm.evaluation.figures import FIGURES, Figures, read_figures
from vaegmm.evaluation.page import heading, paragraph, picture, table, write_page, write_text
from vaegmm.evaluation.plots import plot_runs
from vaegmm.files import readable_name
from vaegmm.networks.vae import count_parameters
from vaegmm.training.components import CALIBRATED
from vaegmm.training.history import HISTORY, Epoch, read_epochs
from vaegmm.training.run import read_settings

PICTURES = ("reconstructions.png", "samples.png", "manifold.png", "latents.png")
HEAD = (
    "run", "latents", "parameters", "epochs (kept)", "s per epoch", "ELBO", "BCE", "MSE", "SSIM",
    "KL", "active", "blank", "digits", "K", "accuracy", "NMI", "labels",
)  # fmt: skip
LEGEND = """Epochs are the network's own, before a joint step. ELBO and KL (with N(0, I) as prior) \
and BCE (reconstruction from the posterior's mean) in nats per image, MSE per pixel, all on \
validation images; active: latent dimensions that are used; blank, digits: of 200 random samples \
the share without ink, and how many digits the others show; accuracy and NMI: of the mixture with \
K components; labels: what they were used for."""


@dataclass(frozen=True)
class FinishedRun:
    """What a run's folder tells about it.

    Attributes:
        folder: where it lies; its name is the run's.
        latent_dim: of its network.
        n_parameters: of its network.
        history: all epochs.
        figures: those of the validation images.
    """

    folder: Path
    latent_dim: int
    n_parameters: int
    history: list[Epoch]
    figures: Figures


def read_run(folder: Path) -> FinishedRun:
    """Read a finished run from its folder.

    Raises:
        ValueError: a file is missing or damaged.
    """
    try:
        experiment, _ = read_settings(folder)
        history, figures = read_epochs(folder / HISTORY, Epoch), read_figures(folder)
        if not any(epoch.is_best for epoch in history) or "validation" not in figures:
            raise ValueError(f"{HISTORY} or {FIGURES} is missing, or holds nothing of it")
        network = experiment.network
        n_parameters = count_parameters(network)
    except ValueError as error:
        raise ValueError(f"{folder} holds no finished run: {error}") from error
    return FinishedRun(folder, network.latent_dim, n_parameters, history, figures["validation"])


def describe(run: FinishedRun) -> list[str]:
    """Return a run's row of the table, in the order of `HEAD`."""
    network, mixture = run.figures.network, run.figures.mixture
    best = max(epoch.epoch for epoch in run.history if epoch.is_best)
    seconds = statistics.median(epoch.seconds for epoch in run.history)
    return [
        readable_name(run.folder),
        str(run.latent_dim),
        f"{run.n_parameters:,}",
        f"{len(run.history)} ({best})",
        f"{seconds:.1f}",
        _number(network.elbo, ".2f"),
        _number(network.reconstruction_bce, ".2f"),
        _number(network.reconstruction_mse, ".4f"),
        _number(network.ssim, ".3f"),
        _number(network.kl, ".2f"),
        str(network.active_units),
        _number(network.blank_share, ".1%"),
        str(network.labels_covered),
        str(mixture.n_components),
        _number(mixture.accuracy, ".2%"),
        _number(mixture.nmi, ".3f"),
        mixture.label_use.replace(CALIBRATED, ""),
    ]


def write_comparison(runs: list[FinishedRun], folder: Path) -> Path:
    """Write comparison.html, and its table as comparison.md, into a folder; return the page."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [describe(run) for run in runs]
    curves = folder / "comparison.png"
    plot_runs({readable_name(run.folder): run.history for run in runs}, curves)
    title = f"{len(runs)} runs"
    parts = [heading(title, 1), table(HEAD, rows), paragraph(LEGEND)]
    parts.append(picture(curves, "validation curves"))
    for run in runs:
        parts.append(heading(readable_name(run.folder), 2))
        files = (run.folder / name for name in PICTURES)
        parts += [picture(file, file.stem) for file in files if file.exists()]
    write_page(title, parts, folder / "comparison.html")
    write_text(markdown.table(HEAD, rows) + "\n", folder / "comparison.md")
    return folder / "comparison.html"


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
