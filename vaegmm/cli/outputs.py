"""What several commands do alike: load the model, look where the output goes, write it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from torch import Tensor

    from vaegmm.model import VAEGMM

N_SHOWN = 100  # in a preview


def load_model(weights: str | None, device: str) -> VAEGMM:
    """Load a model onto a device.

    Raises:
        ValueError: no such model, or no such device.
    """
    from vaegmm.model import VAEGMM
    from vaegmm.runtime import resolve_device

    return VAEGMM.from_pretrained(weights).to(resolve_device(device))


def check_output(path: Path) -> None:
    """Refuse to work for what could not be written then.

    Raises:
        ValueError: there is no folder for it, nothing can be written there, or it is itself one.
    """
    check_place(path)
    if path.is_dir():
        raise ValueError(f"the output would be {path}, which is a folder; give another output")


def check_place(path: Path) -> None:
    """Refuse a path in whose folder nothing can be written.

    Raises:
        ValueError: says why.
    """
    if not path.parent.is_dir():
        raise ValueError(f"there is no folder {path.parent} for the output; make it first")
    try:
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:
        raise ValueError(
            f"the output cannot be written into {path.parent} ({error.strerror}); give another one"
        ) from error


def find_preview(path: Path) -> Path:
    """Return where the preview of a data set goes: beside it, its name with -preview.png.

    Nobody's picture has that name by chance: digits.npz must not overwrite a digits.png.

    Raises:
        ValueError: a folder is in its place.
    """
    name = path.stem if path.suffix == ".npz" else path.name
    preview = path.with_name(f"{name}-preview.png")
    if preview.is_dir():
        raise ValueError(f"the preview would be {preview}, which is a folder; give another output")
    return preview


def draw_preview(images: Tensor, captions: list[str], path: Path) -> None:
    """Draw the first images (N, 28, 28) uint8 of a data set, each with a line beneath it."""
    from vaegmm.evaluation.charts import plot_pictures

    plot_pictures(images[:N_SHOWN], captions[:N_SHOWN], path)


def write_output(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all."""
    from vaegmm.files import replacing

    with replacing(path) as temporary:
        temporary.write_bytes(content)
