"""Films to write, and how they are read back."""

from __future__ import annotations

import io

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vaegmm.data.datasets import load_dataset
from vaegmm.media import Format, MediaSettings

Frames = NDArray[np.uint8]


SMALL = MediaSettings(size=56)


MOVING: tuple[Format, ...] = ("gif", "webp", "mp4", "avi")


def fade_between(start: int, end: int, n_frames: int = 60) -> Frames:
    sample = load_dataset("sample", train=False)
    a, b = (sample.images[sample.labels == label][0].numpy() for label in (start, end))
    share = np.linspace(0, 1, n_frames)[:, None, None]
    return np.round((1 - share) * a + share * b).astype(np.uint8)


def read_pictures(content: bytes) -> tuple[list[Frames], list[int]]:
    """Return what a GIF or WebP shows, (H, W, 3) each, and each one's milliseconds."""
    pictures, durations = [], []
    with Image.open(io.BytesIO(content)) as image:
        for index in range(image.n_frames):
            image.seek(index)
            pictures.append(np.asarray(image.convert("RGB")))
            durations.append(image.info["duration"])
    return pictures, durations


def read_video(content: bytes) -> list[Frames]:
    with av.open(io.BytesIO(content)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def read(content: bytes, format: Format) -> list[Frames]:
    return read_video(content) if format in ("mp4", "avi") else read_pictures(content)[0]


def enlarge(frame: Frames, size: int) -> Frames:
    width = frame.shape[1] * size // 28
    return np.asarray(Image.fromarray(frame).resize((width, size), Image.Resampling.BICUBIC))


def leave_out_faint(levels: Frames) -> NDArray[np.float64]:
    """Return levels as a GIF has them: the first tenth is paper, the last one ink."""
    return np.asarray(np.clip((levels - 25.5) / 204, 0, 1) * 255)


def difference(picture: Frames, levels: Frames) -> float:
    """Return the mean difference of a picture (H, W, 3) and white levels on black (H, W)."""
    return float(np.abs(picture.astype(float) - levels[..., None]).mean())
