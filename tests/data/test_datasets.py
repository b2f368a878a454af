"""Data sets by name."""

from __future__ import annotations

import gzip
import io
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch

from vaegmm.data import datasets
from vaegmm.data.datasets import (
    LabelledImages,
    find_data_dir,
    load_dataset,
    shuffle,
    split,
)


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and writes no log."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def write_idx(folder: Path, n_images: int) -> None:
    """Write MNIST's four files, unpacked, with random images labelled 0 to 9 in turn."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    for part in ("train", "t10k"):
        images = random.integers(0, 256, (n_images, 28, 28), dtype=np.uint8)
        head = np.array([2051, n_images, 28, 28], dtype=">i4").tobytes()
        (folder / f"{part}-images-idx3-ubyte").write_bytes(head + images.tobytes())
        head = np.array([2049, n_images], dtype=">i4").tobytes()
        labels = np.arange(n_images, dtype=np.uint8) % 10
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(head + labels.tobytes())


def test_the_sample_is_balanced() -> None:
    for train, each in ((True, 1000), (False, 200)):
        data = load_dataset("sample", train=train)
        assert data.images.shape == (10 * each, 28, 28)
        assert data.images.dtype == torch.uint8
        assert data.labels.bincount().tolist() == [each] * 10


def test_the_training_part_is_what_is_loaded_by_default() -> None:
    assert len(load_dataset("sample", digits=(1, 4, 8))) == 3000


def test_without_the_sample_is_said_what_serves_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "SAMPLE", tmp_path / "sample.npz")
    with pytest.raises(
        ValueError, match=r"installed without it; give mnist, .*\.npz file, or digits"
    ):
        load_dataset("sample")


def test_arrays_become_a_data_set() -> None:
    images = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
    for dtype in (np.uint8, np.int64):
        data = LabelledImages.from_arrays(images, np.array([3, 255], dtype))
        assert np.array_equal(data.images.numpy(), images)
        assert (data.labels.tolist(), data.labels.dtype) == ([3, 255], torch.int64)


def test_digits_are_filtered() -> None:
    data = load_dataset("sample", train=False, digits=(8, 1, 4, 4))
    assert data.labels.unique().tolist() == [1, 4, 8]
    assert len(data) == 600


def test_torchvisions_layout_is_read_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_idx(tmp_path / "FashionMNIST" / "raw", 20)
    monkeypatch.setenv("VAEGMM_DATA", str(tmp_path))
    data = load_dataset("fashion-mnist", train=True, digits=(3,))
    assert data.images.shape == (2, 28, 28)
    assert data.labels.dtype == torch.int64


ODD_FILES = {
    "train-images-idx3-ubyte": (
        (b"", r"train-images-idx3-ubyte is no IDX file of bytes along 3 axes; fetch it again"),
        (bytes((0, 0, 13, 3)) + bytes(12), "is no IDX file of bytes"),
        (bytes((0, 0, 8, 3)) + b"\xff" * 12, r"says that it holds 79,2\d+.* and holds 0; fetch"),
        (
            bytes((0, 0, 8, 3)) + bytes((0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 9, 9)),
            r"got \(2, 1, 1\)",
        ),
        (bytes((0, 0, 8, 3)) + bytes(12), r"must hold images \(N, 28, 28\), got \(0, 0, 0\)"),
    ),
    "train-labels-idx1-ubyte": (
        (bytes((0, 0, 8, 1, 0, 0, 0, 3, 1, 2)), r"says that it holds 3 bytes \(3,\), and holds 2"),
        (bytes((0, 0, 8, 1, 0, 0, 0, 2, 1, 2)), "holds 20 images and train-labels.* 2 labels"),
    ),
}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [(name, *odd) for name, odds in ODD_FILES.items() for odd in odds],
)
def test_a_damaged_file_of_mnist_is_named(
    name: str, content: bytes, message: str, tmp_path: Path
) -> None:
    """Torchvision ended in an assertion, took shorter files, or said that it could not download."""
    raw = tmp_path / "MNIST" / "raw"
    write_idx(raw, 20)
    (raw / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_dataset("mnist", train=True, data_dir=tmp_path)


def test_what_an_old_torchvision_pickled_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "MNIST" / "processed"
    folder.mkdir(parents=True)
    for name in ("training.pt", "test.pt"):
        (folder / name).write_bytes(b"\x80\x04no pickle at all")
    with pytest.raises(
        ValueError, match="processed is an old torchvision's, whose pickles are not"
    ):
        load_dataset("mnist", train=True, data_dir=tmp_path)


def test_a_missing_data_set_names_the_three_ways_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torchvision

    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", ["http://127.0.0.1:9/"])
    with pytest.raises(ValueError, match=r"--data-dir, set VAEGMM_DATA .* --dataset sample"):
        load_dataset("mnist", train=True, data_dir=tmp_path)


@pytest.mark.parametrize("is_terminal", [False, True])
def test_a_download_shows_its_bar_on_a_terminal_alone(
    is_terminal: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a server of our own, which has MNIST's four files, packed."""
    import torchvision

    write_idx(tmp_path / "served", 20)
    names = []
    for path in (tmp_path / "served").iterdir():
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        names.append(f"{path.name}.gz")
    seen = io.StringIO()
    monkeypatch.setattr(seen, "isatty", lambda: is_terminal)
    monkeypatch.setattr(sys, "stderr", seen)
    handler = partial(QuietHandler, directory=tmp_path / "served")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        mnist = torchvision.datasets.MNIST
        monkeypatch.setattr(mnist, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
        monkeypatch.setattr(mnist, "resources", [(name, None) for name in names])
        data = load_dataset("mnist", train=True, data_dir=tmp_path)
        server.shutdown()
    assert len(data) == 20
    assert ("B/s" in seen.getvalue()) == is_terminal


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(ValueError, match="unknown dataset 'mnits'; known are mnist"):
        load_dataset("mnits", train=True)
    with pytest.raises(ValueError, match=r"^unknown dataset '9{10,200}\.\.\.; known are mnist"):
        load_dataset("9" * 5000, train=True)


def test_a_digit_that_does_not_occur_is_named() -> None:
    with pytest.raises(ValueError, match="sample has no images labelled 11, 12"):
        load_dataset("sample", train=True, digits=(1, 12, 11))


def test_the_split_is_stratified_seeded_and_complete(sample: LabelledImages) -> None:
    parts = split(sample, 0.2, seed=3)
    assert parts.validation.labels.bincount()[[1, 4, 8]].tolist() == [40, 40, 40]
    assert len(parts.train) + len(parts.validation) == len(sample)
    images = torch.cat([parts.train.images, parts.validation.images]).flatten(1)
    assert len(images.unique(dim=0)) == len(sample.images.flatten(1).unique(dim=0))
    again, other = split(sample, 0.2, seed=3), split(sample, 0.2, seed=4)
    assert torch.equal(parts.train.images, again.train.images)
    assert not torch.equal(parts.train.images, other.train.images)


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, float("nan")])
def test_a_fraction_outside_0_1_is_refused(fraction: float, sample: LabelledImages) -> None:
    with pytest.raises(ValueError, match=r"validation_fraction must be in \(0, 1\)"):
        split(sample, fraction, seed=0)


