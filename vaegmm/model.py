"""VAEGMM: network, mixture, component labels and outlier rule, as one object and one folder.

A folder holds config.json (readable), model.safetensors (all tensors) and README.md. Loading is
strict, and nothing is ever unpickled.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import torch
from torch import Tensor, nn

from vaegmm.config import NetworkConfig
from vaegmm.files import replacing, write_json
from vaegmm.mixture.gaussian import log_joint
from vaegmm.networks.vae import VAE
from vaegmm.outliers import OutlierRule
from vaegmm.settings import check_finite, from_dict
from vaegmm.tensors import read_tensors, write_tensors

FORMAT_VERSION = 4
WEIGHTS = Path(__file__).parents[1] / "weights"
DEFAULT = WEIGHTS / "digits"
EMBEDDED = (DEFAULT, WEIGHTS / "digits148")


@dataclass(frozen=True)
class ModelConfig:
    """What config.json holds."""

    format_version: int
    """Layout of the folder; this program reads version 4."""
    network: NetworkConfig
    """Shape of the network."""
    labels: tuple[int, ...]
    """What the model can answer, ascending."""
    component_labels: tuple[int, ...]
    """The label that each of the K components was named with."""
    temperature: float
    """What the labels' log-probabilities are divided by, so that they are right as often as they
    say (Guo et al. 2017)."""
    outliers: OutlierRule
    """Where images begin that are unlike any label."""
    label_use: str
    """What labels were used for, in words."""
    training_images: str
    """What the model was trained on, in words."""


class VAEGMM(nn.Module):
    """A variational autoencoder with a Gaussian mixture in its latent space.

    Args:
        config: what the model is; gives the number of components and labels.

    Attributes:
        network: encoder and decoder.
        weights: (K,), sum to 1.
        means: (K, D).
        precisions_cholesky: (K, D, D), see `cholesky_precisions`.

    Raises:
        ValueError: a config that contradicts itself.
    """

    weights: Tensor
    means: Tensor
    precisions_cholesky: Tensor
    is_of_label: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        _check(config)
        self.config = config
        self.network = VAE(config.network)
        k, d = len(config.component_labels), config.network.latent_dim
        self.register_buffer("weights", torch.full((k,), 1 / k))
        self.register_buffer("means", torch.zeros(k, d))
        self.register_buffer("precisions_cholesky", torch.eye(d).repeat(k, 1, 1))
        indices = torch.tensor([config.labels.index(label) for label in config.component_labels])
        is_of_label = indices == torch.arange(len(config.labels))[:, None]  # (L, K)
        self.register_buffer("is_of_label", is_of_label, persistent=False)

    @property
    def labels(self) -> tuple[int, ...]:
        """The labels that the model can answer, ascending."""
        return self.config.labels

    @property
    def drawable_labels(self) -> tuple[int, ...]:
        """The labels, ascending, that the mixture gives any weight."""
        weights = (self.is_of_label.to(self.weights) @ self.weights).tolist()  # (L,)
        return tuple(label for label, w in zip(self.labels, weights, strict=True) if w > 0)

    def log_joint(self, z: Tensor) -> Tensor:
        """Return log pi_k + log N(z | m_k, S_k), (N, K), of latents z (N, D)."""
        return log_joint(z, self.weights, self.means, self.precisions_cholesky)

    def log_density(self, z: Tensor) -> Tensor:
        """Return log p(z) under the mixture, (N,), in nats."""
        return self.log_joint(z).logsumexp(1)

    def log_labels(self, z: Tensor) -> Tensor:
        """Return log p(label | z), (N, L): responsibilities, summed over components."""
        return self.sum_by_label(self.log_joint(z)).log_softmax(1)

    def sum_by_label(self, log_joint: Tensor) -> Tensor:
        """Return log p(z, label), (N, L), of what `log_joint` gives (N, K)."""
        by_label = log_joint[:, None].masked_fill(~self.is_of_label, -torch.inf)  # (N, L, K)
        return by_label.logsumexp(2)

    def label_probabilities(self, z: Tensor) -> Tensor:
        """Return the probabilities of the labels (N, L), at the model's temperature."""
        return (self.log_labels(z) / self.config.temperature).softmax(1)

    def sample_latents(self, n: int, generator: torch.Generator) -> Tensor:
        """Draw latents (n, D) from the mixture, on the CPU, where the generator has to be."""
        components = torch.multinomial(self.weights.cpu(), n, True, generator=generator)
        return self.sample_components(components, generator)

    def sample_components(
        self, components: Tensor, generator: torch.Generator, temperature: float = 1.0
    ) -> Tensor:
        """Draw a latent, (N, D) on the CPU, from each of N components (N,).

        A draw's distance from the component's mean is multiplied by the temperature.
        """
        eps = torch.randn(len(components), self.means.shape[1], 1, generator=generator)
        # covariance = U^-T U^-1, since precision = U U^T
        lower = self.precisions_cholesky.cpu()[components].mT
        spread: Tensor = torch.linalg.solve_triangular(lower, eps, upper=False)
        return self.means.cpu()[components] + temperature * spread.squeeze(2)

    def save_pretrained(self, folder: str | Path, readme: str | None = None) -> None:
        """Write config.json and model.safetensors into a folder, and README.md where it is given.

        Without one, what stands in the folder's README.md stays: a model card is made from the
        whole folder, pictures and figures included, and therefore comes last.
        """
        folder = Path(folder)
        write_tensors(self.state_dict(), folder / "model.safetensors")
        write_json(folder / "config.json", dataclasses.asdict(self.config))
        if readme is not None:
            with replacing(folder / "README.md") as temporary:
                temporary.write_text(readme, encoding="utf-8")

    @classmethod
    def from_pretrained(cls, folder: str | Path | None = None) -> Self:
        """Load a model, in evaluation mode, from a folder; without one, the embedded ten digits.

        Raises:
            ValueError: a file is missing or damaged, a key is unknown, or a tensor is missing, left
                over or of another shape; the message names it.
        """
        folder = DEFAULT if folder is None else Path(folder)
        config = read_config(folder)
        try:
            model = cls(config)
        except ValueError as error:
            raise ValueError(f"{folder / 'config.json'}: {error}") from error
        tensors = read_tensors(folder / "model.safetensors")
        _check_tensors(folder, model.state_dict(), tensors)
        model.load_state_dict(tensors)
        # Convolutions on the CPU are twice as fast with channels last.
        return model.to(memory_format=torch.channels_last).eval()


