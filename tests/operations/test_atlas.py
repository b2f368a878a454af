"""Maps of a latent space: places, latents, and how sure a model is between them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from sklearn.neighbors import KNeighborsClassifier
from torch import Tensor

from vaegmm.data.datasets import load_dataset
from vaegmm.hub.repository import EMBEDDED
from vaegmm.latents import decode_latents
from vaegmm.model import VAEGMM
from vaegmm.operations.atlas import (
    FILE,
    N_NEIGHBOURS,
    Atlas,
    Square,
    blend_nearest,
    draw_principal_atlas,
    enclose,
    find_latent,
    find_place,
    lay_out,
    load_atlas,
    map_entropy,
    save_places,
)
from vaegmm.operations.handwriting import Handwriting, encode_handwriting
from vaegmm.operations.sight import look_at


@pytest.fixture(scope="module")
def atlases(digits: VAEGMM, handwriting: Handwriting) -> dict[str, Atlas]:
    laid_out = load_atlas(EMBEDDED[0], handwriting)
    assert laid_out is not None
    return {"principal": draw_principal_atlas(digits, handwriting), "t-sne": laid_out}


def scatter(n: int, dim: int, seed: int = 0) -> Tensor:
    return torch.randn(n, dim, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("kind", ["principal", "t-sne"])
def test_a_digit_is_where_its_latent_is_found(
    atlases: dict[str, Atlas], handwriting: Handwriting, kind: str
) -> None:
    atlas = atlases[kind]
    assert torch.allclose(atlas.find_places(handwriting.z[:50]), atlas.places[:50], atol=1e-4)
    z = handwriting.z[3].numpy()
    assert find_place(atlas, z) == pytest.approx(atlas.places[3].tolist(), abs=1e-4)


def test_behind_a_digit_s_place_lies_its_own_latent_on_the_t_sne_map(
    atlases: dict[str, Atlas], handwriting: Handwriting
) -> None:
    atlas = atlases["t-sne"]
    assert torch.allclose(atlas.find_latents(atlas.places[:50]), handwriting.z[:50], atol=1e-4)


def test_a_place_of_the_principal_map_is_found_again(atlases: dict[str, Atlas]) -> None:
    xy = 2 * scatter(50, 2)
    atlas = atlases["principal"]
    assert torch.allclose(atlas.find_places(atlas.find_latents(xy)), xy, atol=1e-4)


@pytest.mark.parametrize("kind", ["principal", "t-sne"])
def test_between_digits_of_one_label_the_model_reads_that_label(
    digits: VAEGMM, atlases: dict[str, Atlas], handwriting: Handwriting, kind: str
) -> None:
    atlas, zeros = atlases[kind], handwriting.of(0)
    middle = atlas.places[zeros].mean(0).numpy()
    sight = look_at(digits, find_latent(atlas, middle))
    assert sight.label == 0
    assert sum(sight.probabilities.values()) == pytest.approx(1)


def test_a_sight_is_what_the_latent_decodes_to(digits: VAEGMM, handwriting: Handwriting) -> None:
    z = handwriting.z[7]
    sight = look_at(digits, z.numpy())
    assert np.allclose(sight.x_hat, decode_latents(digits.network, z[None])[0, 0].numpy())
    pixels = np.array(sight.summary()["pixels"])
    assert pixels.shape == sight.x_hat.shape == (28, 28)
    assert np.abs(pixels - 255 * sight.x_hat).max() <= 0.5 + 1e-4  # rounded to bytes


def test_a_blend_never_jumps() -> None:
    keys, values = scatter(200, 2), scatter(200, 3, seed=1)
    line = torch.linspace(-1, 1, 20_001)[:, None] * torch.tensor([[1.0, 0.3]])
    blends = blend_nearest(line, keys, values)
    steps = blends.diff(dim=0).norm(dim=1)
    # Neighbours come and go all along the way; a jump would be of the values' own size.
    assert steps.max() < 0.02


def test_a_blend_lies_among_its_neighbours() -> None:
    keys, values = scatter(100, 2), scatter(100, 1, seed=1)
    query = scatter(50, 2, seed=2)
    nearest = torch.cdist(query, keys).topk(N_NEIGHBOURS, largest=False).indices
    blends = blend_nearest(query, keys, values)
    assert (blends <= values[nearest, 0].amax(1, keepdim=True) + 1e-6).all()
    assert (blends >= values[nearest, 0].amin(1, keepdim=True) - 1e-6).all()


def test_keys_that_are_all_alike_are_blended_evenly() -> None:
    values = torch.arange(9.0)[:, None]
    blend = blend_nearest(torch.zeros(1, 2), torch.zeros(9, 2), values)
    assert blend.isfinite().all()
    assert 0 <= blend.item() <= 8


def test_the_square_holds_every_digit_and_a_margin(atlases: dict[str, Atlas]) -> None:
    for atlas in atlases.values():
        square = enclose(atlas.places)
        low = torch.tensor([square.x, square.y])
        assert (atlas.places > low).all()
        assert (atlas.places < low + square.side).all()
    grown = Square(1.0, 2.0, 4.0).grow(1.5)
    assert grown == Square(0.0, 1.0, 6.0)


def test_entropy_is_that_of_the_probabilities_at_each_place(
    digits: VAEGMM, atlases: dict[str, Atlas]
) -> None:
    square, n_cells = Square(-2.0, -1.0, 4.0), 8
    for atlas in atlases.values():
        entropy = map_entropy(digits, atlas, square, n_cells)
        assert entropy.shape == (n_cells, n_cells)
        # the second row from above, the third column
        place = np.array([-2 + 2.5 * 0.5, -1 + 6.5 * 0.5], np.float32)
        shares = look_at(digits, find_latent(atlas, place)).probabilities.values()
        expected = -sum(p * math.log(p) for p in shares if p > 0)
        assert entropy[1, 2].item() == pytest.approx(expected, abs=1e-4)


def test_a_model_hesitates_between_labels_and_not_within(
    digits: VAEGMM, atlases: dict[str, Atlas]
) -> None:
    entropy = map_entropy(digits, atlases["principal"], enclose(atlases["principal"].places), 64)
    assert entropy.min() >= 0
    assert entropy.max() <= math.log(10) + 1e-5
    assert entropy.median() < 0.1 < 0.6 < entropy.max()


@pytest.mark.parametrize("folder", EMBEDDED, ids=lambda folder: folder.name)
def test_the_stored_maps_keep_look_alikes_together(folder: Path) -> None:
    model = VAEGMM.from_pretrained(folder)
    handwriting = encode_handwriting(model, load_dataset("sample", train=False))
    atlas = load_atlas(folder, handwriting)
    assert atlas is not None
    assert (folder / FILE).stat().st_size < 300_000
    judge = KNeighborsClassifier(5).fit(atlas.places.numpy(), handwriting.labels.numpy())
    assert judge.score(atlas.places.numpy(), handwriting.labels.numpy()) > 0.97


def test_the_layout_is_the_same_every_time() -> None:
    points = scatter(40, 5).double().numpy()
    assert np.array_equal(lay_out(points), lay_out(points))
    assert lay_out(points).shape == (40, 2)


def test_saving_then_loading_a_map_is_exact(tmp_path: Path, handwriting: Handwriting) -> None:
    places = scatter(len(handwriting.z), 2)
    save_places(places, tmp_path, {"seed": "0"})
    atlas = load_atlas(tmp_path, handwriting)
    assert atlas is not None
    assert torch.equal(atlas.places, places)


def test_a_folder_without_a_map_has_none(tmp_path: Path, handwriting: Handwriting) -> None:
    assert load_atlas(tmp_path, handwriting) is None


@pytest.mark.parametrize(
    ("tensors", "said"),
    [
        ({"places": torch.zeros(1999, 2)}, r"must hold places as .*\(2000, 2\).*got.*1999"),
        ({"places": torch.zeros(2000, 3)}, r"got.*\(2000, 3\).*make it again"),
        ({"places": torch.zeros(2000, 2, dtype=torch.float64)}, "got.*float64"),
        ({"others": torch.zeros(2000, 2)}, "got.*others"),
        ({"places": torch.full((2000, 2), torch.nan)}, "places holds NaN or infinity"),
        ({"places": torch.full((2000, 2), torch.inf)}, "places holds NaN or infinity"),
    ],
)
def test_a_map_that_does_not_fit_is_refused(
    tmp_path: Path, handwriting: Handwriting, tensors: dict[str, Tensor], said: str
) -> None:
    save_file(tensors, tmp_path / FILE)
    with pytest.raises(ValueError, match=said):
        load_atlas(tmp_path, handwriting)


def test_a_damaged_map_is_refused(tmp_path: Path, handwriting: Handwriting) -> None:
    (tmp_path / FILE).write_bytes(b"no map")
    with pytest.raises(ValueError, match=rf"{FILE} is damaged or no safetensors file"):
        load_atlas(tmp_path, handwriting)
