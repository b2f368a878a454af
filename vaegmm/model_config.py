"""What a model's config.json says: read strictly, no default stands in for anything.

Beside it stands the SHA-256 of the tensors that belong to it (see `check_digest`).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vaegmm.config import NetworkConfig
from vaegmm.files import write_json
from vaegmm.outliers import OutlierRule
from vaegmm.settings import check_finite, from_dict, show
from vaegmm.tensors import DIGEST

FORMAT_VERSION = 4
MAX_LABEL = 999  # as of data sets


@dataclass(frozen=True)
class ModelConfig:
    """What config.json holds."""

    format_version: int
    """Layout of the folder; this program reads version 4."""
    network: NetworkConfig
    """Shape of the network."""
    labels: tuple[int, ...]
    """What the model can answer, ascending."""
    component_labels: tuple[int, ...]
    """The label that each of the K components was named with."""
    temperature: float
    """What the labels' log-probabilities are divided by, so that they are right as often as they
    say (Guo et al. 2017)."""
    outliers: OutlierRule
    """Where images begin that are unlike any label."""
    label_use: str
    """What labels were used for, in words."""
    training_images: str
    """What the model was trained on, in words."""


def write_config(config: ModelConfig, tensors_sha256: str, folder: Path) -> None:
    """Write a model's config.json, with the SHA-256 of its tensors' file."""
    write_json(folder / "config.json", dataclasses.asdict(config) | {DIGEST: tensors_sha256})


def read_config(folder: Path) -> ModelConfig:
    """Read a model's config.json.

    Raises:
        ValueError: it is missing or damaged, does not say everything, or contradicts itself.
    """
    path = folder / "config.json"
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(
            f"no model in {folder}: cannot read config.json ({error.strerror}); give a folder "
            "written by train.py, such as weights/digits"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not valid JSON: {error}") from error
    version = values.get("format_version") if isinstance(values, dict) else None
    if version != FORMAT_VERSION:
        raise ValueError(
            f"{path}: format_version must be {FORMAT_VERSION}, got {show(version)}; update the "
            "program or train the model again"
        )
    values.pop(DIGEST, None)
    _check_keys(ModelConfig, values, path)
    _check_keys(NetworkConfig, values["network"], path)
    _check_keys(OutlierRule, values["outliers"], path)
    config = from_dict(ModelConfig, values, where=str(path))
    try:
        check_config(config)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return config


def _check_keys(cls: type, values: object, path: Path) -> None:
    """No default may stand in for what a model's config does not say."""
    found = values if isinstance(values, dict) else {}
    missing = [field.name for field in dataclasses.fields(cls) if field.name not in found]
    if missing:
        raise ValueError(f"{path}: missing key {missing[0]!r}")


def check_config(config: ModelConfig) -> None:
    """Refuse a config that contradicts itself.

    Raises:
        ValueError: the entry is named.
    """
    check_finite(config)
    labels = config.labels
    is_ascending = list(labels) == sorted(set(labels))
    if not labels or not is_ascending or labels[0] < 0 or labels[-1] > MAX_LABEL:
        raise ValueError(
            f"labels must be from 0 to {MAX_LABEL}, ascending and without repeats, got "
            f"{show(labels)}"
        )
    for name, value in (
        ("temperature", config.temperature),
        ("log_density_tail", config.outliers.log_density_tail),
        ("misfit_tail", config.outliers.misfit_tail),
    ):
        if not value > 0:
            raise ValueError(f"{name} must be above 0, got {value}")
    for name, words in (
        ("label_use", config.label_use),
        ("training_images", config.training_images),
    ):
        if not words.isprintable():  # it stands in tables, and may come from anywhere
            raise ValueError(f"{name} must be one line of printable text, got {words!r:.60}")
    strangers = set(config.component_labels) - set(labels)
    if strangers or not config.component_labels:
        raise ValueError(
            f"component_labels must be taken from labels {show(labels)}, got "
            f"{show(config.component_labels)}"
        )


def name_labels(labels: Sequence[int], between: str = ", ") -> str:
    """Return labels in as few signs as they take: "0-9", "1, 4, 8"."""
    first, last = labels[0], labels[-1]
    is_run = len(labels) > 2 and list(labels) == list(range(first, first + len(labels)))
    return f"{first}-{last}" if is_run else between.join(map(str, labels))
