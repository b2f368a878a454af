"""Read one picture: which label, how sure, and whether it looks like one at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from vaegmm.data.images import normalise_drawing
from vaegmm.model import VAEGMM
from vaegmm.outliers import misfit
from vaegmm.runtime import evaluating


@dataclass(frozen=True)
class Classification:
    """What a model reads in one picture.

    Attributes:
        label: the most probable label.
        probabilities: of every label of the model; they sum to 1.
        component: the mixture component with the largest responsibility.
        log_density: log p(z) of the latent under the mixture, in nats.
        misfit: of the reconstruction and the picture; 0 when rebuilt exactly.
        is_outlier: whether the latent is so unlikely and the reconstruction so far off, taken
            together, that this is none of the labels.
        z: (D,) float32, the latent: the mean of its posterior.
        x: (28, 28) float32 in [0, 1], ink = 1, what the model saw.
        x_hat: (28, 28) float32 in [0, 1], its reconstruction.
    """

    label: int
    probabilities: dict[int, float]
    component: int
    log_density: float
    misfit: float
    is_outlier: bool
    z: NDArray[np.float32]
    x: NDArray[np.float32]
    x_hat: NDArray[np.float32]

    def summary(self) -> dict[str, object]:
        """Return what can be said in JSON: everything but latent and pictures."""
        return {
            "label": self.label,
            "probabilities": {str(label): p for label, p in self.probabilities.items()},
            "is_outlier": self.is_outlier,
            "log_density": self.log_density,
            "misfit": self.misfit,
            "component": self.component,
        }


def classify(model: VAEGMM, image: Image.Image | NDArray[np.generic]) -> Classification:
    """Read a picture of a digit.

    Args:
        model: in any mode; its mode is restored.
        image: of any size and colour, ink dark on light or light on dark.

    Raises:
        BlankImageError: nothing is drawn.
        ValueError: an array that is no picture.
    """
    return classify_pixels(model, normalise_drawing(image))


def classify_pixels(model: VAEGMM, x: NDArray[np.float32]) -> Classification:
    """Read a digit that already has MNIST's form: x (28, 28) float32 in [0, 1], ink = 1."""
    with evaluating(model):
        pixels = torch.from_numpy(x)[None, None].to(model.means.device)  # (1, 1, 28, 28)
        z, _ = model.network.encode(pixels)  # (1, D)
        x_hat = model.network.decode(z).sigmoid()
        error = misfit(pixels, x_hat)
        log_joint = model.log_joint(z)  # (1, K)
        log_density = log_joint.logsumexp(1)
        probabilities = model.weigh_labels(log_joint)[0].tolist()
        is_outlier = model.config.outliers.is_outlier(log_density, error)
    return Classification(
        label=model.labels[int(np.argmax(probabilities))],
        probabilities=dict(zip(model.labels, probabilities, strict=True)),
        component=int(log_joint.argmax()),
        log_density=log_density.item(),
        misfit=error.item(),
        is_outlier=bool(is_outlier.item()),
        z=z[0].cpu().numpy(),
        x=x,
        x_hat=x_hat[0, 0].cpu().numpy(),
    )
