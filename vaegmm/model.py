"""VAEGMM: network, mixture, component labels and outlier rule, as one object and one folder.

A folder holds config.json (readable), model.safetensors (all tensors) and README.md. Loading is
strict, and nothing is ever unpickled.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Self

import torch
from torch import Tensor, nn

from vaegmm.files import replacing
from vaegmm.hub.push import push_folder
from vaegmm.hub.weights import find_weights
from vaegmm.mixture.gaussian import log_joint
from vaegmm.model_config import ModelConfig, check_config, read_config, write_config
from vaegmm.networks.vae import VAE
from vaegmm.settings import plain
from vaegmm.tensors import check_digest, read_tensors, write_tensors


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
        check_config(config)
        self.config = config
        self.network = VAE(config.network)
        k, d = len(config.component_labels), config.network.latent_dim
        self.register_buffer("weights", torch.full((k,), 1 / k))
        self.register_buffer("means", torch.zeros(k, d))
        factors = torch.zeros(k, d, d)  # on "meta", torch.eye imports for two seconds
        factors.diagonal(dim1=1, dim2=2).fill_(1)
        self.register_buffer("precisions_cholesky", factors)
        named = config.component_labels
        is_of_label = [[label == one for one in named] for label in config.labels]  # (L, K)
        self.register_buffer("is_of_label", torch.tensor(is_of_label), persistent=False)

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
        return self.weigh_labels(self.log_joint(z))

    def weigh_labels(self, log_joint: Tensor) -> Tensor:
        """Return `label_probabilities` (N, L) of what `log_joint` gives (N, K)."""
        log_labels = self.sum_by_label(log_joint).log_softmax(1)
        return (log_labels / self.config.temperature).softmax(1)

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
        digest = write_tensors(self.state_dict(), folder / "model.safetensors")
        write_config(self.config, digest, folder)
        if readme is not None:
            with replacing(folder / "README.md") as temporary:
                temporary.write_text(readme, encoding="utf-8")

    def push_to_hub(self, name: str, readme: str, is_private: bool = False) -> str:
        """Push the model to a repository of the Hugging Face hub.

        `python -m vaegmm push` does it for a folder, with a model card made from what is in it.

        Args:
            name: "user/name"; made where there is none.
            readme: README.md of the repository, as Markdown.
            is_private: a repository that is made is seen by its owner alone.

        Returns:
            The address of the repository.

        Raises:
            ValueError: it cannot be pushed.
        """
        with tempfile.TemporaryDirectory() as folder:
            self.save_pretrained(folder)
            return push_folder(Path(folder), name, readme, is_private)

    @classmethod
    def from_pretrained(
        cls, weights: str | Path | None = None, revision: str | None = None
    ) -> Self:
        """Load a model, in evaluation mode.

        Args:
            weights: a folder; a repository of the Hugging Face hub, "user/name" or
                "user/name@revision", which is fetched into the client's cache; None for the
                embedded ten digits.
            revision: of a repository: a branch, a tag or a commit's hash.

        Raises:
            ValueError: a repository cannot be fetched, a file is missing or damaged, a key is
                unknown, a tensor is missing, left over or of another shape, or the tensors are not
                those that the config was written for; the message names it.
        """
        return cls.from_folder(find_weights(weights, revision).folder)

    @classmethod
    def from_folder(cls, folder: Path) -> Self:
        """Load a model, in evaluation mode, from a folder.

        Raises:
            ValueError: see `from_pretrained`.
        """
        config = read_config(folder)
        tensors = read_tensors(folder / "model.safetensors")
        # Before any of the config's sizes is made: that may be any amount of memory.
        shape = len(config.component_labels), config.network.latent_dim
        if "means" in tensors:
            _check_tensor(folder, "means", shape, torch.float32, tensors["means"])
        try:
            with torch.device("meta"):
                expected = cls(config).state_dict()
        except ValueError as error:
            raise ValueError(f"{folder / 'config.json'}: {error}") from error
        _check_tensors(folder, expected, tensors)
        check_digest(folder / "model.safetensors", folder / "config.json")
        model = cls(config)
        model.load_state_dict(tensors)
        # Convolutions on the CPU are twice as fast with channels last.
        return model.to(memory_format=torch.channels_last).eval()


def _check_tensor(
    folder: Path, name: str, shape: tuple[int, ...], dtype: torch.dtype, found: Tensor
) -> None:
    if tuple(found.shape) != shape or found.dtype != dtype:
        raise ValueError(
            f"{folder / 'model.safetensors'}: {name} must be {dtype} of shape {shape}, got "
            f"{found.dtype} of shape {tuple(found.shape)}"
        )


def _check_tensors(folder: Path, expected: dict[str, Tensor], found: dict[str, Tensor]) -> None:
    path = folder / "model.safetensors"
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            raise ValueError(f"{path}: missing tensor {name}")
        if name not in expected:
            raise ValueError(f"{path}: unknown tensor {plain(name)}")
        shape, dtype = tuple(expected[name].shape), expected[name].dtype
        _check_tensor(folder, name, shape, dtype, found[name])
        if not found[name].isfinite().all():
            raise ValueError(f"{path}: {name} holds NaN or infinity")
    weights, factors = found["weights"], found["precisions_cholesky"]
    if not (weights >= 0).all() or not torch.isclose(weights.sum(), torch.tensor(1.0), atol=1e-4):
        raise ValueError(f"{path}: weights must not be negative and must sum to 1")
    if not (factors.diagonal(dim1=1, dim2=2) > 0).all():
        raise ValueError(f"{path}: precisions_cholesky must have positive diagonals")
