"""Settings of an experiment: frozen dataclasses, TOML in, JSON out.

The only place where defaults live. Imports neither torch nor anything else of ours, so that a
command line can explain itself at once.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import tomllib
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class DataConfig:
    """Which images, and which part of them is held back."""

    dataset: str = "mnist"
    """mnist, fashion-mnist, kmnist, sample (bundled), or the path of an .npz file."""
    data_dir: str | None = None
    """Folder in torchvision's layout; else $VAEGMM_DATA, else the user's cache."""
    digits: tuple[int, ...] = ()
    """Labels to keep; none given keeps all."""
    validation_fraction: float = 0.2
    """Share of the training images that only steers (stratified, seeded), in (0, 1)."""


@dataclass(frozen=True)
class AugmentationConfig:
    """Random changes of an image, drawn anew for every image and epoch; 0 switches one off."""

    rotation: float = 0.0
    """Largest angle to either side, in degrees."""
    scale: float = 0.0
    """Largest relative change of size, per axis (0.1: from 90 % to 110 %)."""
    shear: float = 0.0
    """Largest horizontal shear to either side, in degrees."""
    shift: float = 0.0
    """Largest shift to either side, per axis, in pixels."""
    elastic: float = 0.0
    """Largest local shift, in pixels, between 5x5 points that each go their own way."""
    thickness: float = 0.0
    """Most that strokes grow by at each edge, in pixels up to 1; they shrink by up to half."""
    flip: float = 0.0
    """Probability of a left-right flip (a flipped digit is not a digit)."""
    noise: float = 0.0
    """Standard deviation of Gaussian noise, in units of full ink."""
    reconstruct: Literal["clean", "input", "unchanged"] = "clean"
    """What the decoder rebuilds: from a changed image the image as it was (clean) or as the encoder
    saw it (input), or an unchanged image from itself; changes then serve the joint step alone."""


@dataclass(frozen=True)
class NetworkConfig:
    """Shape of the variational autoencoder."""

    kind: Literal["conv", "conv64", "dense", "lstm"] = "conv"
    """Family: 3x3 convolutions; 4x4 ones with a dense end; one dense layer each way; an LSTM over
    the rows with a convolutional decoder."""
    latent_dim: int = 10
    """Dimensions D of the latent space."""
    posterior: Literal["logvar", "softplus", "point"] = "logvar"
    """What the encoder gives besides the mean: log-variances; standard deviations through softplus;
    or nothing, which makes a plain autoencoder (beta must then be 0)."""
    channels: tuple[int, ...] = (32, 64, 64, 128, 64)
    """Of the convolutions: conv and conv64 (3 numbers) the encoder's, which the decoder mirrors;
    lstm the decoder's; dense has none."""
    strides: tuple[int, ...] = (1, 2, 1, 2, 1)
    """conv: of every convolution, 1 or 2; their product is 4."""
    dense_size: int = 256
    """Units of a dense layer: conv between convolutions and heads (0: none there), dense both ways,
    lstm in the decoder; conv64 has its own."""
    dense_layers: int = 1
    """lstm: dense layers before the decoder's convolutions."""
    hidden_size: int = 64
    """lstm: units of the LSTM."""
    dropout: float = 0.2
    """Probability in [0, 1): whole channels after convolutions, units after the dense layer."""


