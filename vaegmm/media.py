"""Frames of handwritten digits as a file: GIF, WebP, MP4, AVI, or a strip in PNG.

Frames come small, (28, 28 P), and are enlarged and coloured one by one, as the encoder asks for
them. What they show is not known here: `vaegmm.operations.morph` makes them.
"""

from __future__ import annotations

import io
import itertools
import re
import typing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vaegmm.gif import encode_gif

Format = Literal["gif", "webp", "mp4", "avi", "png"]
FORMATS: tuple[Format, ...] = typing.get_args(Format)
SIDE = 28
N_LEVELS = 11  # of a GIF: 60 frames of 280 pixels take 0.15 to 0.25 MB, with 15 up to 0.3
SIZES = range(SIDE, 20 * SIDE + 1, SIDE)
KINDS = [f"({SIDE}, {n_places * SIDE}) uint8" for n_places in range(1, 7)]
COLOUR = re.compile("#[0-9a-fA-F]{6}")
FAINT = 0.1  # of the ink: in a GIF that is paper, and as much below full is full; less would band
MAX_PIXELS = 80_000_000  # of all frames of a file
HOLD = 0.5  # seconds that the first and the last frame are shown
STRIP = 12  # digits in a row of the strip


@dataclass(frozen=True)
class MediaSettings:
    """How frames become a file.

    Attributes:
        fps: frames per second, 1 to 60; in a GIF up to 50. A strip takes no notice of it.
        size: height of a digit in pixels, a multiple of 28 from 28 to 560.
        ink, paper: colours as #rrggbb; what lies between is mixed linearly, channel by channel.
        returns: whether the frames run there and back again; a strip shows them once.
    """

    fps: float = 30
    size: int = 280
    ink: str = "#ffffff"
    paper: str = "#000000"
    returns: bool = True


@dataclass(frozen=True)
class _Film:
    """Frames (T, 28, 28 P), the order (n,) they are shown in, and for how many times 1/fps (n,)."""

    frames: NDArray[np.uint8]
    order: list[int]
    periods: list[int]
    settings: MediaSettings


def check_settings(
    settings: MediaSettings, format: Format, n_frames: int, n_places: int = 1
) -> None:
    """Refuse what cannot be written, before anything is computed.

    Args:
        settings: see there.
        format: one of `FORMATS`.
        n_frames: 2 to 240, one way.
        n_places: digits side by side, 1 to 6.

    Raises:
        ValueError: a value is out of range, or the file's frames have over 80 million pixels.
    """
    fps, size, ink, paper = settings.fps, settings.size, settings.ink, settings.paper
    top, why = (50, " in a GIF (browsers slow faster ones down)") if format == "gif" else (60, "")
    sizes = f"a multiple of {SIDE} from {SIZES[0]} to {SIZES[-1]}"
    colour, black = "a colour as #rrggbb", "write #000000 for black"
    for name, value, is_right, expected, remedy in (
        ("format", format, format in FORMATS, f"one of {', '.join(FORMATS)}", "choose one of them"),
        ("fps", fps, 1 <= fps <= top, f"from 1 to {top}{why}", "choose 30, say"),
        ("size", size, size in SIZES, sizes, "choose 280, say"),
        ("ink", ink, COLOUR.fullmatch(ink), colour, black),
        ("paper", paper, COLOUR.fullmatch(paper), colour, black),
        ("n_frames", n_frames, 2 <= n_frames <= 240, "from 2 to 240", "choose 60, say"),
        ("n_places", n_places, 1 <= n_places <= 6, "from 1 to 6", "give 1 to 6 digits"),
    ):
        if not is_right:
            raise ValueError(f"{name} must be {expected}, got {repr(value)[:40]}; {remedy}.")
    order, periods = _arrange(settings, format, n_frames)
    n_shown = sum(periods) if format in ("mp4", "avi") else len(order)
    n_pixels = n_shown * n_places * size**2
    if n_pixels > MAX_PIXELS:
        raise ValueError(
            f"A file must have at most {MAX_PIXELS // 10**6} million pixels, got {n_shown} frames "
            f"of {n_places * size} x {size}, {n_pixels / 1e6:.1f} million; take fewer frames, a "
            "smaller size or fewer digits."
        )


def _arrange(settings: MediaSettings, format: Format, n_frames: int) -> tuple[list[int], list[int]]:
    """Return the order and the periods of a film."""
    there = list(range(n_frames))
    order = there + there[-2:0:-1] if settings.returns and format != "png" else there
    hold = max(1, round(HOLD * settings.fps))
    return order, [hold if index in (0, n_frames - 1) else 1 for index in order]


