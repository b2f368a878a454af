"""Device, precision, evaluation mode."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from vaegmm.runtime import evaluating, resolve_device, resolve_precision


@pytest.mark.parametrize("name", ["nonsense", "cuda:99", "meta:x"])
def test_a_device_that_is_not_here_is_named(name: str) -> None:
    with pytest.raises(ValueError, match=f"device '{name}' is not available here"):
        resolve_device(name)


def test_auto_gives_a_device_that_works() -> None:
    assert torch.ones(2, device=resolve_device("auto")).sum() == 2


@pytest.mark.parametrize(("amx", "avx512"), [(True, False), (False, True), (False, False)])
def test_precision_follows_the_processor(
    amx: bool, avx512: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: avx512)
    expected = "bfloat16" if amx or avx512 else "float32"
    assert resolve_precision("auto", torch.device("cpu")) == expected
    assert resolve_precision("float32", torch.device("cpu")) == "float32"


def test_evaluating_restores_the_mode_even_after_an_error() -> None:
    module = nn.Dropout().train()
    with pytest.raises(RuntimeError), evaluating(module):
        assert not module.training
        assert torch.is_inference_mode_enabled()
        raise RuntimeError
    assert module.training
