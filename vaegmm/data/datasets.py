"""Data sets by name: torchvision's, the bundled sample, or a file of one's own.

Gives bytes and labels, whole; batches and augmentation are cut elsewhere.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vaegmm.data.idx import idx_files, read_idx
from vaegmm.data.npz import read_npz
from vaegmm.settings import show

SAMPLE = Path(__file__).parents[2] / "sample" / "mnist-sample.npz"
TORCHVISION = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "kmnist": "KMNIST"}


@dataclass(frozen=True)
class LabelledImages:
    """Images and what they show.

    Attributes:
        images: (N, 28, 28) uint8, ink = 255.
        labels: (N,) int64.
    """

    images: Tensor
    labels: Tensor

    @classmethod
    def from_arrays(cls, images: NDArray[np.uint8], labels: NDArray[np.integer]) -> Self:
        """Take arrays (N, 28, 28), ink = 255, and (N,) as they are."""
        return cls(torch.from_numpy(images), torch.from_numpy(labels).long())

    def __len__(self) -> int:
        return len(self.labels)

    def subset(self, index: Tensor) -> LabelledImages:
        """Return the images at `index`, an index or mask over N."""
        return LabelledImages(self.images[index], self.labels[index])


@dataclass(frozen=True)
class Split:
    """Training images, and those held back to steer the training."""

    train: LabelledImages
    validation: LabelledImages


def load_dataset(
    name: str,
    train: bool = True,
    digits: Sequence[int] = (),
    data_dir: str | Path | None = None,
) -> LabelledImages:
    """Load one part of a data set.

    Args:
        name: "mnist", "fashion-mnist", "kmnist", "sample" (10,000 + 2,000 digits of MNIST, in this
            repository) or the path of an .npz file (see `read_npz`).
        train: the training part, else the test part.
        digits: labels to keep; none keeps all.
        data_dir: folder in torchvision's layout; else $VAEGMM_DATA, else a folder in the user's
            cache. What is missing there is downloaded.

    Raises:
        ValueError: an unknown name, a file that does not fit, a digit that does not occur, or a
            data set that is neither here nor reachable.

    Example:
        >>> load_dataset("sample", train=False, digits=(1, 4, 8)).images.shape
        torch.Size([600, 28, 28])
    """
    if name in TORCHVISION:
        data = _load_torchvision(name, train, data_dir)
    elif name == "sample":
        data = _load_npz(_find_sample(), train)
    elif name.endswith(".npz"):
        data = _load_npz(Path(name), train)
    else:
        known = ", ".join([*TORCHVISION, "sample"])
        raise ValueError(
            f"unknown dataset {show(name)}; known are {known}, or the path of an .npz file"
        )
    return keep_digits(data, digits, name) if digits else data


def split(data: LabelledImages, validation_fraction: float, seed: int) -> Split:
    """Hold back a share of every label, drawn at random by `seed`.

    Raises:
        ValueError: the fraction is outside (0, 1), or leaves nothing to learn from or to steer by.
    """
    if not 0 < validation_fraction < 1:
        raise ValueError(f"validation_fraction must be in (0, 1), got {validation_fraction}")
    generator = torch.Generator().manual_seed(seed)
    is_validation = torch.zeros(len(data), dtype=torch.bool)
    for label in data.labels.unique():
        index = (data.labels == label).nonzero().squeeze(1)
        index = index[torch.randperm(len(index), generator=generator)]
        held_back = round(validation_fraction * len(index))
        if held_back == len(index):
            raise ValueError(
                f"label {label} has {len(index)} images, of which a validation_fraction of "
                f"{validation_fraction} leaves none to learn from"
            )
        is_validation[index[:held_back]] = True
    if not is_validation.any():
        raise ValueError(
            f"{len(data)} images cannot be split with validation_fraction {validation_fraction}; "
            "give more images"
        )
    return Split(data.subset(~is_validation), data.subset(is_validation))


def shuffle(n: int, seed: int, epoch: int, device: torch.device) -> Tensor:
    """Return the order (N,) in which an epoch sees its images, the same in all processes."""
    # One number of 32 bits, which is all of a seed that torch's generators on the CPU look at.
    generator = torch.Generator().manual_seed((seed * 1_000_003 + epoch) % 2**32)
    return torch.randperm(n, generator=generator).to(device)


def keep_digits(data: LabelledImages, digits: Sequence[int], name: str) -> LabelledImages:
    """Return the images with these labels.

    Args:
        data: to choose from.
        digits: labels to keep.
        name: of the data set, for the message.

    Raises:
        ValueError: a digit that does not occur.
    """
    missing = sorted(set(digits) - set(data.labels.tolist()))
    if missing:
        raise ValueError(f"{name} has no images labelled {', '.join(map(str, missing))}")
    return data.subset(torch.isin(data.labels, torch.tensor(sorted(set(digits)))))


def _load_npz(path: Path, train: bool) -> LabelledImages:
    return LabelledImages.from_arrays(*read_npz(path, train))


def _find_sample() -> Path:
    if not SAMPLE.exists():
        raise ValueError(
            "the data set sample is part of the repository, and the program was installed without "
            "it; give mnist, the path of an .npz file, or digits that a model made (generate)"
        )
    return SAMPLE


def _load_torchvision(name: str, train: bool, data_dir: str | Path | None) -> LabelledImages:
    root = find_data_dir(data_dir)
    folder = root / TORCHVISION[name] / "raw"
    if not _is_present(folder):
        _download(name, root)
    # Not by torchvision, which reads damaged files without a word, or ends in an assertion.
    return LabelledImages.from_arrays(*read_idx(folder, train))


def _download(name: str, root: Path) -> None:
    pickles = root / TORCHVISION[name] / "processed"
    if pickles.exists():  # torchvision would load them instead
        raise ValueError(
            f"{pickles} is an old torchvision's, whose pickles are not read; remove it, and {name} "
            "is downloaded anew"
        )
    import torchvision  # one second of import that only this needs

    try:
        with _bars_on_a_terminal_alone():
            getattr(torchvision.datasets, TORCHVISION[name])(root, download=True)
    except (RuntimeError, OSError, ValueError, AssertionError) as error:
        reason = str(error).partition("\n")[0].rstrip(":") or type(error).__name__
        instead = "sample" if SAMPLE.exists() else "FILE.npz"
        raise ValueError(
            f"{name} is not in {root} and could not be downloaded ({reason}); give --data-dir, "
            f"set VAEGMM_DATA to a folder that holds it, or use --dataset {instead}"
        ) from error


@contextlib.contextmanager
def _bars_on_a_terminal_alone() -> Iterator[None]:
    """Keep torchvision's progress bars, which it draws anywhere, out of pipes and files."""
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    with contextlib.redirect_stderr(sys.stderr if is_terminal else io.StringIO()):
        yield


def _is_present(folder: Path) -> bool:
    """Whether all four files lie there (unpacked), so that a read-only folder serves too."""
    return all(path.is_file() for train in (True, False) for path in idx_files(folder, train))


def find_data_dir(data_dir: str | Path | None) -> Path:
    """Return the folder given, else $VAEGMM_DATA, else the one in the user's cache.

    Raises:
        ValueError: none is given, and the user has no home.
    """
    given = data_dir or os.environ.get("VAEGMM_DATA")
    if given:
        return Path(given)
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vaegmm"
    except RuntimeError as error:
        raise ValueError(
            "there is no home folder to keep data sets in; give --data-dir, or set VAEGMM_DATA"
        ) from error
