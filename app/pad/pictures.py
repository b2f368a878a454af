"""What a browser sends, made into pictures, and pictures made ready for a browser.

Nothing that arrives here is trusted: type, length, format and size are checked before any decoding.
How a picture becomes what the model sees is `vaegmm.data.images`' business.
"""

import base64
import io
import struct

import numpy as np
from gradio.data_classes import DataWithFiles
from numpy.typing import NDArray
from PIL import Image

from app.shared.questions import misfit
from vaegmm.data.images import BlankImageError, open_image, to_grey
from vaegmm.data.paper import VISIBLE, cut_to_ink, find_ink

SIDE = 112  # pixels of the picture that a pad sends: four for each one that the model sees
PNG_PREFIX = "data:image/png;base64,"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_URL_LENGTH = 70_000  # characters of a square; the worst case, RGBA noise, takes 68,000
DIGIT_SIDE = 28  # pixels of a picture as the model sees it
SHOWN_SIDE = 448  # pixels of a picture made for the eye


def decode_drawing(url: object, aspect: int = 1) -> Image.Image:
    """Read the value of a pad, a PNG data URL, into a grey picture `SIDE` pixels high.

    Args:
        url: anything at all.
        aspect: width over height.

    Raises:
        ValueError: it is anything else.
    """
    width = aspect * SIDE
    if not isinstance(url, str):
        raise _refusal(width, f"a {type(url).__name__}")
    if not url.startswith(PNG_PREFIX) or len(url) > aspect * MAX_URL_LENGTH:
        raise _refusal(width, f"another text of {len(url)} characters")
    try:
        content = base64.b64decode(url.removeprefix(PNG_PREFIX), validate=True)
    except ValueError as error:
        raise _refusal(width, "damaged base64") from error
    # The first chunk has width and height: read before Pillow sees anything.
    header = PNG_SIGNATURE + struct.pack(">I4sII", 13, b"IHDR", width, SIDE)
    if not content.startswith(header):
        raise _refusal(width, "another file or size")
    try:
        drawing = open_image(content)
    except ValueError as error:
        raise _refusal(width, "a damaged PNG") from error
    if drawing.mode not in ("L", "RGB", "RGBA"):
        raise _refusal(width, f"mode {drawing.mode}")
    return drawing.convert("L")


def _refusal(width: int, received: str) -> ValueError:
    return ValueError(
        f"A drawing must be the data URL of a PNG of {width}x{SIDE} pixels, got {received}; "
        "clear the pad and draw again."
    )


def encode_picture(picture: Image.Image) -> str:
    """A picture as a PNG data URL."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return PNG_PREFIX + base64.b64encode(buffer.getvalue()).decode("ascii")


def encode_levels(pixels: NDArray[np.float32]) -> str:
    """A picture in [0, 1] as base64, one byte of grey per pixel: what scripts paint."""
    levels = np.round(np.clip(pixels, 0, 1) * 255).astype(np.uint8)  # (28, 28)
    return base64.b64encode(levels.tobytes()).decode("ascii")


def decode_bytes(value: object, n: int) -> NDArray[np.uint8]:
    """Read what `encode_levels` makes of n digits, one after another: (n, 28, 28).

    Args:
        value: anything at all.
        n: how many there must be.

    Raises:
        ValueError: it is anything else, or of another length.
    """
    n_bytes = n * DIGIT_SIDE**2
    if not isinstance(value, str) or len(value) != 4 * -(-n_bytes // 3):
        raise misfit()
    try:
        content = base64.b64decode(value, validate=True)
    except ValueError as error:
        raise misfit() from error
    if len(content) != n_bytes:
        raise misfit()
    return np.frombuffer(content, np.uint8).reshape(n, DIGIT_SIDE, DIGIT_SIDE)


def decode_digit(value: object) -> NDArray[np.float32]:
    """Read what `encode_levels` makes of one digit, (28, 28) in [0, 1]; errors as above."""
    levels: NDArray[np.float32] = decode_bytes(value, 1)[0].astype(np.float32)
    return levels / np.float32(255)


def enlarge_digit(digit: Image.Image) -> Image.Image:
    """Draw a digit of a few pixels with the smooth, sharp edge of a pen, for the eye.

    The model sees the same: an edge between two greys comes back when the picture is reduced.
    """
    levels = np.asarray(digit.resize((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.BICUBIC)) / 255
    sharp = np.clip((levels - 0.2) / 0.55, 0, 1)  # a steeper edge about the middle grey
    return Image.fromarray(np.round(sharp * 255).astype(np.uint8))


def open_upload(upload: object) -> Image.Image:
    """Open a file that the browser could not show: grey, small, its levels spread over the range.

    A 16-bit picture may use a few levels in 65,536: spreading them before they are rounded to
    8 bits is what keeps it.

    Raises:
        ValueError: not one file, or not a picture.
    """
    content = _take_file(upload)
    grey = to_grey(open_image(content))
    darkest, lightest = float(grey.min()), float(grey.max())
    if lightest > darkest:
        grey = (grey - darkest) / (lightest - darkest)
    picture = Image.fromarray(np.round(grey * 255).astype(np.uint8))
    picture.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    return picture


def open_ink(upload: object) -> Image.Image:
    """Open a file of which a pad shows the ink alone: white on black, cut to it, small.

    Raises:
        BlankImageError: nothing is drawn.
        ValueError: not one file, or not a picture.
    """
    content = _take_file(upload)
    ink = find_ink(cut_to_ink(to_grey(open_image(content))))
    rows, columns = np.nonzero(ink > VISIBLE)
    if len(rows) == 0:
        raise BlankImageError("No ink can be told from the paper; take one with more contrast.")
    box = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    margin = 1 + max(box.shape) // 16  # the pad's border must show paper
    picture = Image.fromarray(np.round(np.pad(box, margin) * 255).astype(np.uint8))
    picture.thumbnail((2 * SHOWN_SIDE, SHOWN_SIDE))
    return picture


def _take_file(upload: object) -> bytes:
    if not isinstance(upload, DataWithFiles) or len(upload.files) != 1:
        raise ValueError("An upload must be one file; choose a single picture.")
    return bytes(upload.files[0][1])
