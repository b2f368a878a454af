"""Turn one number into another, as an animation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from vaegmm.cli.parse import parse, run, say

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.media import Format
    from vaegmm.model import VAEGMM
    from vaegmm.operations.morph import Morph, MorphSettings
    from vaegmm.operations.writing import Digit

PROG = "python -m vaegmm morph"


@dataclass(frozen=True)
class MorphArguments:
    """Turn one number into another, smoothly, and write the animation."""

    source: Annotated[str, tyro.conf.Positional]
    """1 to 6 digits, which are written in real handwriting, or a picture file of a number."""
    target: Annotated[str, tyro.conf.Positional]
    """The same, of the number that it turns into."""
    output: Annotated[str, tyro.conf.arg(aliases=["-o"])] = "morph.gif"
    """File to write; its ending chooses the format: .gif, .webp, .mp4, .avi, or .png for a strip of
    all frames."""
    path: Literal["geodesic", "linear", "slerp"] = "geodesic"
    """geodesic is the shortest way in what is seen, through what the model knows; linear the
    straight line between two latents; slerp the arc."""
    n_frames: int = 60
    """Frames from one number to the other, both included; 2 to 240."""
    easing: Literal["none", "ease-in-out"] = "none"
    """none changes every frame by as much; ease-in-out begins and ends slowly."""
    returns: bool = True
    """There and back again, or once."""
    keep_ends: bool = True
    """Begin and end with the pictures themselves, not with their reconstructions."""
    style: int = 0
    """Seed of the handwriting that typed digits are written in."""
    fps: float = 30
    """Frames per second."""
    size: int = 280
    """Height of a digit in pixels; a multiple of 28 up to 560."""
    ink: str = "#ffffff"
    """Colour of the strokes, as #rrggbb."""
    paper: str = "#000000"
    """Colour behind them, as #rrggbb."""
    weights: str | None = None
    """Model folder, or user/name[@revision] of the Hugging Face hub; the embedded ten-digit model
    when not given."""
    dataset: str = "sample"
    """Digits that typed numbers are written with: sample (bundled), mnist, or an .npz file."""
    data_dir: str | None = None
    """Folder in torchvision's layout; else $VAEGMM_DATA, else the user's cache."""
    device: str = "auto"
    """auto (a GPU when there is one), cpu, cuda, ..."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: write_morph(parse(MorphArguments, argv, PROG)), PROG)


def write_morph(arguments: MorphArguments) -> None:
    """Make the morph and write its file.

    Raises:
        ValueError: an argument out of range, a picture that cannot be read as a number, or weights
            or data that cannot be read.
        OSError: a file that cannot be written.
    """
    from vaegmm.files import replacing
    from vaegmm.media import MediaSettings, check_settings, encode_media
    from vaegmm.model import VAEGMM
    from vaegmm.operations.morph import MorphSettings, check_morph
    from vaegmm.runtime import resolve_device

    path = Path(arguments.output)
    format = _choose_format(path)
    if not path.parent.is_dir():
        raise ValueError(f"there is no folder {path.parent} for the output; make it first")
    a = arguments
    settings = MorphSettings(a.path, a.n_frames, a.easing, a.keep_ends)
    media = MediaSettings(a.fps, a.size, a.ink, a.paper, a.returns)
    check_morph(settings)
    check_settings(media, format, a.n_frames)
    model = VAEGMM.from_pretrained(a.weights).to(resolve_device(a.device))
    numbers = _find_numbers(model, a)
    check_settings(media, format, a.n_frames, max(map(len, numbers)))
    made = _make(model, numbers[0], numbers[1], settings)
    content = encode_media(made.joined(), media, format)
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    say(f"{a.n_frames} frames from {a.source} to {a.target}: {path}, {len(content) / 1e3:,.0f} KB")


def _choose_format(path: Path) -> Format:
    from vaegmm.media import FORMATS

    ending = path.suffix.lower().removeprefix(".")
    format = next((one for one in FORMATS if one == ending), None)
    if format is None:
        known = ", ".join(f".{one}" for one in FORMATS)
        raise ValueError(f"output must end in one of {known}, got {str(path)!r}")
    return format


def _find_numbers(model: VAEGMM, arguments: MorphArguments) -> list[list[Digit]]:
    """Find the digits of both numbers: typed ones are written, pictures split."""
    from vaegmm.data.datasets import load_dataset
    from vaegmm.operations.handwriting import encode_handwriting
    from vaegmm.operations.writing import check_number, write_number

    a = arguments
    typed = [text for text in (a.source, a.target) if text.isdigit()]
    for text in typed:
        check_number(model, text, a.style)
    split = {name: _split(model, name) for name in (a.source, a.target) if name not in typed}
    if typed:
        data = load_dataset(a.dataset, False, (), a.data_dir)
        handwriting = encode_handwriting(model, data)
        for text in typed:
            split[text] = write_number(model, handwriting, text, a.style)
    return [split[a.source], split[a.target]]


def _split(model: VAEGMM, name: str) -> list[Digit]:
    """Split a picture of a number, and say what is read in it."""
    from vaegmm.data.images import open_image
    from vaegmm.data.numbers import split_number
    from vaegmm.operations.writing import describe_doubts, read_digits

    try:
        digits: list[Digit] = split_number(open_image(Path(name)))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    read = ", ".join(map(str, read_digits(model, digits)))
    plural = "s" if len(digits) > 1 else ""
    doubts = describe_doubts(model, digits)
    say(f"{name}: {len(digits)} digit{plural}, read as {read}{doubts and f'. {doubts}'}")
    return digits


def _make(
    model: VAEGMM, source: list[Digit], target: list[Digit], settings: MorphSettings
) -> Morph:
    """Make the morph place by place, with a bar once it takes longer than a second."""
    from tqdm import tqdm

    from vaegmm.operations.morph import align, join_places, morph_places

    places = align(source, target)
    bar = tqdm(places, unit="digit", disable=None, delay=1)
    return join_places([morph_places(model, [start], [end], settings) for start, end in bar])
