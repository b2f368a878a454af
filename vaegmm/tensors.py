"""Files of tensors, as safetensors: whole or not there, and nothing is ever unpickled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import safetensors
from safetensors.torch import load_file, save_file
from torch import Tensor

from vaegmm.files import replacing
from vaegmm.settings import plain

DIGEST = "tensors_sha256"  # what the SHA-256 of tensors is called in the JSON file beside them


def write_tensors(
    tensors: Mapping[str, Tensor], path: Path, words: dict[str, str] | None = None
) -> str:
    """Write tensors, and what is said of them, whole or not at all.

    Returns:
        The file's SHA-256, in hexadecimal.

    Raises:
        OSError: the file cannot be written.
    """
    contiguous = {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
    with replacing(path) as temporary:
        try:
            save_file(contiguous, temporary, words)
        except safetensors.SafetensorError as error:  # its way to say that the disk is full
            raise OSError(f"cannot write {path}: {error}") from error
        return digest(temporary)


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


def check_digest(path: Path, words: Path) -> None:
    """Refuse a file of tensors that is not the one that a JSON file tells of.

    A bit that has tipped over in a tensor is a number like any other, and tensors that do not
    belong to what is said of them may be of the right shape: nothing else would tell.

    Args:
        path: of the tensors.
        words: the JSON file; the SHA-256 stands there as `DIGEST`, but in folders of before.

    Raises:
        ValueError: the file is named.
    """
    try:
        expected = json.loads(words.read_text(encoding="utf-8")).get(DIGEST)
    except (AttributeError, OSError, ValueError) as error:
        raise ValueError(f"cannot read {words}: {error}") from error
    if expected is None:
        return
    found = digest(path)
    if found != expected:
        raise ValueError(
            f"{path} is damaged, or not what {words.name} tells of: its SHA-256 must be "
            f"{plain(expected):.12}..., got {found:.12}...; fetch, save or train the whole folder "
            "again"
        )


def digest(path: Path) -> str:
    """Return a file's SHA-256, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
