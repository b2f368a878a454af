"""Runs beside each other: each figure stands below its own head."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from vaegmm.evaluation.comparison import HEAD, FinishedRun, describe
from vaegmm.evaluation.figures import Figures
from vaegmm.training.history import Epoch, Losses

LOSSES = Losses(90.0, 80.0, 10.0)
EPOCH = Epoch(1, LOSSES, LOSSES, 1e-3, 2.5, 900.0, False)
HISTORY = [EPOCH, replace(EPOCH, epoch=2, is_best=True), replace(EPOCH, epoch=3)]
NETWORK = {
    "elbo": -91.25, "reconstruction_bce": 71.5, "reconstruction_mse": 0.0125, "ssim": 0.875,
    "kl": 18.5, "active_units": 9, "blank_share": 0.015, "labels_covered": 8,
}  # fmt: skip
MIXTURE = {"n_components": 60, "accuracy": 0.9875, "nmi": None, "label_use": "none"}


def test_every_figure_stands_below_its_head() -> None:
    # Only those figures that the table shows.
    figures = Figures(mixture=SimpleNamespace(**MIXTURE), network=SimpleNamespace(**NETWORK))
    run = FinishedRun(Path("runs/mine"), 12, 1234567, HISTORY, figures)
    assert dict(zip(HEAD, describe(run), strict=True)) == {
        "run": "mine",
        "latents": "12",
        "parameters": "1,234,567",
        "epochs (kept)": "3 (2)",
        "s per epoch": "2.5",
        "ELBO": "-91.25",
        "BCE": "71.50",
        "MSE": "0.0125",
        "SSIM": "0.875",
        "KL": "18.50",
        "active": "9",
        "blank": "1.5%",
        "digits": "8",
        "K": "60",
        "accuracy": "98.75%",
        "NMI": "-",
        "labels": "none",
    }