def read_config(folder: Path) -> ModelConfig:
    """Read what config.json in a model's folder says, without the tensors.

    Raises:
        ValueError: it is missing or damaged, of another version, or has a key too few or too many.
    """
    path = folder / "config.json"
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(
            f"no model in {folder}: cannot read config.json ({error.strerror}); give a folder "
            "written by train.py, such as weights/digits"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not valid JSON: {error}") from error
    version = values.get("format_version") if isinstance(values, dict) else None
    if version != FORMAT_VERSION:
        raise ValueError(
            f"{path}: format_version must be {FORMAT_VERSION}, got {version!r}; update the "
            "program or train the model again"
        )
    _check_keys(ModelConfig, values, path)
    _check_keys(NetworkConfig, values["network"], path)
    _check_keys(OutlierRule, values["outliers"], path)
    return from_dict(ModelConfig, values, where=str(path))


def _check_keys(cls: type, values: object, path: Path) -> None:
    """No default may stand in for what a model's config does not say."""
    found = values if isinstance(values, dict) else {}
    missing = [field.name for field in dataclasses.fields(cls) if field.name not in found]
    if missing:
        raise ValueError(f"{path}: missing key {missing[0]!r}")


def _check_tensors(folder: Path, expected: dict[str, Tensor], found: dict[str, Tensor]) -> None:
    path = folder / "model.safetensors"
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            raise ValueError(f"{path}: missing tensor {name}")
        if name not in expected:
            raise ValueError(f"{path}: unknown tensor {name}")
        if found[name].shape != expected[name].shape or found[name].dtype != expected[name].dtype:
            raise ValueError(
                f"{path}: {name} must be {expected[name].dtype} of shape "
                f"{tuple(expected[name].shape)}, got {found[name].dtype} of shape "
                f"{tuple(found[name].shape)}"
            )
        if not found[name].isfinite().all():
            raise ValueError(f"{path}: {name} holds NaN or infinity")
    weights, factors = found["weights"], found["precisions_cholesky"]
    if not (weights >= 0).all() or not torch.isclose(weights.sum(), torch.tensor(1.0), atol=1e-4):
        raise ValueError(f"{path}: weights must not be negative and must sum to 1")
    if not (factors.diagonal(dim1=1, dim2=2) > 0).all():
        raise ValueError(f"{path}: precisions_cholesky must have positive diagonals")


def _check(config: ModelConfig) -> None:
    check_finite(config)
    labels = config.labels
    if not labels or list(labels) != sorted(set(labels)) or labels[0] < 0:
        raise ValueError(f"labels must be from 0, ascending and without repeats, got {labels}")
    for name, value in (
        ("temperature", config.temperature),
        ("log_density_tail", config.outliers.log_density_tail),
        ("misfit_tail", config.outliers.misfit_tail),
    ):
        if not value > 0:
            raise ValueError(f"{name} must be above 0, got {value}")
    strangers = set(config.component_labels) - set(labels)
    if strangers or not config.component_labels:
        raise ValueError(
            f"component_labels must be taken from labels {labels}, got {config.component_labels}"
        )
