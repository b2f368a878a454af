"""Picture files: of every format and mode that people have, odd, damaged, and made to do harm."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from functools import cache

import numpy as np
from PIL import Image

from tests.fuzz.harness import Case
from tests.fuzz.mutate import damage, draw_noise
from vaegmm.data.datasets import load_dataset

MODES = {
    "PNG": ("L", "RGB", "RGBA", "P", "1", "LA", "I;16"),
    "JPEG": ("L", "RGB", "CMYK", "YCbCr"),
    "WEBP": ("RGB", "RGBA"),
    "GIF": ("P", "L", "1"),
    "BMP": ("L", "RGB", "RGBA", "P", "1"),
    "TIFF": ("L", "RGB", "RGBA", "P", "1", "CMYK", "I;16", "I", "F", "LAB", "YCbCr", "LA"),
}
SIZES = ((28, 28), (140, 140), (64, 40), (300, 200), (7, 90), (3, 3))
ODD_SIZES = ((1, 1), (2, 1), (1, 2), (20_000, 1), (1, 20_000), (2000, 2), (5000, 3))
TIFF_PACKINGS = ("raw", "tiff_lzw", "tiff_deflate", "packbits", "tiff_adobe_deflate")
BEGINNINGS = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\x24\0\0\0WEBPVP8 ", b"GIF89a", b"BM",
    b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"%PDF-1.7\n", b"PK\x03\x04", b"\x7fELF",
    b"#!/bin/sh\n", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"\x80\x04\x95",
)  # fmt: skip


@cache
def _digits() -> np.ndarray:
    return load_dataset("sample", train=False).images.numpy()


def draw_digit(rng: random.Random) -> Image.Image:
    """Return a digit, dark on light or light on dark, as grey pixels of some size."""
    digit = Image.fromarray(rng.choice(_digits())).resize(rng.choice(SIZES))
    return digit.point(lambda level: 255 - level) if rng.random() < 0.5 else digit


def encode(rng: random.Random, image: Image.Image, **options: object) -> bytes:
    """Return a picture as a file of a format, mode and packing drawn at random."""
    format = rng.choice(list(MODES if max(image.size) < 16_000 else ("PNG", "TIFF", "JPEG")))
    mode = rng.choice(MODES[format])
    if format == "TIFF" and mode in ("L", "RGB", "RGBA"):
        options["compression"] = rng.choice(TIFF_PACKINGS)
    if format == "JPEG":
        options["quality"] = rng.choice((1, 30, 95))
        options["progressive"] = rng.random() < 0.5
    file = io.BytesIO()
    _as_mode(image, mode).save(file, format, **options)
    return file.getvalue()


def _as_mode(image: Image.Image, mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    if mode == "LAB":
        return Image.merge("LAB", [image.convert("L")] * 3)
    if mode == "CMYK":
        return image.convert("RGB").convert("CMYK")
    return image.convert("L").convert(mode)


def draw_flat(rng: random.Random) -> bytes:
    """Return all white, all black, or of an odd size."""
    size = rng.choice((*SIZES, *ODD_SIZES))
    return encode(rng, Image.new("L", size, rng.choice((0, 255, 128))))


def draw_turned(rng: random.Random) -> bytes:
    """Return a picture whose EXIF data say how to turn it, rightly or not."""
    exif = Image.Exif()
    exif[0x0112] = rng.choice((1, 2, 3, 4, 5, 6, 7, 8, 0, 9, 65535))
    exif[0x010E] = "<script>alert(1)</script>"
    file, format = io.BytesIO(), rng.choice(("JPEG", "PNG", "WEBP", "TIFF"))
    draw_digit(rng).convert("RGB").save(file, format, exif=exif)
    return file.getvalue()


def draw_moving(rng: random.Random) -> bytes:
    """Return a picture of several frames, or of very many small ones."""
    if rng.random() < 0.1:
        return _move(rng.choice(("GIF", "PNG", "TIFF")), 1000, 8)
    return _move(rng.choice(("GIF", "PNG", "WEBP", "TIFF")), rng.choice((2, 5)), 40)


@cache
def _move(format: str, n: int, side: int) -> bytes:
    frames = [Image.new("L", (side, side), 255 * (number % 2)) for number in range(n)]
    file = io.BytesIO()
    first = Image.fromarray(_digits()[0]).resize((side, side))
    first.save(file, format, save_all=True, append_images=frames, **_loop(format))
    return file.getvalue()


def _loop(format: str) -> dict[str, int]:
    return {} if format == "TIFF" else {"duration": 20, "loop": 0}


def draw_numbers_that_are_none(rng: random.Random) -> bytes:
    """Return a TIFF of floats with NaN, infinity, or numbers beyond any brightness."""
    levels = np.asarray(draw_digit(rng)).astype(np.float32)
    flat = levels.reshape(-1)
    odd = rng.choice((np.nan, np.inf, -np.inf, 1e38, -1e38, 1e-40))
    flat[rng.randrange(flat.size)] = odd
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "TIFF")
    return file.getvalue()


def _png(width: int, height: int, data: bytes, *extra: tuple[bytes, bytes]) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), *extra, (b"IDAT", data), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@cache
def _pack_zeros(n: int) -> bytes:
    return zlib.compress(bytes(n), 9)


def _png_bomb(rng: random.Random) -> bytes:
    side = rng.choice((4999, 10_000, 30_000, 100_000, 2**31 - 1))
    return _png(side, side, _pack_zeros(5000 * 4999))


def _png_of_much_text(rng: random.Random) -> bytes:
    text = _pack_zeros(rng.choice((2**20, 2**26)))
    return _png(28, 28, _pack_zeros(29 * 28), (rng.choice((b"zTXt", b"iCCP")), b"a\0\0" + text))


def _gif_bomb(rng: random.Random) -> bytes:
    side = rng.choice((4000, 65_535))
    head = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + bytes(3) + b"\xff" * 3
    frame = b"," + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x02\x4c\x01\x00"
    return head + frame * rng.choice((1, 2000)) + b";"


def _webp_bomb(rng: random.Random) -> bytes:
    side = rng.choice((4000, 16_383, 2**24))
    canvas = struct.pack("<I", 0x10)[:4] + (side - 1).to_bytes(3, "little") * 2
    small = io.BytesIO()
    Image.new("RGB", (8, 8)).save(small, "WEBP")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + small.getvalue()[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _bmp_bomb(rng: random.Random) -> bytes:
    side = rng.choice((5000, 65_536, 2**31 - 1, -(2**31)))
    sizes = struct.pack(
        "<iiHHIIiiII", side, rng.choice((side, -side % 2**31)), 1, 1, 0, 0, 0, 0, 2, 0
    )
    return b"BM" + struct.pack("<IHHI", 70, 0, 0, 62) + struct.pack("<I", 40) + sizes + bytes(16)


def _tiff_bomb(rng: random.Random) -> bytes:
    side = rng.choice((5000, 60_000, 2**31 - 1, 2**32 - 1))
    packing = rng.choice((1, 5, 8, 32773, 7))
    tags = (
        (256, side), (257, side), (258, 8), (259, packing), (262, 1), (273, 8), (277, 1),
        (278, side), (279, rng.choice((8, 2**31))),
    )  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    next_one = rng.choice((0, 8))  # 8: the directory is its own successor
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + struct.pack("<I", next_one)


def _jpeg_of_many_scans(rng: random.Random) -> bytes:
    file = io.BytesIO()
    draw_digit(rng).resize((1000, 1000)).save(file, "JPEG", progressive=True)
    content = file.getvalue()
    scan = content.rindex(b"\xff\xda")
    return content[:-2] + content[scan:-2] * rng.choice((50, 3000)) + content[-2:]


BOMBS: dict[str, Callable[[random.Random], bytes]] = {
    "PNG bomb": _png_bomb,
    "PNG of much text": _png_of_much_text,
    "GIF bomb": _gif_bomb,
    "WebP bomb": _webp_bomb,
    "BMP bomb": _bmp_bomb,
    "TIFF bomb": _tiff_bomb,
    "JPEG of many scans": _jpeg_of_many_scans,
    "10 MB": lambda rng: encode(rng, draw_digit(rng)) + bytes(10_000_000),
}
VALID: dict[str, Callable[[random.Random], bytes]] = {
    "digit": lambda rng: encode(rng, draw_digit(rng)),
    "flat or of odd size": draw_flat,
    "turned by EXIF": draw_turned,
    "moving": draw_moving,
    "not a number": draw_numbers_that_are_none,
}


def draw_picture(rng: random.Random) -> Case:
    """Draw what may come as a picture file: 3 of 4 are valid, or were before they were damaged."""
    share = rng.random()
    what = rng.choice(list(VALID))
    if share < 0.2:
        return Case(VALID[what](rng), True, what)
    if share < 0.75:
        return Case(damage(rng, VALID[what](rng)), True, f"damaged: {what}")
    if share < 0.78:
        bomb = rng.choice(list(BOMBS))
        return Case(BOMBS[bomb](rng), True, bomb)
    return Case(draw_noise(rng, BEGINNINGS), False, "no picture")
