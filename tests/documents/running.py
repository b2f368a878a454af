"""Running what a document says, in a folder like a checkout.

In this process: torch's import takes seconds, and there are some fifty commands.
"""

from __future__ import annotations

import ast
import glob
import importlib
import itertools
import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from PIL import Image

from tests.documents.fences import ROOT

FILE = re.compile(r"[\w./-]+\.(?:npz|png|gif|webp|mp4|avi|json|html|jpg)")
OUTPUTS = ("-o", "--output", "--output-dir")
PICTURES = (".png", ".gif", ".webp", ".jpg")


def split_words(text: str) -> list[str]:
    """Return a command's words as a shell gives them, names of files filled in."""
    words = shlex.split(text)
    return [one for word in words for one in (sorted(glob.glob(word)) or [word])]


def find_main(words: Sequence[str]) -> tuple[str, list[str]] | None:
    """Return the module whose `main` a command runs, and its arguments; None: it is none of ours.

    Args:
        words: `python -m MODULE ...`, or one of the doors.
    """
    match words:
        case ["python", "-m", module, *rest] if module.split(".")[0] in (
            "vaegmm",
            "benchmarks",
            "scripts",
            "app",
            "tests",
        ):
            is_package = (ROOT / module.replace(".", "/")).is_dir()
            return (f"{module}.__main__" if is_package else module), rest
        case ["python", "train.py" | "evaluate.py" as door, *rest]:
            return f"vaegmm.cli.{door.removesuffix('.py')}", rest
    return None


def run_words(words: Sequence[str]) -> int:
    """Run a command of ours; return its exit code.

    Raises:
        ValueError: it is none of ours.
    """
    found = find_main(words)
    if found is None:
        raise ValueError(f"nobody here knows how to run {shlex.join(words)}")
    module, arguments = found
    code: int = importlib.import_module(module).main(arguments)
    return code


def find_outputs(words: Sequence[str]) -> list[str]:
    """Return the files and folders that a command says it writes."""
    return [value for name, value in itertools.pairwise(words) if name in OUTPUTS]


def find_names(text: str) -> list[str]:
    """Return the files that a text names."""
    return sorted(set(FILE.findall(text)))


def find_literals(code: str) -> list[str]:
    """Return the files that a program names in so many words; comments do not count."""
    nodes = (node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant))
    return sorted({one for one in nodes if isinstance(one, str) and FILE.fullmatch(one)})


def list_files(folder: Path) -> dict[Path, tuple[int, int]]:
    """Return the files of a folder, but for those behind links, with time and size."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in found}


def check_opens(path: Path) -> None:
    """Assert that a file is what its ending says, and not empty."""
    assert path.stat().st_size > 0, f"{path.name} is empty"
    if path.suffix in PICTURES:
        with Image.open(path) as picture:
            picture.load()
    elif path.suffix in (".mp4", ".avi"):
        with av.open(str(path)) as film:
            next(film.decode(video=0))
    elif path.suffix == ".npz":
        with np.load(path) as arrays:
            assert arrays.files
            assert all(arrays[name].size for name in arrays.files)
    elif path.suffix == ".json":
        json.loads(path.read_text(encoding="utf-8"))
