"""A model's figures on parts of a data set, as metrics.json in its folder holds them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vaegmm.data.datasets import LabelledImages
from vaegmm.evaluation.autoencoding import AutoencoderMetrics, measure_autoencoder
from vaegmm.evaluation.metrics import Metrics, measure
from vaegmm.files import write_json
from vaegmm.model import VAEGMM
from vaegmm.settings import check_finite, from_dict

FIGURES = "metrics.json"
SPLITS = ("test", "validation")


@dataclass(frozen=True)
class Figures:
    """What was measured on one part of the images.

    Attributes:
        mixture: how well images are read.
        network: how well they are rebuilt.
    """

    mixture: Metrics
    network: AutoencoderMetrics


def measure_figures(model: VAEGMM, data: LabelledImages, seed: int = 0) -> Figures:
    """Measure a model on labelled images."""
    return Figures(measure(model, data), measure_autoencoder(model, data, seed))


def write_figures(figures: Mapping[str, Figures], folder: Path) -> None:
    """Write figures, by the part that they were measured on (see `SPLITS`), into a folder."""
    values = {part: dataclasses.asdict(measured) for part, measured in figures.items()}
    write_json(folder / FIGURES, values)


def read_figures(folder: Path) -> dict[str, Figures]:
    """Read the figures of a model's folder, by part, in the order of `SPLITS`.

    Returns:
        None of them where there is no file.

    Raises:
        ValueError: the file is damaged, holds a number that is none, or was not written for a
            model.
    """
    path = folder / FIGURES
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict) or not values.keys() <= set(SPLITS):
            raise ValueError(f"expected figures by {' and '.join(SPLITS)} images alone")
        figures = {p: from_dict(Figures, values[p], p) for p in SPLITS if p in values}
        for measured in figures.values():
            check_finite(measured)
    except FileNotFoundError:
        return {}
    except (OSError, RecursionError, TypeError, ValueError) as error:
        raise ValueError(f"{path} holds no figures of a model: {error}") from error
    return figures
