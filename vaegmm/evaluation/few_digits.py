"""Digits made by a model that saw a handful of real ones of each label, and nothing else.

A small network and a mixture of its latents, of the same pieces as the program's own models, learn
from changed copies of the few. No judge, no other model and no other image has a part in it.
"""

from __future__ import annotations

import dataclasses

import torch

from vaegmm.config import AugmentationConfig, MixtureConfig, NetworkConfig, TrainingConfig
from vaegmm.data.augment import augment
from vaegmm.data.datasets import LabelledImages, Split
from vaegmm.latents import encode_posteriors, sample_posteriors, to_bytes, to_pixels
from vaegmm.model import VAEGMM
from vaegmm.operations.generate import GenerateSettings, generate
from vaegmm.training.components import assemble
from vaegmm.training.loop import fit_vae
from vaegmm.training.supervision import fit_with_labels, share_components

# Bent and thickened more than moved: where a digit lies, how large and how slanted it is, is
# changed again when the classifier sees it, and a small network has enough to do with the strokes.
BENT = AugmentationConfig(
    rotation=6, scale=0.1, shear=6, shift=0.7, elastic=2.0, thickness=0.5, contrast=0.6,
    reconstruct="input",
)  # fmt: skip
# Dense layers take five times as many steps in the time of convolutions, and need them.
NETWORK = NetworkConfig("dense", latent_dim=32, dense_size=400, dropout=0.0)
TRAINING = TrainingConfig(epochs=30, beta=0.25, learning_rate=2e-3, lr_patience=3)
N_COPIES, N_MADE = 10_000, 10_000
N_EACH = 6  # Gaussians for each label: fewer stray from the strokes, and more leave nothing between
REG_COVAR = 1e-2  # shrinks a Gaussian of few latents towards a round one
# Without a wider draw they are too much alike; what it spoils, the model itself sorts out again.
SETTINGS = GenerateSettings(temperature=1.2, keep_sure=0.9)


def make_digits(few: LabelledImages, seed: int) -> LabelledImages:
    """Make labelled digits, as many of each label, from a few real ones.

    Args:
        few: labelled digits, all that is looked at.
        seed: of copies, network, mixture and draws.
    """
    model = fit_generator(few, seed)
    settings = dataclasses.replace(SETTINGS, labels=model.labels)
    made = generate(model, N_MADE, settings, seed)
    return LabelledImages.from_arrays(made.images, made.labels)


def fit_generator(few: LabelledImages, seed: int) -> VAEGMM:
    """Fit a small network to changed copies of a few digits, and a mixture to each label's."""
    copies = copy_digits(few, seed)
    device = few.images.device
    network = fit_vae(Split(copies, few), NETWORK, TRAINING, BENT, device, seed).network
    names, index = few.labels.unique(return_inverse=True)
    known = index[torch.arange(N_COPIES) % len(few)]
    z = sample_posteriors(*encode_posteriors(network, copies.images), 1, seed)
    config = MixtureConfig(N_EACH * len(names), reg_covar=REG_COVAR, n_init=1)
    is_of_label = share_components(config.n_components, len(names), "all")
    mixture = fit_with_labels(z, known, is_of_label, config, seed)
    labels = tuple(names[is_of_label.int().argmax(0)].tolist())
    use = "every label of the few images learned from"
    return assemble(network, names, few, mixture, labels, 0.0, use, f"{len(few)} digits, changed")


def copy_digits(few: LabelledImages, seed: int) -> LabelledImages:
    """Return `N_COPIES` changed copies, of each digit as many as of any other, but for one."""
    copies = few.subset(torch.arange(N_COPIES) % len(few))
    generator = torch.Generator().manual_seed(seed)
    changed = augment(to_pixels(copies.images), BENT, generator)
    return LabelledImages(to_bytes(changed), copies.labels)
