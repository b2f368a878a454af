"""What lies at one point of latent space: what it decodes to, and what the model reads there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from vaegmm.latents import decode_latents
from vaegmm.model import VAEGMM
from vaegmm.runtime import evaluating


@dataclass(frozen=True)
class Sight:
    """What a latent is to a model.

    Attributes:
        z: (D,) float32, the latent.
        label: the most probable label.
        probabilities: of every label, at the model's temperature; they sum to 1.
        x_hat: (28, 28) float32 in [0, 1], ink = 1, what it decodes to.
    """

    z: NDArray[np.float32]
    label: int
    probabilities: dict[int, float]
    x_hat: NDArray[np.float32]

    def summary(self) -> dict[str, object]:
        """Return all of it in JSON; pixels as bytes, ink = 255."""
        return {
            "label": self.label,
            "probabilities": {str(label): p for label, p in self.probabilities.items()},
            "z": self.z.tolist(),
            "pixels": np.round(self.x_hat * 255).astype(int).tolist(),
        }


def look_at(model: VAEGMM, z: NDArray[np.float32]) -> Sight:
    """Decode a latent (D,) and read it, by the mixture."""
    latent = torch.from_numpy(z)[None]
    with evaluating(model):
        probabilities = model.label_probabilities(latent.to(model.means.device))[0].tolist()
    return Sight(
        z=z,
        label=model.labels[int(np.argmax(probabilities))],
        probabilities=dict(zip(model.labels, probabilities, strict=True)),
        x_hat=decode_latents(model.network, latent)[0, 0].numpy(),
    )
