"""Weights on disk while a training runs."""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import save_file
from torch import nn

from vaegmm.files import replacing


def save_weights(module: nn.Module, path: Path) -> None:
    """Write a module's weights as safetensors, whole or not at all."""
    tensors = {name: tensor.contiguous() for name, tensor in module.state_dict().items()}
    with replacing(path) as temporary:
        save_file(tensors, temporary)
