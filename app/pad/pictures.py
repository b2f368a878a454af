"""What a browser sends, made into pictures, and pictures made ready for a browser.

Nothing that arrives here is trusted: type, length, format and size are checked before any decoding.
How a picture becomes what the model sees is `vaegmm.data.images`' business.
"""

import base64
import io
import struct
import threading

import numpy as np
from gradio.data_classes import DataWithFiles
from numpy.typing import NDArray
from PIL import Image

from vaegmm.data.images import open_image, to_grey

SIDE = 112  # pixels of the picture that a pad sends: four for each one that the model sees
PNG_PREFIX = "data:image/png;base64,"
# Signature, then the first chunk with width and height: read before Pillow sees anything.
PNG_HEADER = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", SIDE, SIDE)
MAX_URL_LENGTH = 70_000  # characters; the worst case, RGBA noise, takes 68,000
SHOWN_SIDE = 448  # pixels of a picture made for the eye
# An upload may hold 25 million pixels, half a gigabyte while it is opened: a crowd must queue.
_one_at_a_time = threading.Lock()


def decode_drawing(url: object) -> Image.Image:
    """Read the value of a pad, a PNG data URL, into a grey picture of `SIDE` x `SIDE` pixels.

    Raises:
        ValueError: it is anything else.
    """
    if not isinstance(url, str):
        raise _refusal(f"a {type(url).__name__}")
    if not url.startswith(PNG_PREFIX) or len(url) > MAX_URL_LENGTH:
        raise _refusal(f"another text of {len(url)} characters")
    try:
        content = base64.b64decode(url.removeprefix(PNG_PREFIX), validate=True)
    except ValueError as error:
        raise _refusal("damaged base64") from error
    if not content.startswith(PNG_HEADER):
        raise _refusal("another file or size")
    try:
        drawing = open_image(content)
    except ValueError as error:
        raise _refusal("a damaged PNG") from error
    if drawing.mode not in ("L", "RGB", "RGBA"):
        raise _refusal(f"mode {drawing.mode}")
    return drawing.convert("L")


def _refusal(received: str) -> ValueError:
    return ValueError(
        f"A drawing must be the data URL of a PNG of {SIDE}x{SIDE} pixels, got {received}; "
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
    if not isinstance(upload, DataWithFiles) or len(upload.files) != 1:
        raise ValueError("An upload must be one file; choose a single picture.")
    _, content = upload.files[0]
    with _one_at_a_time:
        grey = to_grey(open_image(content))
    darkest, lightest = float(grey.min()), float(grey.max())
    if lightest > darkest:
        grey = (grey - darkest) / (lightest - darkest)
    picture = Image.fromarray(np.round(grey * 255).astype(np.uint8))
    picture.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    return picture
