"""Several runs beside each other: one table, and one page that needs no other file."""

from __future__ import annotations

import base64
import html
import json
import statistics
from dataclasses import dataclass
from pathlib import Path

from vaegmm.config import from_dict
from vaegmm.evaluation.plots import plot_runs
from vaegmm.files import replacing
from vaegmm.training.history import Epoch

PICTURES = ("reconstructions.png", "samples.png", "manifold.png", "latents.png")
HEAD = (
    "run", "latents", "parameters", "epochs (kept)", "s per epoch", "ELBO", "BCE", "MSE", "SSIM",
    "KL", "active", "blank", "digits", "K", "accuracy", "NMI",
)  # fmt: skip
LEGEND = """ELBO, BCE (reconstruction from the posterior's mean) and KL in nats per image, MSE per \
pixel, all on validation images; active: latent dimensions that are used; blank, digits: of 200 \
random samples the share without ink, and how many digits the others show; accuracy and NMI: of \
the mixture with K components, whose labels only named them."""
STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:1240px;margin:2rem auto;padding:0 1rem}
img{max-width:100%;background:#fff}.wide{overflow-x:auto}table{border-collapse:collapse;font-size:13px}
td,th{padding:.3rem .5rem;border-bottom:1px solid #8886;text-align:right;white-space:nowrap}
td:first-child,th:first-child{text-align:left}:root{color-scheme:light dark}"""


@dataclass(frozen=True)
class FinishedRun:
    """What a run's folder tells about it.

    Attributes:
        folder: where it lies; its name is the run's.
        settings: what run.json holds.
        history: all epochs.
        metrics: what metrics.json holds for the validation images.
    """

    folder: Path
    settings: dict[str, dict[str, object]]
    history: list[Epoch]
    metrics: dict[str, dict[str, float | None]]


def read_run(folder: Path) -> FinishedRun:
    """Read a finished run from its folder.

    Raises:
        ValueError: a file is missing or damaged.
    """
    try:
        settings, history, metrics = (
            json.loads((folder / name).read_text(encoding="utf-8"))
            for name in ("run.json", "history.json", "metrics.json")
        )
        epochs = [from_dict(Epoch, epoch, str(folder / "history.json")) for epoch in history]
        return FinishedRun(folder, settings, epochs, metrics["validation"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{folder} holds no finished run: {error}") from error


def describe(run: FinishedRun) -> list[str]:
    """Return a run's row of the table, in the order of `HEAD`."""
    network, mixture = run.metrics["network"], run.metrics["mixture"]
    best = max(epoch.epoch for epoch in run.history if epoch.is_best)
    seconds = statistics.median(epoch.seconds for epoch in run.history)
    return [
        run.folder.name,
        str(run.settings["network"]["latent_dim"]),
        f"{run.settings['n_parameters']:,}",
        f"{len(run.history)} ({best})",
        f"{seconds:.1f}",
        _number(network["elbo"], ".2f"),
        _number(network["reconstruction_bce"], ".2f"),
        _number(network["reconstruction_mse"], ".4f"),
        _number(network["ssim"], ".3f"),
        _number(network["kl"], ".2f"),
        str(network["active_units"]),
        _number(network["blank_share"], ".1%"),
        str(network["labels_covered"]),
        str(mixture["n_components"]),
        _number(mixture["accuracy"], ".2%"),
        _number(mixture["nmi"], ".3f"),
    ]


def write_comparison(runs: list[FinishedRun], folder: Path) -> Path:
    """Write comparison.html, and its table as comparison.md, into a folder; return the page."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [describe(run) for run in runs]
    curves = folder / "comparison.png"
    plot_runs({run.folder.name: run.history for run in runs}, curves)
    lines = [" | ".join(HEAD), " | ".join(["---"] * len(HEAD)), *(" | ".join(r) for r in rows)]
    table = "".join(f"<tr>{_cells('td', row)}</tr>" for row in rows)
    parts = [
        f"<h1>{len(runs)} runs</h1><div class=wide><table><tr>{_cells('th', HEAD)}</tr>{table}",
        f"</table></div><p>{LEGEND}</p>{_picture(curves, 'validation curves')}",
    ]
    for run in runs:
        parts.append(f"<h2>{html.escape(run.folder.name)}</h2>")
        files = (run.folder / name for name in PICTURES)
        parts += [_picture(file, file.stem) for file in files if file.exists()]
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>Runs</title><style>{STYLE}"
    page = f'{head}</style><meta name=viewport content="width=device-width">{"".join(parts)}</html>'
    _write(folder / "comparison.md", "\n".join(f"| {line} |" for line in lines) + "\n")
    _write(folder / "comparison.html", page)
    return folder / "comparison.html"


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _cells(tag: str, texts: list[str] | tuple[str, ...]) -> str:
    return "".join(f"<{tag}>{html.escape(text)}</{tag}>" for text in texts)


def _picture(path: Path, what: str) -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<p>{what}<br><img alt="{what}" src="data:image/png;base64,{data}"></p>'


def _write(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
