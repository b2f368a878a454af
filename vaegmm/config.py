"""Settings of an experiment: frozen dataclasses, which `settings.py` reads from TOML and JSON.

The only place where defaults live. Imports neither torch nor anything else of ours, so that a
command line can explain itself at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


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
    contrast: float = 0.0
    """Most that contrast grows by, around mid-grey; makes good the blur of the other changes."""
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
    n_prior_components: int = 0
    """Gaussians in this step; 0: n_components. Afterwards EM goes on from as many, splits each into
    more (each label, where all are known), or begins anew with fewer."""
    refine_learning_rate: float = 1e-3
    """Adam's largest step size, after a third of one cycle."""
    mutual_information: float = 40.0
    """Weight of the mutual information, in nats, between the components of an image and a changed
    copy (of two copies, where an unchanged image is not seen)."""
    information_decay: float = 0.0
    """Share of the step, at its end, over which that weight falls to 0."""
    n_overclusters: int = 50
    """Gaussians of a second mixture that has to agree as well, and is then thrown away."""
    n_start_components: int = 0
    """Gaussians that the step begins with, joined into its own number where that is smaller (else,
    or with all labels known, it begins with EM's); 0: n_overclusters."""
    n_starts: int = 1
    """Such beginnings that are tried without labels, ranked by the mutual information of two views
    that they begin with."""
    n_heads: int = 1
    """Mixtures that are learned side by side over the same latents, from the best beginnings; the
    one with the highest mutual information of two views is kept."""
    n_neighbors: int = 0
    """Nearest images to each, by their pixels, that say at the end without labels which cluster a
    component belongs to; 0: the one that it was split from."""
    refine_crop: float = 0.0
    """Most pixels that half of the changed copies lose at one side, beyond the margin of 4."""
    decoder_epochs: int = 0
    """Passes after the step in which the decoder alone learns, without dropout, from unchanged
    images; the encoder, and with it every cluster, stays as it is."""
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
    init_from: str | None = None
    """Model folder, or user/name[@revision] of the Hugging Face hub, whose network the training
    begins with instead of a fresh one. Settings of the network that are not given are then that
    model's."""
    seed: int = 0
    """Drives split, initial weights, augmentation, sampling and EM's starts."""
    device: str = "auto"
    """auto (a GPU when there is one), cpu, cuda, cuda:1, mps, ..."""
