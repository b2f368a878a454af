"""Make digits that are hard to tell, as a data set with soft labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from vaegmm.cli.parse import parse, run, say

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.model import VAEGMM
    from vaegmm.operations.handwriting import Handwriting
    from vaegmm.operations.muddle import Muddles

PROG = "python -m vaegmm muddle"
BATCH = 100
N_SHOWN = 100  # in the preview


@dataclass(frozen=True)
class MuddleArguments:
    """Make images that lie between two digits, with the share of each as soft labels."""

    n: int = 100
    """How many."""
    digit: int | None = None
    """The first of the two digits; drawn at random for every image when not given."""
    partner: int | None = None
    """The second; for every image the one nearest to its first digit when not given."""
    mix: float = 0.5
    """Share of the first digit against the second, above 0 and below 1."""
    method: Literal["balanced", "average", "series"] = "balanced"
    """balanced is read as much as asked for; average decodes the middle of two latents; series
    takes the image on the way that is least like either digit."""
    output: str = "muddles.npz"
    """File for images (N, 28, 28), soft_labels (N, 10), a, b, targets, seeds; beside it a preview,
    the same name with .png."""
    weights: str | None = None
    """Model folder, or user/name[@revision] of the Hugging Face hub; the embedded ten-digit model
    when not given."""
    dataset: str = "sample"
    """Digits to start from: sample (bundled), mnist, or the path of an .npz file."""
    data_dir: str | None = None
    """Folder in torchvision's layout; else $VAEGMM_DATA, else the user's cache."""
    seed: int = 0
    """Of the first image; each one after it has the next."""
    device: str = "auto"
    """auto (a GPU when there is one), cpu, cuda, ..."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: make_muddles(parse(MuddleArguments, argv, PROG)), PROG)


def make_muddles(arguments: MuddleArguments) -> None:
    """Make the images, and write the file and its preview.

    Raises:
        ValueError: an argument out of range, or weights or data that cannot be read.
        OSError: a file that cannot be written.
    """
    from vaegmm.data.datasets import load_dataset
    from vaegmm.files import replacing
    from vaegmm.model import VAEGMM
    from vaegmm.operations.handwriting import encode_handwriting
    from vaegmm.operations.muddle import as_npz
    from vaegmm.runtime import keep_freed_memory, resolve_device

    path = Path(arguments.output)
    if path.suffix != ".npz":
        raise ValueError(f"output must end in .npz, got {arguments.output!r}")
    if arguments.n < 1:
        raise ValueError(f"n must be at least 1, got {arguments.n}")
    if not path.parent.is_dir():
        raise ValueError(f"there is no folder {path.parent} for the output; make it first")
    keep_freed_memory()
    model = VAEGMM.from_pretrained(arguments.weights).to(resolve_device(arguments.device))
    _check_digits(model, arguments)
    data = load_dataset(arguments.dataset, True, (), arguments.data_dir)
    muddles = _make(model, encode_handwriting(model, data), arguments)
    with replacing(path) as temporary:
        temporary.write_bytes(as_npz(muddles))
    preview = path.with_suffix(".png")
    _draw_preview(muddles, preview)
    say(f"{len(muddles.x):,} images with soft labels in {path}, a preview in {preview}")


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

    from vaegmm.evaluation.charts import plot_pictures
    from vaegmm.latents import to_bytes

    images = to_bytes(torch.from_numpy(muddles.x[:N_SHOWN])[:, None])
    rows = zip(muddles.a, muddles.b, muddles.probabilities, strict=True)
    captions = [f"{a}: {p[a]:.0%}, {b}: {p[b]:.0%}" for a, b, p in rows][:N_SHOWN]
    plot_pictures(images, captions, path)
