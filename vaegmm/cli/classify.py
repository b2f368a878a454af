"""Read pictures of digits from the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from tyro.conf import Positional, arg

from vaegmm.cli.answer import Answer
from vaegmm.cli.command import run_command
from vaegmm.cli.options import Device, Json, Weights
from vaegmm.cli.outputs import load_model
from vaegmm.cli.program import program

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.operations.classify import Classification


@dataclass(frozen=True)
class ClassifyArguments:
    """Tell which digit each picture shows, how sure the model is, and whether it is one at all."""

    EXAMPLES: ClassVar = ("digit.png another.jpg", "--json digit.png")

    images: Annotated[tuple[str, ...], Positional, arg(metavar="IMAGE [IMAGE ...]")]
    """Picture files (PNG, JPEG, WebP, ...), one digit each, dark on light or light on dark."""
    weights: Weights = None
    device: Device = "auto"
    json: Json = False


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run_command("classify", ClassifyArguments, classify_files, argv)


def classify_files(arguments: ClassifyArguments, answer: Answer) -> None:
    """Say what the model reads in every file, and go on after one that it cannot read.

    Raises:
        ValueError: no file given, or some that could not be read as a picture (each is named).
    """
    prog = program("classify")
    if not arguments.images:
        raise ValueError(f"give at least one picture, for example: {prog} digit.png")

    from vaegmm.data.images import open_image
    from vaegmm.operations.classify import classify

    model = load_model(arguments.weights, arguments.device)
    errors = []
    for name in arguments.images:
        try:
            result = classify(model, open_image(Path(name)))
        except ValueError as error:
            errors.append(f"{name}: {error}")
            answer({"file": name, "error": str(error)})
            continue
        answer({"file": name, **result.summary()}, _describe(name, result))
    if errors:
        raise ValueError(f"\n{prog}: ".join(errors))


def _describe(name: str, result: Classification) -> str:
    doubt = "" if not result.is_outlier else "  (unlike the digits it was trained on)"
    shares = "  ".join(f"{label}: {p:.1%}" for label, p in result.probabilities.items())
    return f"{name}: {result.label}  [{shares}]{doubt}"
