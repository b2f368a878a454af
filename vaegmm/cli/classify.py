"""Read pictures of digits from the terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from vaegmm.cli.parse import parse, run, say

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.operations.classify import Classification

PROG = "python -m vaegmm classify"


@dataclass(frozen=True)
class ClassifyArguments:
    """Tell which digit each picture shows."""

    images: Annotated[tuple[str, ...], tyro.conf.Positional]
    """Picture files (PNG, JPEG, WebP, ...), one digit each, dark on light or light on dark."""
    weights: str | None = None
    """Model folder, or user/name[@revision] of the Hugging Face hub; the embedded ten-digit model
    when not given."""
    json: bool = False
    """Print one JSON object per line instead of words."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: classify_files(parse(ClassifyArguments, argv, PROG)), PROG)


def classify_files(arguments: ClassifyArguments) -> None:
    """Print what the model reads in every file, and go on after one that it cannot read.

    Raises:
        ValueError: no file given, or some that could not be read as a picture (each is named).
    """
    from vaegmm.data.images import open_image
    from vaegmm.model import VAEGMM
    from vaegmm.operations.classify import classify

    if not arguments.images:
        raise ValueError("give at least one picture, for example: vaegmm classify digit.png")
    model = VAEGMM.from_pretrained(arguments.weights)
    errors = []
    for name in arguments.images:
        try:
            result = classify(model, open_image(Path(name)))
        except ValueError as error:
            errors.append(f"{name}: {error}")
            if arguments.json:
                say(json.dumps({"file": name, "error": str(error)}))
            continue
        say(_as_json(name, result) if arguments.json else _as_words(name, result))
    if errors:
        raise ValueError(f"\n{PROG}: ".join(errors))


def _as_words(name: str, result: Classification) -> str:
    doubt = "" if not result.is_outlier else "  (unlike the digits it was trained on)"
    shares = "  ".join(f"{label}: {p:.1%}" for label, p in result.probabilities.items())
    return f"{name}: {result.label}  [{shares}]{doubt}"


def _as_json(name: str, result: Classification) -> str:
    return json.dumps({"file": name, **result.summary()}, allow_nan=False)
