"""Files of tensors, as safetensors: whole or not there, and nothing is ever unpickled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import safetensors
from safetensors.torch import load_file, save_file
from torch import Tensor

from vaegmm.files import replacing
from vaegmm.settings import plain


def write_tensors(
    tensors: Mapping[str, Tensor], path: Path, words: dict[str, str] | None = None
) -> None:
    """Write tensors, and what is said of them, whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    contiguous = {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
    with replacing(path) as temporary:
        try:
            save_file(contiguous, temporary, words)
        except safetensors.SafetensorError as error:  # its way to say that the disk is full
            raise OSError(f"cannot write {path}: {error}") from error


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read a file of tensors.

    Raises:
        ValueError: it is missing or damaged.
    """
    try:
        return load_file(path)
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror or error}") from error
    except safetensors.SafetensorError as error:
        raise ValueError(f"{path} is damaged or no safetensors file: {plain(error)}") from error
