"""One object, one folder: exact round trip, strict loading."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.conftest import TINY
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


def test_saving_without_a_readme_leaves_the_one_that_is_there(
    tiny_model: VAEGMM, folder: Path
) -> None:
    tiny_model.save_pretrained(folder)
    assert (folder / "README.md").read_text() == "# a model\n"


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
    torch.testing.assert_close(tiny_model.log_labels(z).exp().sum(1), torch.ones(50))
    for index, label in enumerate(tiny_model.labels):
        mine = [k for k, name in enumerate(tiny_model.config.component_labels) if name == label]
        added = responsibilities[:, mine].sum(1)
        torch.testing.assert_close(tiny_model.log_labels(z)[:, index].exp(), added)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format_version": 1}, "format_version must be 4, got 1; update the program"),
        ({"format_version": None}, "format_version must be 4, got None"),
        ({"labels": None}, "missing key 'labels'"),
        ({"thresholds": 3}, "unknown key 'thresholds'"),
        ({"labels": [4, 1, 8]}, r"labels must be from 0 to 999, ascending and without repeats"),
        ({"component_labels": [1, 4, 8, 9]}, r"component_labels must be taken from labels"),
        ({"component_labels": [1, 4, 8]}, r"means must be torch.float32 of shape \(3, 2\), got"),
        ({"temperature": "low"}, "temperature: expected float, got 'low'"),
        ({"label_use": "none\n# Hello"}, "label_use must be one line of printable text, got 'none"),
        ({"training_images": "\x1b[31m" * 99}, "training_images must be one line of printable"),
        ({"temperature": 0}, "temperature must be above 0, got 0"),
        ({"outliers": {"threshold": 1}}, "missing key 'log_density_median'"),
        ({"outliers": 3}, "missing key 'log_density_median'"),
        ({"labels": [-1, 4, 8]}, r"config\.json: labels must be from 0 to 999"),
        ({"labels": [1, 4, 1000]}, "labels must be from 0 to 999"),
        ({"labels": [0] * 9999}, r"got \((0, ){26}0\.\.\.$"),
        ({"temperature": float("nan")}, "temperature must be a finite number"),
        ({"network": {"latent_dim": 2}}, "missing key 'kind'"),
        ({"network": 3}, "missing key 'kind'"),
        ({"network": asdict(replace(TINY, latent_dim=3))}, "must be torch.float32 of shape"),
        ({"network": asdict(replace(TINY, dense_size=10**12))}, "dense_size must be from 0 to"),
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
    save_file({**tensors, "means": means.half()}, path)
    with pytest.raises(ValueError, match=r"means must be torch\.float32 .* got torch\.float16"):
        VAEGMM.from_pretrained(folder)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'"means"', b'"\\u001b[31m"', r"unknown tensor \?\[31m$|missing tensor means"),
        (
            b'"F32"',
            b'"\\u001b[31m"',
            r"is damaged or no safetensors file: .*`\?\[31m`, exp.*\.\.\.$",
        ),
    ],
)
def test_no_text_of_a_file_steers_a_terminal(
    old: bytes, new: bytes, message: str, folder: Path
) -> None:
    path = folder / "model.safetensors"
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = content[8 : 8 + length].replace(old, new, 1)
    path.write_bytes(len(header).to_bytes(8, "little") + header + content[8 + length :])
    with pytest.raises(ValueError, match=message) as refusal:
        VAEGMM.from_pretrained(folder)
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize(
    ("name", "factor", "message"),
    [
        ("weights", 5, "weights must not be negative and must sum to 1"),
        ("weights", -1, "weights must not be negative and must sum to 1"),
        ("precisions_cholesky", 0, "precisions_cholesky must have positive diagonals"),
        ("precisions_cholesky", -1, "precisions_cholesky must have positive diagonals"),
    ],
)
def test_a_mixture_that_is_none_is_refused(
    folder: Path, name: str, factor: float, message: str
) -> None:
    path = folder / "model.safetensors"
    tensors = load_file(path)
    save_file({**tensors, name: tensors[name] * factor}, path)
    with pytest.raises(ValueError, match=message):
        VAEGMM.from_pretrained(folder)


def test_a_config_that_asks_for_all_memory_is_refused_before_any_is_taken(folder: Path) -> None:
    network = asdict(replace(TINY, latent_dim=4096))
    edit_config(folder, network=network, component_labels=[1, 4, 8] * 10_000)
    with pytest.raises(ValueError, match=r"means must be torch.float32 of shape \(30000, 4096\)"):
        VAEGMM.from_pretrained(folder)


def test_a_network_of_another_size_is_refused_before_it_is_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A config of 32 layers of 4096 channels took 19 GB before it was compared with the tensors."""
    made, fill = set(), torch.nn.init.kaiming_uniform_

    def see(tensor: torch.Tensor, *args: object, **options: object) -> torch.Tensor:
        made.add(tensor.device.type)
        return fill(tensor, *args, **options)

    monkeypatch.setattr(torch.nn.init, "kaiming_uniform_", see)
    edit_config(folder, network=asdict(replace(TINY, channels=(8, 4, 4, 4, 4))))
    with pytest.raises(
        ValueError, match=r"weight must be torch.float32 of shape \(8, 1, 3, 3\), got"
    ):
        VAEGMM.from_pretrained(folder)
    assert made == {"meta"}


def test_a_config_nested_beyond_reading_is_refused(folder: Path) -> None:
    (folder / "config.json").write_text(200_000 * "[")
    with pytest.raises(ValueError, match=r"config\.json is not valid JSON"):
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


def flip(path: Path) -> None:
    """Tip one bit over, of a number near the end."""
    content = bytearray(path.read_bytes())
    content[-300] ^= 1
    path.write_bytes(content)


def test_a_bit_that_has_tipped_over_is_no_other_model(folder: Path) -> None:
    path = folder / "model.safetensors"
    flip(path)
    with pytest.raises(ValueError, match=r"model\.safetensors is damaged, or not what config\.j"):
        VAEGMM.from_pretrained(folder)
    flip(path)
    VAEGMM.from_pretrained(folder)


def test_tensors_of_another_model_are_refused(tiny_model: VAEGMM, folder: Path) -> None:
    """As a process leaves them that was killed between the two files."""
    config = (folder / "config.json").read_bytes()
    tiny_model.means += 1
    tiny_model.save_pretrained(folder)
    (folder / "config.json").write_bytes(config)
    with pytest.raises(ValueError, match=r"model\.safetensors is damaged, or not what config\.j"):
        VAEGMM.from_pretrained(folder)


def test_a_folder_of_before_there_were_digests_is_loaded(folder: Path) -> None:
    edit_config(folder, tensors_sha256=None)
    VAEGMM.from_pretrained(folder)
    flip(folder / "model.safetensors")
    VAEGMM.from_pretrained(folder)  # as ever: nobody can tell


def test_a_digest_that_is_none_is_refused(folder: Path) -> None:
    edit_config(folder, tensors_sha256=[7])
    with pytest.raises(ValueError, match=r"its SHA-256 must be \[7\]\.\.\., got [0-9a-f]{12}"):
        VAEGMM.from_pretrained(folder)
