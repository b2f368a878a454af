"""Does a digit read the same wherever, however large and in whatever polarity it is pasted?

    python -m benchmarks.paste --data-dir FOLDER

Every test image is enlarged or reduced, pasted at a random place on a larger canvas, dark on light
or light on dark, normalised as a drawing and read. The first row is the model on the images as they
are; the last column is the loss against it, in percentage points.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from vaegmm.cli.parse import parse, run, say
from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.data.images import normalise_drawing
from vaegmm.latents import to_pixels
from vaegmm.model import VAEGMM
from vaegmm.runtime import evaluating

PROG = "python -m benchmarks.paste"
SCALES = (0.5, 1, 1.5, 2, 3, 4, 6, 8)
FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}


@dataclass(frozen=True)
class PasteArguments:
    """Read digits that were pasted anywhere, at any scale, in either polarity."""

    weights: str | None = None
    """Model folder, or user/name[@revision] of the Hugging Face hub; the embedded ten-digit model
    when not given."""
    dataset: str = "mnist"
    """mnist, fashion-mnist, kmnist, sample (bundled), or the path of an .npz file."""
    data_dir: str | None = None
    """Folder in torchvision's layout; else $VAEGMM_DATA, else the user's cache."""
    seed: int = 0
    """Of the places."""


def paste(
    digit: NDArray[np.uint8],
    scale: float,
    kernel: Image.Resampling,
    is_dark_on_light: bool,
    random: np.random.Generator,
) -> Image.Image:
    """Return a digit (28, 28), ink = 255, at a random place on a canvas up to twice its size."""
    side = round(28 * scale)
    enlarged = Image.fromarray(digit).resize((side, side), kernel)
    width, height = random.integers(side, 2 * side + 1, 2).tolist()
    canvas = Image.new("L", (width, height), 0)
    place = (random.integers(0, width - side + 1), random.integers(0, height - side + 1))
    canvas.paste(enlarged, (int(place[0]), int(place[1])))
    return canvas.point(lambda level: 255 - level) if is_dark_on_light else canvas


def read_pasted(
    model: VAEGMM, data: LabelledImages, scale: float, kernel: Image.Resampling, seed: int
) -> Iterator[tuple[NDArray[np.bool_], float]]:
    """Yield, for either polarity, which images were read rightly and the seconds per picture."""
    for is_dark_on_light in (False, True):
        random = np.random.default_rng(seed)
        pictures = [
            paste(digit, scale, kernel, is_dark_on_light, random) for digit in data.images.numpy()
        ]
        start = time.perf_counter()
        x = torch.from_numpy(np.stack([normalise_drawing(picture) for picture in pictures]))
        seconds = (time.perf_counter() - start) / len(pictures)
        yield read(model, x[:, None]) == data.labels.numpy(), seconds


def read(model: VAEGMM, x: torch.Tensor) -> NDArray[np.int64]:
    """Return the label that the model reads in each of x (N, 1, 28, 28)."""
    with evaluating(model):
        z = torch.cat([model.network.encode(part)[0] for part in x.split(500)])
        return np.array(model.labels)[model.label_probabilities(z).argmax(1).numpy()]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return its exit code."""
    return run(lambda: print_table(parse(PasteArguments, argv, PROG)), PROG)


def print_table(arguments: PasteArguments) -> None:
    """Print the table.

    Raises:
        ValueError: weights or data that cannot be read.
    """
    model = VAEGMM.from_pretrained(arguments.weights)
    data = load_dataset(arguments.dataset, False, model.labels, arguments.data_dir)
    original = (read(model, to_pixels(data.images)) == data.labels.numpy()).mean()
    say(f"{len(data):,} test images of {arguments.dataset}; as they are: {original:.2%}\n")
    say("scale  filter    light on dark  dark on light  ms each  worst loss (points)")
    for scale in SCALES:
        for name, kernel in FILTERS.items():
            results = list(read_pasted(model, data, scale, kernel, arguments.seed))
            shares = [is_right.mean() for is_right, _ in results]
            ms = 1000 * sum(seconds for _, seconds in results) / 2
            loss = 100 * (original - min(shares))
            say(
                f"{scale:>5}  {name:<9} {shares[0]:>13.2%}  {shares[1]:>13.2%}  {ms:>7.2f}  "
                f"{loss:>+19.2f}"
            )


if __name__ == "__main__":
    raise SystemExit(main())
