"""Maps of a latent space: real digits in a plane, and the latents behind its places.

Two kinds: the principal plane, behind which the mixture says what lies, and t-SNE, which only knows
the digits that were laid out: between them, what lies near is blended.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vaegmm.latents import BATCH
from vaegmm.model import VAEGMM
from vaegmm.operations.handwriting import Handwriting
from vaegmm.operations.plane import Plane, find_principal_plane, lift, list_points
from vaegmm.runtime import evaluating
from vaegmm.tensors import read_tensors, write_tensors

FILE = "map.safetensors"  # beside a model's weights
N_NEIGHBOURS = 8
MARGIN = 0.06  # of a map's side, around the digits
NEAREST = 1e-6  # share of the neighbourhood's radius within which a place is a digit's own


class Atlas(Protocol):
    """A map: where real digits are on it, and the way from a place to a latent and back."""

    @property
    def places(self) -> Tensor:
        """(N, 2), of the digits."""

    def find_latents(self, xy: Tensor) -> Tensor:
        """Return the latents (N, D) behind places (N, 2)."""

    def find_places(self, z: Tensor) -> Tensor:
        """Return the places (N, 2) of latents (N, D)."""


@dataclass(frozen=True)
class PrincipalAtlas:
    """The plane in which the mixture varies most; see `vaegmm.operations.plane.lift`."""

    model: VAEGMM
    plane: Plane
    places: Tensor

    def find_latents(self, xy: Tensor) -> Tensor:
        """Return what the mixture expects (N, D) behind places (N, 2)."""
        return lift(self.model, self.plane, xy)

    def find_places(self, z: Tensor) -> Tensor:
        """Return where latents (N, D) are projected to, (N, 2)."""
        return self.plane.project(z)


@dataclass(frozen=True)
class NeighbourAtlas:
    """Digits laid out by anything at all; a place between them is a blend of the nearest."""

    z: Tensor
    places: Tensor

    def find_latents(self, xy: Tensor) -> Tensor:
        """Return blends (N, D) of the digits nearest on the map to places (N, 2)."""
        return blend_nearest(xy, self.places, self.z)

    def find_places(self, z: Tensor) -> Tensor:
        """Return blends (N, 2) of the places of the digits nearest to latents (N, D)."""
        return blend_nearest(z, self.z, self.places)


@dataclass(frozen=True)
class Square:
    """A square part of a map: its least x and y, and its side."""

    x: float
    y: float
    side: float

    def grow(self, factor: float) -> Square:
        """Return the square with a side so many times as long, about the same middle."""
        shift = self.side * (factor - 1) / 2
        return Square(self.x - shift, self.y - shift, self.side * factor)


def draw_principal_atlas(model: VAEGMM, handwriting: Handwriting) -> PrincipalAtlas:
    """Project handwriting on the principal plane of a model's mixture.

    Raises:
        ValueError: the model has one latent dimension.
    """
    plane = find_principal_plane(model)
    return PrincipalAtlas(model, plane, plane.project(handwriting.z))


def blend_nearest(query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Interpolate values known at scattered points.

    The weights of the 8 nearest, ((R - d) / (R d))^2 with R the distance of the 9th, fall to 0
    where a neighbour leaves the 8: no value jumps (modified Shepard; Franke & Nielson 1980).

    Args:
        query: (M, A), where values are wanted.
        keys: (N, A), where they are known.
        values: (N, B).

    Returns:
        (M, B); at a key, its value.
    """
    n_neighbours = min(N_NEIGHBOURS, len(keys) - 1)
    parts = []
    for part in query.split(BATCH):
        distances, index = torch.cdist(
            part.double(), keys.double(), compute_mode="donot_use_mm_for_euclid_dist"
        ).topk(n_neighbours + 1, largest=False)
        radius = distances[:, -1:].clamp(min=torch.finfo(torch.float64).tiny)
        near = (distances[:, :-1] / radius).clamp(min=NEAREST)  # (M, 8) in [0, 1]
        weights = (1 / near - 1).square() + torch.finfo(torch.float64).tiny
        weights = weights / weights.sum(1, keepdim=True)
        parts.append((weights[:, None] @ values[index[:, :-1]].double()).squeeze(1))
    return torch.cat(parts).to(values)


def enclose(places: Tensor) -> Square:
    """Return the square about places (N, 2), a margin around them."""
    low, high = places.amin(0), places.amax(0)
    side = max(float((high - low).max()), 1e-6) * (1 + 2 * MARGIN)
    x, y = ((low + high - side) / 2).tolist()
    return Square(x, y, side)


def map_entropy(model: VAEGMM, atlas: Atlas, square: Square, n_cells: int) -> Tensor:
    """Return how unsure a model is of the label all over a map.

    Args:
        model: the atlas's own; in any mode.
        atlas: says what lies behind places.
        square: the part of it.
        n_cells: to either side.

    Returns:
        (n_cells, n_cells), the entropy of the label probabilities, in nats; the first row has the
        highest y.
    """
    steps = (torch.arange(n_cells) + 0.5) / n_cells * square.side
    xy = list_points(square.x + steps, square.y + steps)
    with evaluating(model):
        parts = [
            model.label_probabilities(z.to(model.means.device)).cpu()
            for z in atlas.find_latents(xy).split(BATCH)
        ]
    entropy: Tensor = torch.special.entr(torch.cat(parts)).sum(1)
    return entropy.view(n_cells, n_cells)


def find_latent(atlas: Atlas, place: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the latent (D,) behind one place (2,) of a map."""
    latent: NDArray[np.float32] = atlas.find_latents(torch.from_numpy(place)[None])[0].numpy()
    return latent


def find_place(atlas: Atlas, z: NDArray[np.float32]) -> list[float]:
    """Return x and y, on a map, of one latent (D,)."""
    place: list[float] = atlas.find_places(torch.from_numpy(z)[None])[0].tolist()
    return place


def lay_out(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lay points (N, D) out in a plane, (N, 2), the same way every time.

    Neighbours come to lie beside each other: t-SNE (van der Maaten & Hinton 2008).
    """
    from sklearn.manifold import TSNE  # slow to import, and needed nowhere else

    perplexity = min(30.0, (len(points) - 1) / 3)
    tsne = TSNE(2, perplexity=perplexity, init="pca", random_state=0)
    places: NDArray[np.float64] = tsne.fit_transform(points)
    return places


def save_places(places: Tensor, folder: Path, words: dict[str, str]) -> None:
    """Write the places (N, 2) of a map beside a model's weights, and what is said of them."""
    write_tensors({"places": places.float()}, folder / FILE, words)


def load_atlas(folder: Path, handwriting: Handwriting) -> NeighbourAtlas | None:
    """Load the map that `python -m scripts.make_map` has laid out; None where there is none.

    Args:
        folder: of a model's weights.
        handwriting: the digits that were laid out, as that model encodes them.

    Raises:
        ValueError: the file is damaged, or is no map of so many digits.
    """
    path = folder / FILE
    if not path.exists():
        return None
    tensors = read_tensors(path)
    expected = torch.float32, (len(handwriting.z), 2)
    found = {name: (tensor.dtype, tuple(tensor.shape)) for name, tensor in tensors.items()}
    remedy = "make it again with python -m scripts.make_map, or remove it"
    if found != {"places": expected}:
        raise ValueError(f"{path} must hold places as {expected}, got {found}; {remedy}")
    if not tensors["places"].isfinite().all():
        raise ValueError(f"{path}: places holds NaN or infinity; {remedy}")
    return NeighbourAtlas(handwriting.z, tensors["places"])
