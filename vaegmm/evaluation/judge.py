"""Five small classifiers that know nothing of the autoencoder: the yardstick for made images.

Nothing may be made with its help whose goodness it then reports. Trained by
`python -m scripts.train_judge`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import safetensors
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn

from vaegmm.files import write_json
from vaegmm.hub.repository import WEIGHTS
from vaegmm.latents import to_bytes, to_pixels
from vaegmm.runtime import evaluating
from vaegmm.tensors import DIGEST, check_digest, write_tensors

JUDGE = WEIGHTS / "judge"
N_MEMBERS, N_LABELS, N_FEATURES = 5, 10, 64
BATCH = 1000
LIMIT = 0.05  # disagreement above which an image is called no digit, in nats


class Member(nn.Module):
    """A convolutional classifier of 28x28 grey images, 68,000 parameters."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for c_in, c_out, pools in ((1, 16, True), (16, 32, True), (32, 48, False), (48, 48, True)):
            layers += [nn.Conv2d(c_in, c_out, 3, 1, 1, bias=False), nn.BatchNorm2d(c_out)]
            layers += [nn.ReLU(inplace=True), *([nn.MaxPool2d(2)] if pools else [])]
        # Where a line lies stays known to the end: a mean over places takes clothes for digits.
        dense = nn.Linear(48 * 3 * 3, N_FEATURES)
        self.layers = nn.Sequential(*layers, nn.Flatten(), dense, nn.ReLU())
        self.answer = nn.Linear(N_FEATURES, N_LABELS)

    def features(self, x: Tensor) -> Tensor:
        """Return (N, 64): what is left of images (N, 1, 28, 28) before the answer."""
        features: Tensor = self.layers(x)
        return features

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, 10) of images (N, 1, 28, 28)."""
        logits: Tensor = self.answer(self.features(x))
        return logits


@dataclass(frozen=True)
class Opinion:
    """What the judge says of N images.

    Attributes:
        probabilities: (N, 10), the members' mean.
        entropy: (N,), of that mean, in nats: how ambiguous the image is.
        disagreement: (N,), mutual information of member and answer, in nats: high for what is no
            digit at all (Houlsby et al. 2011; Lakshminarayanan et al. 2017).
    """

    probabilities: Tensor
    entropy: Tensor
    disagreement: Tensor


@dataclass(frozen=True)
class Votes:
    """An `Opinion` as arrays; the attributes are the same."""

    probabilities: NDArray[np.float64]
    entropy: NDArray[np.float64]
    disagreement: NDArray[np.float64]


class Judge(nn.Module):
    """Five members, trained apart from each other."""

    def __init__(self) -> None:
        super().__init__()
        self.members = nn.ModuleList(Member() for _ in range(N_MEMBERS))

    def judge(self, images: Tensor) -> Opinion:
        """Judge images (N, 28, 28) uint8."""
        return form_opinion(self.log_probabilities(self.features(images)))

    def features(self, images: Tensor) -> Tensor:
        """Return all members' features side by side, (N, 320), of images (N, 28, 28) uint8."""
        with evaluating(self):
            parts = [
                torch.cat([member.features(to_pixels(part)) for member in self._each()], 1)
                for part in images.split(BATCH)
            ]
        return torch.cat(parts)

    @torch.no_grad()
    def log_probabilities(self, features: Tensor) -> Tensor:
        """Return every member's log-probabilities (M, N, 10), from all members' features."""
        pairs = zip(self._each(), features.split(N_FEATURES, 1), strict=True)
        return torch.stack([member.answer(part) for member, part in pairs]).log_softmax(2)

    def _each(self) -> list[Member]:
        return [member for member in self.members if isinstance(member, Member)]

    def save_pretrained(self, folder: Path, words: dict[str, object]) -> None:
        """Write judge.safetensors, and what is said of it as judge.json."""
        digest = write_tensors(self.state_dict(), folder / "judge.safetensors")
        write_json(folder / "judge.json", words | {DIGEST: digest})

    @classmethod
    def from_pretrained(cls, folder: Path = JUDGE) -> Self:
        """Load a judge, in evaluation mode.

        Raises:
            ValueError: the file is missing or damaged, or is no judge's.
        """
        if folder == JUDGE and not folder.exists():
            raise ValueError(
                "the judges are part of the repository, and the program was installed without "
                "them; measure in a checkout"
            )
        judge = cls()
        path = folder / "judge.safetensors"
        try:
            judge.load_state_dict(load_file(path))
        except (OSError, RuntimeError, safetensors.SafetensorError) as error:
            raise ValueError(f"no judge in {folder}: {str(error).splitlines()[0]}") from error
        check_digest(path, folder / "judge.json")
        return judge.eval()


def collect_votes(judge: Judge, x: NDArray[np.float32]) -> Votes:
    """Judge images x (N, 28, 28) in [0, 1], ink = 1."""
    opinion = judge.judge(to_bytes(torch.from_numpy(x)[:, None]))
    return Votes(
        opinion.probabilities.double().numpy(),
        opinion.entropy.double().numpy(),
        opinion.disagreement.double().numpy(),
    )


def form_opinion(log_probabilities: Tensor) -> Opinion:
    """Sum members' log-probabilities (M, N, L) up."""
    probabilities = log_probabilities.exp()
    mean = probabilities.mean(0)
    entropy = torch.special.entr(mean).sum(1)
    of_members = torch.special.entr(probabilities).sum(2).mean(0)
    return Opinion(mean, entropy, (entropy - of_members).clamp(min=0))
