"""Make digits that are hard to tell, as a data set with soft labels."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from tyro.conf import arg

from vaegmm.cli.answer import Answer, settings_of
from vaegmm.cli.command import run_command
from vaegmm.cli.options import DataDir, Dataset, Device, Json, N, Output, Seed, Weights
from vaegmm.cli.outputs import (
    N_SHOWN,
    check_output,
    draw_preview,
    find_preview,
    load_model,
    write_output,
)

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.model import VAEGMM
    from vaegmm.operations.handwriting import Handwriting
    from vaegmm.operations.muddle import Muddles

BATCH = 100


@dataclass(frozen=True)
class MuddleArguments:
    """Make images that lie between two digits, with the share of each as soft labels.

    They begin with real digits. The output is an .npz file of images (N, 28, 28), soft_labels (N,
    10), a, b, targets and seeds: that of the first image, and each one after it has the next.
    Beside it comes a preview, NAME-preview.png.
    """

    EXAMPLES: ClassVar = ("--n 1000 -o muddles.npz", "--digit 4 --partner 9 --mix 0.3")

    n: N = 100
    digit: Annotated[int | None, arg(metavar="DIGIT")] = None
    """The first of the two digits; drawn at random for every image when not given."""
    partner: Annotated[int | None, arg(metavar="DIGIT")] = None
    """The second; for every image the one nearest to its first digit when not given."""
    mix: float = 0.5
    """Share of the first digit against the second, above 0 and below 1."""
    method: Literal["balanced", "average", "series"] = "balanced"
    """balanced is read as much as asked for; average decodes the middle of two latents; series
    takes the image on the way that is least like either digit."""
    output: Output = "muddles.npz"
    weights: Weights = None
    dataset: Dataset = "sample"
    data_dir: DataDir = None
    seed: Seed = 0
    device: Device = "auto"
    json: Json = False


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run_command("muddle", MuddleArguments, make_muddles, argv)


def make_muddles(arguments: MuddleArguments, answer: Answer) -> None:
    """Make the images, and write the file and its preview.

    Raises:
        ValueError: an argument out of range, or weights or data that cannot be read.
        OSError: a file that cannot be written.
    """
    from vaegmm.data.datasets import load_dataset
    from vaegmm.operations.handwriting import encode_handwriting
    from vaegmm.operations.muddle import as_npz
    from vaegmm.runtime import keep_freed_memory

    a, path = arguments, Path(arguments.output)
    if path.suffix != ".npz":
        raise ValueError(f"output must end in .npz, got {a.output!r}")
    if a.n < 1:
        raise ValueError(f"n must be at least 1, got {a.n}")
    check_output(path)
    preview = find_preview(path)
    keep_freed_memory()
    model = load_model(a.weights, a.device)
    _check_digits(model, a)
    data = load_dataset(a.dataset, True, (), a.data_dir)
    begun = time.perf_counter()
    muddles = _make(model, encode_handwriting(model, data), a)
    content = as_npz(muddles)
    write_output(path, content)
    seconds = time.perf_counter() - begun
    _draw_preview(muddles, preview)
    values = {
        "output": str(path), "preview": str(preview), "n": len(muddles.x), "bytes": len(content),
        "seconds": seconds, "settings": settings_of(a),
    }  # fmt: skip
    words = f"{len(muddles.x):,} images with soft labels in {path}, a preview in {preview}"
    answer(values, words)


def _check_digits(model: VAEGMM, arguments: MuddleArguments) -> None:
    """Refuse before anything long is begun what no image can be made of."""
    from vaegmm.operations.muddle import check_request

    # a digit that is drawn at random is never the partner
    drawn = next(label for label in (*model.labels, -1) if label != arguments.partner)
    digit = drawn if arguments.digit is None else arguments.digit
    seeds = [arguments.seed, arguments.seed + arguments.n - 1]
    partners, mixes = [arguments.partner] * 2, [arguments.mix] * 2
    check_request(model, [digit] * 2, partners, mixes, seeds, arguments.method)


def _make(model: VAEGMM, handwriting: Handwriting, arguments: MuddleArguments) -> Muddles:
    import numpy as np
    from tqdm import tqdm

    from vaegmm.operations.muddle import join_muddles, muddle

    seeds = range(arguments.seed, arguments.seed + arguments.n)
    others = [label for label in model.labels if label != arguments.partner]
    parts = []
    with tqdm(total=arguments.n, unit="image", disable=None) as bar:
        for begin in range(0, arguments.n, BATCH):
            some = list(seeds[begin : begin + BATCH])
            digits = [
                int(np.random.default_rng((seed, 3)).choice(others))
                if arguments.digit is None
                else arguments.digit
                for seed in some
            ]
            mixes, partners = [arguments.mix] * len(some), [arguments.partner] * len(some)
            parts.append(
                muddle(model, handwriting, digits, partners, mixes, some, arguments.method)
            )
            bar.update(len(some))
    return join_muddles(parts)


def _draw_preview(muddles: Muddles, path: Path) -> None:
    import torch

    from vaegmm.latents import to_bytes

    images = to_bytes(torch.from_numpy(muddles.x[:N_SHOWN])[:, None])
    rows = zip(muddles.a, muddles.b, muddles.probabilities, strict=True)
    captions = [f"{a}: {p[a]:.0%}, {b}: {p[b]:.0%}" for a, b, p in rows][:N_SHOWN]
    draw_preview(images, captions, path)
