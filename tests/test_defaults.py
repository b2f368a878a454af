"""What a setting is where nobody gives it: runs and configs of earlier versions rely on that."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict

from vaegmm.config import ExperimentConfig

# A run that goes on, and a config, that do not know a setting yet get these: another default would
# change what they do, without a word.
DEFAULTS = """
seed = 0
device = "auto"

[data]
dataset = "mnist"
digits = []
validation_fraction = 0.2

[augmentation]
rotation = 0.0
scale = 0.0
shear = 0.0
shift = 0.0
elastic = 0.0
thickness = 0.0
contrast = 0.0
flip = 0.0
noise = 0.0
reconstruct = "clean"

[network]
kind = "conv"
latent_dim = 10
posterior = "logvar"
channels = [32, 64, 64, 128, 64]
strides = [1, 2, 1, 2, 1]
dense_size = 256
dense_layers = 1
hidden_size = 64
dropout = 0.2

[training]
epochs = 60
batch_size = 128
learning_rate = 1e-3
beta = 0.5
lr_factor = 0.5
lr_patience = 5
early_stopping_patience = 15
precision = "auto"
compile = false

[mixture]
n_components = 10
reg_covar = 1e-6
tol = 1e-4
max_iter = 500
n_init = 5
outlier_share = 0.015
posterior_samples = 4

[refine]
refine_epochs = 0
refine_batch_size = 500
refine_reconstruct = "unchanged"
n_prior_components = 0
refine_learning_rate = 1e-3
mutual_information = 40.0
information_decay = 0.0
n_overclusters = 50
n_start_components = 0
n_starts = 1
n_heads = 1
n_neighbors = 0
refine_crop = 0.0
decoder_epochs = 0
labels = "none"
label_weight = 40.0
"""


def test_no_default_changes_without_a_word() -> None:
    found = json.loads(json.dumps(asdict(ExperimentConfig())))
    assert found.pop("init_from") is None
    assert found["data"].pop("data_dir") is None
    assert found == tomllib.loads(DEFAULTS)
