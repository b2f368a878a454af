"""Draw what a plane through latent space decodes to, as one picture."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from tyro.conf import arg

from vaegmm.cli.answer import Answer, settings_of
from vaegmm.cli.command import run_command
from vaegmm.cli.options import Device, Json, Output, Weights
from vaegmm.cli.outputs import check_output, load_model, write_output

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from torch import Tensor

    from vaegmm.model import VAEGMM
    from vaegmm.operations.plane import Plane

BATCH = 2000  # pictures, about, that are decoded at a time
SIDE = 28
MOST = 20_000  # pixels, to either side


@dataclass(frozen=True)
class GridArguments:
    """Decode a mesh of points on a plane through latent space, and lay the pictures out.

    The output is a PNG, in which x grows to the right and y upwards.
    """

    EXAMPLES: ClassVar = ("-o grid.png", "-o grid.png --dims 0 1 --step 0.25")

    start: float = -3.0
    """First step in both directions."""
    stop: float = 3.5
    """Last step, included where it fits."""
    step: float = 0.5
    """From one picture to the next, in latent units."""
    dims: Annotated[tuple[int, int] | None, arg(metavar="DIM DIM")] = None
    """Two latent dimensions, from 0, to go along; the two principal directions of the mixture when
    not given (of a model with two dimensions, those)."""
    lift: bool = True
    """With --no-lift, show what lies on the plane itself, not what the mixture expects behind it:
    fewer of these are digits."""
    scale: int = 2
    """Pixels for each one of a digit's, 1 to 20."""
    output: Output = "grid.png"
    weights: Weights = None
    device: Device = "auto"
    json: Json = False


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run_command("grid", GridArguments, write_grid, argv)


def write_grid(arguments: GridArguments, answer: Answer) -> None:
    """Decode the mesh and write its picture.

    Raises:
        ValueError: an argument out of range, or weights that cannot be read.
        OSError: a file that cannot be written.
    """
    from vaegmm.latents import to_bytes
    from vaegmm.operations.plane import make_mesh
    from vaegmm.sheet import encode_sheet

    a, path = arguments, Path(arguments.output)
    if path.suffix.lower() != ".png":
        raise ValueError(f"output must end in .png, got {a.output!r}")
    check_output(path)
    if not 1 <= a.scale <= 20:
        raise ValueError(f"scale must be from 1 to 20, got {a.scale}")
    steps = make_mesh(a.start, a.stop, a.step)
    n = len(steps)
    if n * SIDE * a.scale > MOST:
        raise ValueError(
            f"the picture must have at most {MOST:,} pixels to either side, got {n} times "
            f"{SIDE * a.scale}; give a smaller scale or a larger step"
        )
    model = load_model(a.weights, a.device)
    plane = _choose_plane(model, a.dims)
    begun = time.perf_counter()
    images = to_bytes(_decode(model, plane, steps, a.lift)[:, None])
    content = encode_sheet(images.numpy(), n, a.scale)
    write_output(path, content)
    values = {
        "output": str(path), "n": len(images), "n_steps": n, "bytes": len(content),
        "seconds": time.perf_counter() - begun, "settings": settings_of(a),
    }  # fmt: skip
    answer(values, f"{len(images):,} pictures, {n} x {n}: {path}")


def _choose_plane(model: VAEGMM, dims: tuple[int, int] | None) -> Plane:
    from vaegmm.operations.plane import choose_plane, find_principal_plane

    return find_principal_plane(model) if dims is None else choose_plane(model, *dims)


def _decode(model: VAEGMM, plane: Plane, steps: Tensor, is_lifted: bool) -> Tensor:
    """Return the pictures (N, 28, 28) row by row, with a bar once it takes longer than a second."""
    import torch
    from tqdm import tqdm

    from vaegmm.operations.plane import decode_mesh

    rows = list(reversed(steps.split(max(1, BATCH // len(steps)))))  # the first has the highest y
    parts = []
    with tqdm(total=len(steps) ** 2, unit="image", disable=None, delay=1) as bar:
        for some in rows:
            parts.append(decode_mesh(model, plane, steps, some, is_lifted).flatten(0, 1))
            bar.update(len(parts[-1]))
    return torch.cat(parts)
