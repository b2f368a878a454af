"""Does a digit read the same wherever, however large and in whatever polarity it is pasted?

    python -m benchmarks.paste --data-dir FOLDER

Every test image is enlarged or reduced, pasted at a random place on a larger canvas, dark on light
or light on dark, normalised as a drawing and read. The first row is the model on the images as they
are; the last column is the loss against it, in percentage points.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.data.images import normalise_drawing
from vaegmm.model import VAEGMM
from vaegmm.runtime import evaluating

SCALES = (0.5, 1, 1.5, 2, 3, 4, 6, 8)
FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}


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


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--weights", help="model folder; the embedded one when not given")
    parser.add_argument("--dataset", default="mnist")
    parser.add_argument("--data-dir")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    model = VAEGMM.from_pretrained(args.weights)
    data = load_dataset(args.dataset, False, model.labels, args.data_dir)
    original = (read(model, data.images[:, None].float() / 255) == data.labels.numpy()).mean()
    print(f"{len(data):,} test images of {args.dataset}; as they are: {original:.2%}\n")
    print("scale  filter    light on dark  dark on light  ms each  worst loss (points)")
    for scale in SCALES:
        for name, kernel in FILTERS.items():
            results = list(read_pasted(model, data, scale, kernel, args.seed))
            shares = [is_right.mean() for is_right, _ in results]
            ms = 1000 * sum(seconds for _, seconds in results) / 2
            loss = 100 * (original - min(shares))
            print(
                f"{scale:>5}  {name:<9} {shares[0]:>13.2%}  {shares[1]:>13.2%}  {ms:>7.2f}  "
                f"{loss:>+19.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
