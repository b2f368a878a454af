"""An animated GIF of few levels, written by hand; what it shows is not known here.

Pillow writes codes of eight bits only; four keep it small. The LZW coder is Pillow's.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

BITS = 4
N_LEVELS = 11  # of 2^BITS; 60 frames of 280 pixels take 0.15 to 0.25 MB, with 15 up to 0.3
KEPT = N_LEVELS  # the code that is no level: what was there stays
FOR_EVER = b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"


def encode_gif(
    frames: Iterable[NDArray[np.uint8]], durations: Iterable[int], colours: NDArray[np.uint8]
) -> bytes:
    """Return a GIF that loops for ever.

    Args:
        frames: n arrays (H, W) of levels from 0 to `N_LEVELS` - 1, which are taken one by one.
        durations: (n,), in 1/100 s.
        colours: (N_LEVELS, 3), what each level looks like.
    """
    blocks = []
    shown: NDArray[np.uint8] | None = None
    for frame, duration in zip(frames, durations, strict=True):
        redrawn = frame if shown is None else np.where(frame == shown, np.uint8(KEPT), frame)
        blocks.append(_encode_block(redrawn, duration))
        shown = frame
    if shown is None:
        raise ValueError("a GIF must have frames, got none")
    height, width = shown.shape
    screen = struct.pack("<HHBBB", width, height, 0xF0 | (BITS - 1), 0, 0)
    palette = colours.tobytes().ljust(3 * 2**BITS, b"\0")
    return b"".join([b"GIF89a", screen, palette, FOR_EVER, *blocks, b";"])


def _encode_block(redrawn: NDArray[np.uint8], duration: int) -> bytes:
    """Return the block of a frame, of which `KEPT` pixels stay as they are, cut to the others."""
    is_redrawn = redrawn != KEPT
    rows, columns = (np.flatnonzero(is_redrawn.any(axis)) for axis in (1, 0))
    top, left = (int(line[0]) if len(line) else 0 for line in (rows, columns))
    height, width = (int(np.ptp(line)) + 1 if len(line) else 1 for line in (rows, columns))
    part = Image.fromarray(redrawn[top : top + height, left : left + width])
    show = struct.pack("<2sBBHBB", b"!\xf9", 4, 0b101, duration, KEPT, 0)
    place = struct.pack("<cHHHHBB", b",", left, top, width, height, 0, BITS)
    return show + place + part.tobytes("gif", "L", BITS, 0) + b"\0"
