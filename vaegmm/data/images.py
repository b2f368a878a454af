"""Whatever a person gives becomes float32 (28, 28) in [0, 1], ink = 1: here and nowhere else.

The way of a picture: open_image (bytes), to_grey (colour, alpha, depth), normalise_drawing (paper,
polarity, MNIST's frame). The array work lives in `vaegmm.data.paper` and `.drawing`.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from vaegmm.data.drawing import centre, ink_box, mend_stroke_width
from vaegmm.data.paper import Ink, cut_to_ink, find_ink

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MAX_BYTES = 8_000_000
MAX_PIXELS = 25_000_000
START_OF_SCAN, MAX_SCANS = b"\xff\xda", 100
SPECK = 3  # pixels; what is smaller on all sides is dust, not a drawing

# What Pillow raises on damaged files of these formats, found by damaging thousands of them.
DAMAGED = (OSError, SyntaxError, ValueError, EOFError, struct.error)
UPRIGHT = {  # EXIF orientation: the turn that undoes it
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Pillow warns of oddities in files that it reads all the same: nothing that a person can mend.
warnings.filterwarnings("ignore", module=r"PIL\.")


class BlankImageError(ValueError):
    """No ink can be told from the paper."""


def open_image(source: bytes | Path) -> Image.Image:
    """Decode an image file: upright, its first frame. The one place that decodes what people send.

    Raises:
        ValueError: there is no such file, or it is empty, larger than 8 MB or 25 million pixels,
            damaged, or of another format than PNG, JPEG, WebP, GIF, BMP or TIFF.
    """
    content = _read_file(source) if isinstance(source, Path) else source
    if not content:
        raise ValueError("The image file is empty; choose another one.")
    if len(content) > MAX_BYTES:
        limit = MAX_BYTES // 1_000_000
        raise ValueError(f"The image file is larger than {limit} MB; save it smaller.")
    with _clear_errors():
        image = Image.open(io.BytesIO(content), formats=FORMATS)  # reads the header only
        if image.width * image.height > MAX_PIXELS:
            raise Image.DecompressionBombError
        if image.format == "JPEG" and content.count(START_OF_SCAN) > MAX_SCANS:
            raise ValueError("more scans than any camera writes")  # each costs as much as a picture
        image.load()
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    return image.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else image


def _read_file(path: Path) -> bytes:
    try:
        if path.is_file():
            with path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ValueError(f"Cannot read {path}: {error.strerror}; choose another file.") from error
    raise ValueError(f"There is no image file {path}; check the name.")


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except UnidentifiedImageError as error:
        raise ValueError(
            "This is not an image that can be read; "
            "choose a PNG, JPEG, WebP, GIF, BMP or TIFF file."
        ) from error
    except Image.DecompressionBombError as error:
        limit = MAX_PIXELS // 1_000_000
        raise ValueError(
            f"The image has more than {limit} million pixels; save it smaller."
        ) from error
    except DAMAGED as error:
        raise ValueError("The image file is damaged or cut off; save or send it again.") from error


def to_grey(image: Image.Image | NDArray[np.generic]) -> NDArray[np.float32]:
    """Return the brightness (H, W) of a picture, 0 = black and 1 = white, transparency on white.

    White ink on a transparent layer, which white would swallow, is laid on black.

    Args:
        image: a picture of any mode, or an array (H, W): bool, uint8, uint16 or float in [0, 1].
            A picture of 16 or 32 bits per pixel names no full scale (cameras use 10 or 12 of the
            16): its own range becomes [0, 1].

    Raises:
        ValueError: an array or picture of another shape, type or range.
    """
    if isinstance(image, np.ndarray):
        return _scale_array(image)
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _scale_array(_stretch(np.asarray(image)))
    if image.mode == "LAB":
        return _scale_array(np.asarray(image.getchannel("L")))
    if not image.has_transparency_data:
        return _scale_array(np.asarray(image.convert("L")))
    layer = image.convert("RGBA")
    for paper in ("white", "black"):
        flat = Image.alpha_composite(Image.new("RGBA", layer.size, paper), layer).convert("L")
        if flat.getextrema()[0] != flat.getextrema()[1]:
            break
    return _scale_array(np.asarray(flat))


def _stretch(levels: NDArray[np.generic]) -> NDArray[np.float64]:
    if not np.isfinite(levels).all():
        raise ValueError("The image has pixels that are not finite numbers; save it in 8 bits.")
    wide = levels.astype(np.float64)
    return np.asarray((wide - wide.min()) / (np.ptp(wide) or 1))


def _scale_array(array: NDArray[np.generic]) -> NDArray[np.float32]:
    if array.ndim != 2 or array.size == 0:
        raise ValueError(
            f"An image array must be (H, W) and not empty, got {array.shape}; "
            "give one image at a time, and colour through PIL.Image.fromarray."
        )
    if array.dtype.kind in "bu" and array.dtype.itemsize <= 2:
        full = 1 if array.dtype == bool else 2 ** (8 * array.dtype.itemsize) - 1
        return array.astype(np.float32) / np.float32(full)
    if array.dtype.kind != "f":
        raise ValueError(
            f"An image array must be bool, uint8, uint16 or float, got {array.dtype}; convert it."
        )
    low, high = array.min(), array.max()  # NaN spreads to both
    if not (low >= 0 and high <= 1):
        raise ValueError(
            f"A float image must lie in [0, 1], got {low:g} to {high:g}; "
            "divide it by its full scale."
        )
    return array.astype(np.float32)


def normalise_drawing(image: Image.Image | NDArray[np.generic]) -> Ink:
    """Bring a picture of one digit into MNIST's form: (28, 28) float32 in [0, 1], ink = 1.

    An MNIST image stays as it is, and comes back from any canvas, scale and polarity.

    Args:
        image: as `to_grey` takes it, of any size.

    Raises:
        BlankImageError: nothing is drawn, or no more than a speck.
        ValueError: as `to_grey`.
    """
    ink = find_ink(cut_to_ink(to_grey(image)))
    if not ink.any() or ink_box(ink).longest < SPECK:
        raise BlankImageError(
            "No ink can be told from the paper; draw something, or with more contrast."
        )
    return centre(mend_stroke_width(ink))
