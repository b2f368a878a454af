"""Draw what a plane through latent space decodes to, as one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from vaegmm.cli.parse import parse, run, say

if TYPE_CHECKING:  # torch takes seconds to import, and --help needs none of it
    from vaegmm.model import VAEGMM
    from vaegmm.operations.plane import Plane

PROG = "python -m vaegmm grid"


@dataclass(frozen=True)
class GridArguments:
    """Decode a mesh of points on a plane through latent space, and lay the pictures out."""

    output: Annotated[str, tyro.conf.arg(aliases=["-o"])] = "grid.png"
    """PNG to write; x grows to the right, y upwards."""
    start: float = -3.0
    """First step in both directions."""
    stop: float = 3.5
    """Last step, included where it fits."""
    step: float = 0.5
    """From one picture to the next, in latent units."""
    dims: tuple[int, int] | None = None
    """Two latent dimensions, from 0, to go along; the two principal directions of the mixture when
    not given (of a model with two dimensions, those)."""
    lift: bool = True
    """Show what the mixture expects behind a point of the plane, or, with --no-lift, what lies on
    the plane itself: fewer of these are digits."""
    scale: int = 2
    """Pixels for each one of a digit's, 1 to 20."""
    weights: str | None = None
    """Model folder, or user/name[@revision] of the Hugging Face hub; the embedded ten-digit model
    when not given."""
    device: str = "auto"
    """auto (a GPU when there is one), cpu, cuda, ..."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: write_grid(parse(GridArguments, argv, PROG)), PROG)


def write_grid(arguments: GridArguments) -> None:
    """Decode the mesh and write its picture.

    Raises:
        ValueError: an argument out of range, or weights that cannot be read.
        OSError: a file that cannot be written.
    """
    from vaegmm.files import replacing
    from vaegmm.latents import to_bytes
    from vaegmm.model import VAEGMM
    from vaegmm.operations.plane import decode_mesh, make_mesh
    from vaegmm.runtime import resolve_device
    from vaegmm.sheet import encode_sheet

    path = Path(arguments.output)
    if path.suffix.lower() != ".png":
        raise ValueError(f"output must end in .png, got {arguments.output!r}")
    if not path.parent.is_dir():
        raise ValueError(f"there is no folder {path.parent} for the output; make it first")
    if not 1 <= arguments.scale <= 20:
        raise ValueError(f"scale must be from 1 to 20, got {arguments.scale}")
    steps = make_mesh(arguments.start, arguments.stop, arguments.step)
    model = VAEGMM.from_pretrained(arguments.weights).to(resolve_device(arguments.device))
    plane = _choose_plane(model, arguments.dims)
    x = decode_mesh(model, plane, steps, steps, arguments.lift)
    images = to_bytes(x.flatten(0, 1)[:, None])
    content = encode_sheet(images.numpy(), len(steps), arguments.scale)
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    say(f"{len(images):,} pictures, {len(steps)} x {len(steps)}: {path}")


def _choose_plane(model: VAEGMM, dims: tuple[int, int] | None) -> Plane:
    from vaegmm.operations.plane import choose_plane, find_principal_plane

    return find_principal_plane(model) if dims is None else choose_plane(model, *dims)
