"""How long a morph takes, and how long it took before: `python -m benchmarks.morph`.

Ours: two pictures to latents, the way between them, 60 frames along it, and the file. Before: a
dense VAE (784-400-20, `configs/morph-dense.toml`) that decodes a blend of two latents frame by
frame, and OpenCV, which enlarges each frame and writes an AVI. Both in turn, on as many threads.
Ours looks at the way once more to space the frames evenly, and its network is larger.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

from vaegmm.cli.parse import parse, run, say
from vaegmm.data.datasets import load_dataset
from vaegmm.latents import to_pixels
from vaegmm.media import FORMATS, Format, MediaSettings, encode_media
from vaegmm.model import VAEGMM
from vaegmm.networks.vae import VAE
from vaegmm.operations.morph import PATHS, MorphSettings, morph
from vaegmm.operations.morph import Path as Way
from vaegmm.runtime import evaluating
from vaegmm.settings import load_toml

PROG = "python -m benchmarks.morph"
SIZE, FPS = 280, 30
HELD = 15  # times that ours shows the first and the last frame in a video
BEFORE = "dense VAE, OpenCV: avi"
CONFIG = "configs/morph-dense.toml"


@dataclass(frozen=True)
class MorphBenchmark:
    """Time morphs of one digit, against a dense VAE with OpenCV."""

    n_frames: int = 60
    """Frames of each morph."""
    repeats: int = 11
    """Turns of each; medians are printed."""
    threads: int = torch.get_num_threads()
    """Of torch and OpenCV."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return its exit code."""
    return run(lambda: compare(parse(MorphBenchmark, argv, PROG)), PROG)


def compare(arguments: MorphBenchmark) -> None:
    """Time everything in turn and print medians."""
    torch.set_num_threads(arguments.threads)
    jobs = prepare(arguments)
    times: dict[str, list[float]] = {name: [] for name in jobs}
    sizes = {name: len(job()) for name, job in jobs.items()}  # the first turn warms up
    for _ in range(arguments.repeats):
        for name, job in jobs.items():
            begun = time.perf_counter()
            job()
            times[name].append(1000 * (time.perf_counter() - begun))
    medians = {name: statistics.median(values) for name, values in times.items()}
    say(f"{arguments.n_frames} frames of one digit, {SIZE} pixels, {arguments.threads} threads")
    for name, median in medians.items():
        say(f"{name:<24} {median:7.0f} ms  {sizes[name] / 1e3:6.0f} KB")
    if BEFORE in medians:
        ratio = medians[BEFORE] / medians["linear: avi"]
        say(f"the straight line as AVI, time before over time now: {ratio:.2f}")
    else:
        say("to compare with the way before: pip install opencv-python-headless")


def prepare(arguments: MorphBenchmark) -> dict[str, Callable[[], bytes]]:
    """Return what is timed, by name; each gives the bytes of a file."""
    model = VAEGMM.from_pretrained()
    data = load_dataset("sample", train=False)
    first, last = (int((data.labels == label).nonzero()[0]) for label in (3, 8))
    pictures = to_pixels(data.images[[first, last]])
    start, end = pictures[:, 0].numpy()
    media = MediaSettings(fps=FPS, size=SIZE, returns=False)

    def make(path: Way, format: Format) -> bytes:
        made = morph(model, [start], [end], MorphSettings(path, arguments.n_frames))
        return encode_media(made.joined(), media, format)

    jobs = {f"{path}: gif": partial(make, path, "gif") for path in PATHS}
    jobs |= {f"linear: {format}": partial(make, "linear", format) for format in FORMATS[1:]}
    if importlib.util.find_spec("cv2"):
        jobs[BEFORE] = prepare_dense(pictures, arguments)
    return jobs


def prepare_dense(pictures: torch.Tensor, arguments: MorphBenchmark) -> Callable[[], bytes]:
    """Return the way it was done before: one frame after another. OpenCV must be installed."""
    import cv2

    cv2.setNumThreads(arguments.threads)
    network = VAE(load_toml(CONFIG).network)  # as fast as a trained one

    def make() -> bytes:
        with tempfile.TemporaryDirectory() as folder, evaluating(network):
            path = Path(folder) / "morph.avi"
            code = cv2.VideoWriter_fourcc(*"XVID")
            writer = cv2.VideoWriter(str(path), code, FPS, (SIZE, SIZE))
            z_start, z_end = network.encode(pictures)[0]
            for k in range(arguments.n_frames):
                alpha = k / (arguments.n_frames - 1)
                z = (1 - alpha) * z_start + alpha * z_end
                x_hat = network.decode(z[None]).sigmoid()[0, 0]
                frame = (x_hat * 255).to(torch.uint8).numpy()
                large = cv2.resize(frame, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
                for _ in range(HELD if k in (0, arguments.n_frames - 1) else 1):
                    writer.write(cv2.cvtColor(large, cv2.COLOR_GRAY2BGR))
            writer.release()
            return path.read_bytes()

    return make


if __name__ == "__main__":
    sys.exit(main())