@dataclass(frozen=True)
class TrainingConfig:
    """How the variational autoencoder is fitted."""

    epochs: int = 60
    """Most passes over the training images."""
    batch_size: int = 128
    """Images per optimiser step."""
    learning_rate: float = 1e-3
    """Adam's first step size."""
    beta: float = 0.5
    """Weight of the KL divergence against the reconstruction, both in nats per image."""
    lr_factor: float = 0.5
    """The learning rate is multiplied by this when the validation loss stalls."""
    lr_patience: int = 5
    """Epochs without a better validation loss before the learning rate falls."""
    early_stopping_patience: int = 15
    """Epochs without a better validation loss before training stops."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """auto: bfloat16 where the processor has the instructions, else float32."""
    compile: bool = False
    """Compile the network first (a minute, and a C++ compiler on a CPU), to run faster after."""


@dataclass(frozen=True)
class MixtureConfig:
    """How the Gaussian mixture is fitted to the latents."""

    n_components: int = 10
    """Gaussians K."""
    reg_covar: float = 1e-6
    """Added to the diagonal of every covariance, in squared latent units."""
    tol: float = 1e-4
    """EM stops when the mean log-likelihood gains less than this, in nats per image."""
    max_iter: int = 500
    """Most EM iterations of one start."""
    n_init: int = 5
    """Starts by k-means; the most likely one is kept."""
    outlier_share: float = 0.015
    """Share of the validation images that the outlier rule may take for something else."""
    posterior_samples: int = 4
    """Draws z ~ q(z|x) per image that the mixture is fitted to; 0 fits the posterior means."""


@dataclass(frozen=True)
class RefineConfig:
    """The joint step, in which network and mixture are fitted together; off by default."""

    refine_epochs: int = 0
    """Passes over the training images; 0 leaves the step out."""
    refine_batch_size: int = 500
    """Images per step."""
    refine_reconstruct: Literal["clean", "input", "unchanged"] = "unchanged"
    """As `reconstruct`, in this step; unchanged keeps strokes crisp."""
    prior_components: int = 0
    """Gaussians in this step; 0: n_components. From as many EM goes on, else it begins anew."""
    refine_learning_rate: float = 1e-3
    """Adam's largest step size, after a third of one cycle."""
    mutual_information: float = 40.0
    """Weight of the mutual information, in nats, between the components of an image and a changed
    copy (of two copies, where an unchanged image is not seen)."""
    fine_components: int = 50
    """Gaussians of a second mixture that has to agree as well, and is then thrown away."""
    labels: str = "none"
    """Labels that are learned from: none, all, or their number per class (seeded). None still names
    the components afterwards."""
    label_weight: float = 40.0
    """Weight of the labels' negative log-likelihood, in nats per labelled image."""


@dataclass(frozen=True)
class ExperimentConfig:
    """Everything that `train.py` needs to know; one TOML file per experiment."""

    data: DataConfig = field(default_factory=DataConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    mixture: MixtureConfig = field(default_factory=MixtureConfig)
    refine: RefineConfig = field(default_factory=RefineConfig)
    seed: int = 0
    """Drives split, initial weights, augmentation, sampling and EM's starts."""
    device: str = "auto"
    """auto (a GPU when there is one), cpu, cuda, cuda:1, mps, ..."""


def load_toml(path: str | Path) -> ExperimentConfig:
    """Read an experiment from a TOML file.

    Raises:
        ValueError: the file is missing or is no TOML, a key is unknown (the nearest known one is
            named), or a value has the wrong type.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")  # some editors put a mark in front
        values = tomllib.loads(text)
    except OSError as error:
        raise ValueError(f"cannot read the config {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{path} is not valid TOML: {error}") from error
    return from_dict(ExperimentConfig, values, where=str(path))


def from_dict(cls: type[T], values: object, where: str) -> T:
    """Build a config dataclass from plain values, strictly.

    Args:
        cls: one of the dataclasses of this module.
        values: a mapping as it comes from TOML or JSON; a missing key takes its default.
        where: named in errors, for example the file.

    Raises:
        ValueError: an unknown key, or a value of the wrong type.
    """
    if not isinstance(values, dict):
        raise ValueError(f"{where}: expected a table of settings, got {type(values).__name__}")
    hints = typing.get_type_hints(cls)
    unknown = [key for key in values if key not in hints]
    if unknown:
        near = difflib.get_close_matches(unknown[0], hints, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(hints)}"
        raise ValueError(f"{where}: unknown key {unknown[0]!r}; {hint}")
    return cls(**{k: _convert(hints[k], v, f"{where}: {k}") for k, v in values.items()})


def check_finite(config: object) -> None:
    """Refuse NaN and infinity anywhere in a config dataclass.

    Raises:
        ValueError: the setting is named.
    """
    assert dataclasses.is_dataclass(config)
    for field_ in dataclasses.fields(config):
        value = getattr(config, field_.name)
        if dataclasses.is_dataclass(value):
            check_finite(value)
        elif isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{field_.name} must be a finite number, got {value}")


def _convert(hint: object, value: object, where: str) -> object:
    """Check one value against its annotation; lists become tuples, integers may be floats."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return from_dict(hint, value, where)
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        if value in args:
            return value
        raise ValueError(f"{where}: expected one of {', '.join(map(repr, args))}, got {value!r}")
    if origin is tuple and isinstance(value, list | tuple):
        return tuple(_convert(args[0], item, where) for item in value)
    if hint is float and type(value) is int and abs(value) < 2**1023:
        return float(value)
    allowed = args if origin is types.UnionType else (hint,)
    if type(value) in allowed:
        return value
    raise ValueError(f"{where}: expected {_name(hint)}, got {value!r}")


def _name(hint: object) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint)