def encode_media(
    frames: Iterable[NDArray[np.uint8]], settings: MediaSettings, format: Format
) -> bytes:
    """Return frames as a file; the same frames give the same bytes.

    GIF and WebP loop for ever; all but the strip stay at either end for half a second.

    Args:
        frames: T arrays (28, 28 P) uint8, ink = 255, of P digits side by side.
        settings: see there.
        format: all enlarge smoothly but "png", the strip, which is exact: a level is a square of
            (size / 28)^2 equal pixels. With n = 12 // P frames in a row and no gaps, frame t is in
            row t // n and column t % n; what is left of the last row is paper.

    Raises:
        ValueError: frames of another kind, or see `check_settings`.
    """
    small = [np.asarray(frame) for frame in frames]
    kinds = sorted({f"{frame.shape} {frame.dtype}" for frame in small})
    if len(kinds) != 1 or kinds[0] not in KINDS:
        raise ValueError(
            f"frames must be uint8 arrays (28, 28 P), all of one P from 1 to 6, got "
            f"{', '.join(kinds) or 'none'}; give levels with ink = 255."
        )
    check_settings(settings, format, len(small), small[0].shape[1] // SIDE)
    order, periods = _arrange(settings, format, len(small))
    writers = {
        "gif": _write_gif,
        "webp": _write_webp,
        "mp4": _write_mp4,
        "avi": _write_avi,
        "png": _write_png,
    }
    return writers[format](_Film(np.stack(small), order, periods, settings))


def _enlarge(frame: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return (size, size P) of (28, 28 P): bicubic, cut to 0 to 255 where it swings over."""
    width = frame.shape[1] * size // SIDE
    return np.asarray(Image.fromarray(frame).resize((width, size), Image.Resampling.BICUBIC))


def _ramp(settings: MediaSettings, n: int = 256) -> NDArray[np.uint8]:
    """Return n colours (n, 3) from paper to ink."""
    paper, ink = (list(bytes.fromhex(code[1:])) for code in (settings.paper, settings.ink))
    return np.round(np.linspace(paper, ink, n)).astype(np.uint8)


def _paint(film: _Film, order: Iterable[int]) -> Iterator[NDArray[np.uint8]]:
    """Yield pictures (H, W, 3), one at a time, of the frames at these indices."""
    ramp = _ramp(film.settings)
    for index, group in itertools.groupby(order):
        picture = ramp.take(_enlarge(film.frames[index], film.settings.size), axis=0)
        yield from (picture for _ in group)


def _durations(film: _Film, units: int) -> list[int]:
    """Return (n,), in 1/units of a second; what rounding takes from one, the next ones get."""
    ends = np.round(np.cumsum(film.periods) * (units / film.settings.fps)).astype(np.int64)
    return [int(duration) for duration in np.diff(ends, prepend=0)]


def _shape(film: _Film) -> tuple[int, int]:
    """Return height and width of a picture."""
    size, (_, height, width) = film.settings.size, film.frames.shape
    return height * size // SIDE, width * size // SIDE


def _write_gif(film: _Film) -> bytes:
    share = np.clip((np.linspace(0, 1, 256) - FAINT) / (1 - 2 * FAINT), 0, 1)
    levels = np.round(share * (N_LEVELS - 1)).astype(np.uint8)
    pictures = (levels.take(_enlarge(film.frames[i], film.settings.size)) for i in film.order)
    return encode_gif(pictures, _durations(film, 100), _ramp(film.settings, N_LEVELS))


def _write_webp(film: _Film) -> bytes:
    """Write through Pillow, which keeps all frames: as bytes with a palette, not as colours."""
    colours, pictures = _ramp(film.settings).tobytes(), []
    for index in film.order:
        picture = Image.fromarray(_enlarge(film.frames[index], film.settings.size))
        picture.putpalette(colours)
        pictures.append(picture)
    buffer, times = io.BytesIO(), _durations(film, 1000)
    # Every frame is a key frame (kmax): changes alone leave ghosts of earlier frames.
    pictures[0].save(
        buffer, "WEBP", save_all=True, append_images=pictures[1:], duration=times, loop=0,
        method=2, kmin=0, kmax=1,
    )  # fmt: skip
    return buffer.getvalue()


def _write_mp4(film: _Film) -> bytes:
    # Room for the index at the file's start, so that a browser plays what has arrived.
    options = {"moov_size": str(2000 + 24 * sum(film.periods))}
    return _write_video(film, "mp4", options, "libx264", {"preset": "veryfast", "crf": "18"})


def _write_avi(film: _Film) -> bytes:
    return _write_video(film, "avi", {}, "mpeg4", {"qmin": "2", "qmax": "3"})


def _write_video(
    film: _Film,
    format: str,
    options: dict[str, str],
    codec: Literal["libx264", "mpeg4"],
    quality: dict[str, str],
) -> bytes:
    """Write on one thread: with more, x264 writes other bytes now and then."""
    rate = Fraction(film.settings.fps).limit_denominator(1000)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=format, options=options) as container:
        stream = container.add_stream(codec, rate=rate, options={"threads": "1", **quality})
        stream.pix_fmt = "yuv420p"
        stream.height, stream.width = _shape(film)
        for picture in _paint(film, np.repeat(film.order, film.periods)):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode())
    return buffer.getvalue()


def _write_png(film: _Film) -> bytes:
    n_frames, height, width = film.frames.shape
    n_columns = min(STRIP * SIDE // width, n_frames)
    n_rows = -(-n_frames // n_columns)
    cells = np.zeros((n_rows * n_columns, height, width), np.uint8)
    cells[:n_frames] = film.frames
    grid = cells.reshape(n_rows, n_columns, height, width).swapaxes(1, 2)
    strip, scale = grid.reshape(n_rows * height, n_columns * width), film.settings.size // SIDE
    picture = Image.fromarray(strip.repeat(scale, axis=0).repeat(scale, axis=1))
    if (_ramp(film.settings) != np.arange(256)[:, None]).any():  # else levels are greys already
        picture.putpalette(_ramp(film.settings).tobytes())
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
