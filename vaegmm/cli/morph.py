"""Turn one number into another, as an animation."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from tyro.conf import Positional, arg

from vaegmm.cli.answer import Answer, settings_of
from vaegmm.cli.command import run_command
from vaegmm.cli.options import DataDir, Dataset, Device, Json, Output, Seed, Weights
from vaegmm.cli.outputs import check_output, load_model, write_output
from vaegmm.cli.parse import say

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.media import Format
    from vaegmm.model import VAEGMM
    from vaegmm.operations.morph import Morph, MorphSettings
    from vaegmm.operations.writing import Digit


@dataclass(frozen=True)
class MorphArguments:
    """Turn one number into another, smoothly, and write the animation.

    The output's ending chooses the format: .gif, .webp, .mp4, .avi, or .png for a strip of all
    frames. Typed numbers are written in real handwriting; the seed chooses whose.
    """

    EXAMPLES: ClassVar = ("32 41 -o morph.gif", "3 drawn.png -o morph.mp4 --seed 7")

    numbers: Annotated[tuple[str, str], Positional, arg(metavar="FROM TO")]
    """The number that turns into the other, and that one: each 1 to 6 digits, or a picture file of
    them."""
    path: Literal["geodesic", "linear", "slerp"] = "geodesic"
    """geodesic is the shortest way in what is seen, through what the model knows; linear the
    straight line between two latents; slerp the arc."""
    n_frames: int = 60
    """Frames from one number to the other, both included; 2 to 240."""
    easing: Literal["none", "ease-in-out"] = "none"
    """none changes every frame by as much; ease-in-out begins and ends slowly."""
    returns: bool = True
    """With --no-returns, go there once, not there and back again."""
    keep_ends: bool = True
    """With --no-keep-ends, begin and end with reconstructions, not with the pictures themselves."""
    fps: float = 30
    """Frames per second."""
    size: int = 280
    """Height of a digit in pixels; a multiple of 28 up to 560."""
    ink: str = "#ffffff"
    """Colour of the strokes, as #rrggbb."""
    paper: str = "#000000"
    """Colour behind them, as #rrggbb."""
    output: Output = "morph.gif"
    weights: Weights = None
    dataset: Dataset = "sample"
    data_dir: DataDir = None
    seed: Annotated[Seed, arg(aliases=["--style"])] = 0
    device: Device = "auto"
    json: Json = False


@dataclass(frozen=True)
class _Number:
    """A number's digits, what is read in them, and what is doubtful about that."""

    given: str
    digits: list[Digit]
    read: list[int | None]
    doubts: str = ""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run_command("morph", MorphArguments, write_morph, argv)


def write_morph(arguments: MorphArguments, answer: Answer) -> None:
    """Make the morph and write its file.

    Raises:
        ValueError: an argument out of range, a picture that cannot be read as a number, or weights
            or data that cannot be read.
        OSError: a file that cannot be written.
    """
    from vaegmm.media import MediaSettings, check_settings, encode_media
    from vaegmm.operations.morph import MorphSettings, check_morph

    a, path = arguments, Path(arguments.output)
    format = _choose_format(path)
    check_output(path)
    _check_is_no_input(path, a.numbers)
    settings = MorphSettings(a.path, a.n_frames, a.easing, a.keep_ends)
    media = MediaSettings(a.fps, a.size, a.ink, a.paper, a.returns)
    check_morph(settings)
    check_settings(media, format, a.n_frames)
    model = load_model(a.weights, a.device)
    numbers = _find_numbers(model, a)
    first, last = (number.digits for number in numbers)
    check_settings(media, format, a.n_frames, max(len(first), len(last)))
    begun = time.perf_counter()
    content = encode_media(_make(model, first, last, settings).joined(), media, format)
    write_output(path, content)
    found = [{"given": one.given, "read": one.read, "doubts": one.doubts} for one in numbers]
    values = {
        "output": str(path), "format": format, "n_frames": a.n_frames, "bytes": len(content),
        "seconds": time.perf_counter() - begun, "numbers": found, "settings": settings_of(a),
    }  # fmt: skip
    names = " to ".join(a.numbers)
    back = ", and back again" if a.returns and format != "png" else ""
    answer(values, f"{a.n_frames} frames from {names}{back}: {path}, {len(content) / 1e3:,.0f} KB")


def _check_is_no_input(path: Path, numbers: tuple[str, str]) -> None:
    for name in numbers:
        if path.exists() and Path(name).exists() and path.samefile(name):
            raise ValueError(
                f"the output would replace {name}, which is given; give another output"
            )


def _choose_format(path: Path) -> Format:
    from vaegmm.media import FORMATS

    ending = path.suffix.lower().removeprefix(".")
    format = next((one for one in FORMATS if one == ending), None)
    if format is None:
        known = ", ".join(f".{one}" for one in FORMATS)
        raise ValueError(f"output must end in one of {known}, got {str(path)!r}")
    return format


def _find_numbers(model: VAEGMM, arguments: MorphArguments) -> list[_Number]:
    """Find the digits of both numbers: typed ones are written, pictures split."""
    from vaegmm.data.datasets import load_dataset
    from vaegmm.operations.handwriting import encode_handwriting
    from vaegmm.operations.writing import check_number, write_number
    from vaegmm.runtime import MAX_SEED

    a = arguments
    if not 0 <= a.seed <= MAX_SEED:
        raise ValueError(f"the seed must be from 0 to {MAX_SEED}, got {a.seed}")
    typed = [text for text in a.numbers if text.isdigit()]
    for text in typed:
        check_number(model, text, a.seed)
    found = {name: _split(model, name) for name in a.numbers if name not in typed}
    if typed:
        data = load_dataset(a.dataset, False, (), a.data_dir)
        handwriting = encode_handwriting(model, data)
        for text in typed:
            digits = write_number(model, handwriting, text, a.seed)
            found[text] = _Number(text, digits, list(map(int, text)))
    return [found[name] for name in a.numbers]


def _split(model: VAEGMM, name: str) -> _Number:
    """Split a picture of a number, and say what is read in it."""
    from vaegmm.data.images import open_image
    from vaegmm.data.numbers import split_number
    from vaegmm.operations.writing import describe_doubts, read_digits

    try:
        digits: list[Digit] = split_number(open_image(Path(name)))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    number = _Number(name, digits, read_digits(model, digits), describe_doubts(model, digits))
    read = ", ".join(map(str, number.read))
    plural = "s" if len(digits) > 1 else ""
    doubts = f". {number.doubts}" if number.doubts else ""
    say(f"{name}: {len(digits)} digit{plural}, read as {read}{doubts}")
    return number


def _make(
    model: VAEGMM, source: list[Digit], target: list[Digit], settings: MorphSettings
) -> Morph:
    """Make the morph place by place, with a bar once it takes longer than a second."""
    from tqdm import tqdm

    from vaegmm.operations.morph import align, join_places, morph_places

    places = align(source, target)
    bar = tqdm(places, unit="digit", disable=None, delay=1)
    return join_places([morph_places(model, [start], [end], settings) for start, end in bar])