def test_too_few_images_to_split_are_refused(sample: LabelledImages) -> None:
    with pytest.raises(ValueError, match="2 images cannot be split"):
        split(sample.subset(torch.tensor([0, 1])), 0.1, seed=0)


def test_no_label_may_be_held_back_whole(sample: LabelledImages) -> None:
    eights = (sample.labels == 8).nonzero().squeeze(1)
    some = sample.subset(torch.cat([(sample.labels == 1).nonzero().squeeze(1), eights[:2]]))
    with pytest.raises(ValueError, match=r"label 8 has 2 images, .* of 0.8 leaves none to learn"):
        split(some, 0.8, seed=0)


def test_every_epoch_has_an_order_of_its_own() -> None:
    cpu = torch.device("cpu")
    orders = [shuffle(1000, seed, epoch, cpu) for seed in (0, 1, 2**31) for epoch in (1, 2, 3)]
    assert all(torch.equal(order.sort().values, torch.arange(1000)) for order in orders)
    assert len({tuple(order.tolist()) for order in orders}) == len(orders)
    assert torch.equal(shuffle(1000, 0, 1, cpu), orders[0])


@pytest.mark.skipif(sys.platform == "win32", reason="homes are looked up in another way")
def test_without_a_home_a_folder_can_be_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def know_nobody(number: int) -> None:
        raise KeyError(number)

    for name in ("HOME", "XDG_CACHE_HOME", "VAEGMM_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", know_nobody)
    assert find_data_dir(tmp_path) == tmp_path
    with pytest.raises(ValueError, match="no home folder to keep data sets in; give --data-dir"):
        find_data_dir(None)
    monkeypatch.setenv("VAEGMM_DATA", str(tmp_path))
    assert find_data_dir(None) == tmp_path
