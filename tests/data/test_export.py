"""Data sets on disk: others read them, memory does not grow, and they are the same again."""

from __future__ import annotations

import weakref
from pathlib import Path

import numpy as np
import pytest
from torchvision.datasets import MNIST, ImageFolder

from tests.data.exporting import IMAGES, LABELS, RANDOM, export, place
from vaegmm.data.datasets import load_dataset
from vaegmm.data.export import FORMATS, Format, choose_n_test, exporting, measure


def test_numpy_reads_the_npz(tmp_path: Path) -> None:
    path = tmp_path / "digits.npz"
    export(path, "npz")
    file = np.load(path, allow_pickle=False)
    assert sorted(file.files) == ["images", "labels"]
    assert np.array_equal(file["images"], IMAGES)
    assert np.array_equal(file["labels"], LABELS)
    assert file["labels"].dtype == np.uint8
    assert path.stat().st_mode & 0o044 == 0o044


def test_training_reads_the_npz(tmp_path: Path) -> None:
    path = tmp_path / "digits.npz"
    export(path, "npz")
    data = load_dataset(str(path), train=True)
    assert np.array_equal(data.images.numpy(), IMAGES)
    assert data.labels.tolist() == LABELS.tolist()


def test_torchvision_opens_the_folders_of_pictures(tmp_path: Path) -> None:
    folder = tmp_path / "digits"
    export(folder, "png")
    data = ImageFolder(str(folder))
    assert data.classes == [str(label) for label in sorted({*LABELS.tolist()})]
    assert len(data) == len(LABELS)
    for path, index in data.samples:
        number = int(Path(path).stem)  # in the order in which they came
        assert data.classes[index] == str(LABELS[number])
        picture = np.asarray(data.loader(path))
        assert np.array_equal(picture[:, :, 0], IMAGES[number])
    assert (folder / str(LABELS[12]) / "00000012.png").is_file()
    assert folder.stat().st_mode & 0o055 == 0o055


@pytest.mark.parametrize(("n_test", "n_train"), [(None, 60), (1, 69), (20, 50), (69, 1)])
def test_torchvision_opens_the_files_of_mnist(
    n_test: int | None, n_train: int, tmp_path: Path
) -> None:
    export(tmp_path / "digits", "idx", n_test)
    for train, part in ((True, slice(None, n_train)), (False, slice(n_train, None))):
        data = MNIST(str(tmp_path / "digits"), train=train)
        assert np.array_equal(data.data.numpy(), IMAGES[part])
        assert data.targets.tolist() == LABELS[part].tolist()
    assert load_dataset("mnist", True, (), tmp_path / "digits").labels.shape == (n_train,)


def test_the_test_part_has_the_share_that_mnist_has() -> None:
    assert [choose_n_test(n) for n in (70_000, 700, 10, 2)] == [10_000, 100, 1, 1]


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_digits_give_the_same_bytes(format: Format, tmp_path: Path) -> None:
    contents = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        path = place(tmp_path / name, format)
        export(path, format)
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        contents.append([(file.name, file.read_bytes()) for file in files])
        assert measure(path) == sum(file.stat().st_size for file in files)
    assert contents[0] == contents[1]


@pytest.mark.parametrize("format", FORMATS)
def test_no_part_is_kept(format: Format, tmp_path: Path) -> None:
    parts = []
    with exporting(place(tmp_path, format), format, 300) as write:
        for _ in range(30):
            images = RANDOM.integers(0, 256, (10, 28, 28), dtype=np.uint8)
            parts.append(weakref.ref(images))
            write(images, np.zeros(10, np.uint8))
            del images
            alive = [part for part in parts if part() is not None]
            assert len(alive) <= 2  # the one being written and the one that waits
