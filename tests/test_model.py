"""One object, one folder: exact round trip, strict loading."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from vaegmm.model import VAEGMM


@pytest.fixture
def folder(tiny_model: VAEGMM, tmp_path: Path) -> Path:
    tiny_model.save_pretrained(tmp_path, "# a model\n")
    return tmp_path


def edit_config(folder: Path, **changes: object) -> None:
    values = json.loads((folder / "config.json").read_text())
    values.update(changes)
    for key in [key for key, value in values.items() if value is None]:
        del values[key]
    (folder / "config.json").write_text(json.dumps(values))


def test_save_then_load_is_exact(tiny_model: VAEGMM, folder: Path) -> None:
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["README.md", "config.json", "model.safetensors"]
    again = VAEGMM.from_pretrained(folder)
    assert again.config == tiny_model.config
    assert not again.training
    theirs = again.state_dict()
    assert all(
        torch.equal(tensor, theirs[name]) for name, tensor in tiny_model.state_dict().items()
    )


def test_label_probabilities_add_up_the_responsibilities(tiny_model: VAEGMM) -> None:
    z = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    probabilities = tiny_model.label_probabilities(z)
    torch.testing.assert_close(probabilities.sum(1), torch.ones(50))
    responsibilities = tiny_model.log_joint(z).softmax(1)
    for index, label in enumerate(tiny_model.labels):
        mine = [k for k, name in enumerate(tiny_model.config.component_labels) if name == label]
        torch.testing.assert_close(probabilities[:, index], responsibilities[:, mine].sum(1))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format_version": 2}, "format_version must be 1, got 2; update the program"),
        ({"format_version": None}, "format_version must be 1, got None"),
        ({"labels": None}, "missing key 'labels'"),
        ({"thresholds": 3}, "unknown key 'thresholds'"),
        ({"labels": [4, 1, 8]}, r"labels must be ascending and without repeats"),
        ({"component_labels": [1, 4, 8, 9]}, r"component_labels must be taken from labels"),
        ({"component_labels": [1, 4, 8]}, r"means must be torch.float32 of shape \(3, 2\), got"),
        ({"log_density_threshold": "low"}, "log_density_threshold: expected float, got 'low'"),
        ({"network": {"latent_dim": 3}}, "must be torch.float32 of shape"),
    ],
)
def test_a_config_that_does_not_fit_is_refused(
    folder: Path, changes: dict[str, object], message: str
) -> None:
    edit_config(folder, **changes)
    with pytest.raises(ValueError, match=message):
        VAEGMM.from_pretrained(folder)


def test_a_tensor_that_does_not_fit_is_named(folder: Path) -> None:
    path = folder / "model.safetensors"
    tensors = load_file(path)
    means = tensors.pop("means")
    save_file(tensors, path)
    with pytest.raises(ValueError, match=r"model\.safetensors: missing tensor means"):
        VAEGMM.from_pretrained(folder)
    save_file({**tensors, "means": means, "extra": means.clone()}, path)
    with pytest.raises(ValueError, match=r"model\.safetensors: unknown tensor extra"):
        VAEGMM.from_pretrained(folder)
    save_file({**tensors, "means": means * float("nan")}, path)
    with pytest.raises(ValueError, match="means holds NaN or infinity"):
        VAEGMM.from_pretrained(folder)


def test_a_damaged_or_missing_file_is_named(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"model\.safetensors is damaged"):
        VAEGMM.from_pretrained(folder)
    path.unlink()
    with pytest.raises(ValueError, match=r"cannot read .*model\.safetensors"):
        VAEGMM.from_pretrained(folder)
    (folder / "config.json").write_text("{")
    with pytest.raises(ValueError, match=r"config\.json is not valid JSON"):
        VAEGMM.from_pretrained(folder)
    with pytest.raises(ValueError, match=r"no model in .*nowhere: cannot read config\.json"):
        VAEGMM.from_pretrained(folder / "nowhere")
