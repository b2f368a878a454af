"""An animated GIF in one palette, written by hand; what it shows is not known here.

Pillow writes codes of eight bits only, a palette for every frame, and what stands still between
two changes; fewer bits for few levels keep it small. The LZW coder is Pillow's.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

MAX_COLOURS = 255  # of 8 bits, with one code that is none: what was there stays
FOR_EVER = b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"


def encode_gif(
    frames: Iterable[NDArray[np.uint8]], durations: Iterable[int], colours: NDArray[np.uint8]
) -> bytes:
    """Return a GIF that loops for ever.

    Args:
        frames: n arrays (H, W) of levels from 0 to K - 1, which are taken one by one.
        durations: (n,), in 1/100 s.
        colours: (K, 3), what each level looks like, up to 255.
    """
    kept = len(colours)  # the code that is no level
    assert 2 <= kept <= MAX_COLOURS, kept
    bits = kept.bit_length()
    blocks = []
    shown: NDArray[np.uint8] | None = None
    for frame, duration in zip(frames, durations, strict=True):
        redrawn = frame if shown is None else np.where(frame == shown, np.uint8(kept), frame)
        blocks.append(_encode_block(redrawn, duration, kept, bits))
        shown = frame
    if shown is None:
        raise ValueError("a GIF must have frames, got none")
    height, width = shown.shape
    screen = struct.pack("<HHBBB", width, height, 0xF0 | (bits - 1), 0, 0)
    palette = colours.tobytes().ljust(3 * 2**bits, b"\0")
    return b"".join([b"GIF89a", screen, palette, FOR_EVER, *blocks, b";"])


def _encode_block(redrawn: NDArray[np.uint8], duration: int, kept: int, bits: int) -> bytes:
    """Return the block of a frame, of which `kept` pixels stay as they are, cut to the others."""
    is_redrawn = redrawn != kept
    rows, columns = (np.flatnonzero(is_redrawn.any(axis)) for axis in (1, 0))
    top, left = (int(line[0]) if len(line) else 0 for line in (rows, columns))
    height, width = (int(np.ptp(line)) + 1 if len(line) else 1 for line in (rows, columns))
    part = Image.fromarray(redrawn[top : top + height, left : left + width])
    show = struct.pack("<2sBBHBB", b"!\xf9", 4, 0b101, duration, kept, 0)
    place = struct.pack("<cHHHHBB", b",", left, top, width, height, 0, bits)
    return show + place + part.tobytes("gif", "L", bits, 0) + b"\0"
