"""Weights that were damaged on the way: nothing starts with them, and the file is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.floor.programs import refuses, run
from vaegmm.hub.repository import WEIGHTS

pytestmark = pytest.mark.slow


def flip_a_bit(content: bytes) -> bytes:
    place = len(content) // 2
    return content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :]


def cut_off(content: bytes) -> bytes:
    return content[:-1000]


def lie_of_the_size(content: bytes) -> bytes:
    return (2**40).to_bytes(8, "little") + content[8:]


def lie_of_a_shape(content: bytes) -> bytes:
    size = int.from_bytes(content[:8], "little")
    head = json.loads(content[8 : 8 + size])
    head["means"]["shape"] = head["means"]["shape"][::-1]
    return content[:8] + json.dumps(head).encode().ljust(size)[:size] + content[8 + size :]


@pytest.mark.parametrize("damage", [flip_a_bit, cut_off, lie_of_the_size, lie_of_a_shape])
@pytest.mark.parametrize(
    "arguments",
    [
        ["-m", "app", "--port", "7859"],
        ["evaluate.py", "--dataset", "sample", "--tasks", "classification"],
        ["-m", "vaegmm", "classify", "weights/digits148/reconstructions.png"],
    ],
)
def test_damaged_weights_are_named(
    arguments: list[str], damage: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "digits148"
    shutil.copytree(WEIGHTS / "digits148", folder)
    path = folder / "model.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    ended = run([*arguments, "--weights", str(folder)])
    assert ended.out == ""
    refuses(ended, str(path))
