"""Data sets of new digits from the terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torchvision.datasets import MNIST, ImageFolder

from vaegmm.__main__ import main
from vaegmm.data.datasets import load_dataset
from vaegmm.model import VAEGMM

ROOT = Path(__file__).parents[2]
SMALL = ["--weights", "weights/digits148", "--device", "cpu"]
# Files may not grow beyond 5 KB: the disk is full, as far as the process can tell.
FULL_DISK = """
import resource, signal, sys
from vaegmm.__main__ import main

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
raise SystemExit(main(sys.argv[1:]))
"""


def test_it_writes_an_npz_that_training_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "some.npz"
    assert main(["generate", "--n", "40", "--labels", "3", "8", "-o", str(path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"40 images with labels in {path} (0.0 MB, ")
    assert said.endswith(f" images/s), a preview in {tmp_path / 'some-preview.png'}\n")
    data = load_dataset(str(path), train=True)
    assert np.bincount(data.labels.numpy(), minlength=9)[[3, 8]].tolist() == [20, 20]
    with Image.open(tmp_path / "some-preview.png") as preview:
        assert preview.width > 500
    assert sorted(p.name for p in tmp_path.iterdir()) == ["some-preview.png", "some.npz"]


def test_without_labels_all_come_as_often(tmp_path: Path) -> None:
    path = tmp_path / "some.npz"
    assert main(["generate", "--n", "620", "-o", str(path)]) == 0
    assert np.bincount(np.load(path)["labels"]).tolist() == [62] * 10


def test_or_as_often_as_the_mixture_has_them(tmp_path: Path) -> None:
    path = tmp_path / "some.npz"
    arguments = ["--n", "300", "--no-balanced", *SMALL]
    assert main(["generate", *arguments, "-o", str(path)]) == 0
    counts = np.bincount(np.load(path)["labels"])
    assert set(counts.nonzero()[0].tolist()) == {1, 4, 8}
    assert len({*counts[[1, 4, 8]].tolist()}) > 1


def test_no_ending_writes_folders_of_pictures(tmp_path: Path) -> None:
    folder = tmp_path / "digits"
    assert main(["generate", "--n", "12", *SMALL, "-o", str(folder)]) == 0
    data = ImageFolder(str(folder))
    assert data.classes == ["1", "4", "8"]
    assert data.targets == [0] * 4 + [1] * 4 + [2] * 4
    assert sorted(p.name for p in tmp_path.iterdir()) == ["digits", "digits-preview.png"]


def test_files_of_mnist_hold_the_same_digits(tmp_path: Path) -> None:
    npz, idx = tmp_path / "digits.npz", tmp_path / "digits"
    arguments = ["generate", "--n", "30", *SMALL, "--seed", "3"]
    assert main([*arguments, "-o", str(npz)]) == 0
    assert main([*arguments, "-o", str(idx), "--format", "idx", "--n-test", "10"]) == 0
    whole = np.load(npz)
    parts = [MNIST(str(idx), train=train) for train in (True, False)]
    assert [len(part) for part in parts] == [20, 10]
    assert np.array_equal(np.concatenate([p.data.numpy() for p in parts]), whole["images"])
    assert np.array_equal(np.concatenate([p.targets.numpy() for p in parts]), whole["labels"])


def test_the_same_seed_gives_the_same_bytes_and_another_others(tmp_path: Path) -> None:
    contents = []
    for name, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        path = tmp_path / f"{name}.npz"
        assert main(["generate", "--n", "520", *SMALL, "--seed", seed, "-o", str(path)]) == 0
        contents.append(path.read_bytes())
    assert contents[0] == contents[1] != contents[2]


def test_what_the_filter_kept_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--n", "200", *SMALL, "--temperature", "1.5", "--keep-sure", "0.99"]
    assert main(["generate", *arguments, "-o", str(tmp_path / "some.npz")]) == 0
    assert "% of those drawn kept), a preview" in capsys.readouterr().out


def test_json_is_all_that_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "some.npz"
    arguments = ["--n", "20", *SMALL, "--components", "2", "--temperature", "0", "--json"]
    assert main(["generate", *arguments, "-o", str(path)]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    values = json.loads(printed.out)
    assert (values["n"], values["n_drawn"], values["format"]) == (20, 20, "npz")
    assert (values["output"], values["bytes"]) == (str(path), path.stat().st_size)
    images = np.load(path)["images"]
    assert (images == images[0]).all()  # a component's mean


def test_n_0_1_has_digits_of_no_balance(tmp_path: Path) -> None:
    path = tmp_path / "some.npz"
    assert main(["generate", "--n", "60", *SMALL, "--source", "normal", "-o", str(path)]) == 0
    assert len({*np.bincount(np.load(path)["labels"], minlength=9)[[1, 4, 8]].tolist()}) > 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--n", "0"], "n must be at least 1 and below 2,147,483,648, got 0"),
        (["--labels", "11"], "labels must be among 0, 1,"),
        (["--labels", "3", "3"], "labels must differ"),
        (["--components", "999"], "components must be among 0 to"),
        (["--labels", "3", "--components", "1"], "labels and components cannot both be chosen"),
        (["--labels", "3", "--no-balanced"], "come in balance; leave --no-balanced out"),
        (["--labels", "3", "--source", "normal"], "can only be asked of the mixture"),
        (["--temperature", "3"], "temperature must be from 0 to 2, got 3"),
        (["--sharpness", "0"], "sharpness must be from 1 to 4, got 0"),
        (["--keep-sure", "1"], "keep_sure must be at least 0 and below 1, got 1"),
        (["--seed", "-1"], "the seed must be from 0"),
        (["--n-test", "5"], "n_test divides format idx only, not npz"),
        (["-o", "some.zip"], "output must end in .npz or be a folder, got 'some.zip'"),
        (["-o", "some.npz", "--format", "idx"], "format idx must be a folder, as by -o FOLDER"),
        (["-o", "some", "--format", "npz"], "format npz must be a file that ends in .npz"),
        (["-o", "nowhere/some.npz"], "there is no folder nowhere"),
        (["--weights", "nothing"], "no model in nothing"),
        (["--device", "cudda"], "device 'cudda' is not available here"),
    ],
)
def test_what_cannot_be_made_is_said_in_a_line(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["generate", *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_folder_that_holds_something_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").touch()
    assert main(["generate", "--format", "png", "-o", str(tmp_path)]) == 2
    assert f"the folder {tmp_path} is not empty; give the name of a new one\n" in (
        capsys.readouterr().err
    )


def test_a_filter_that_nothing_passes_leaves_no_file(
    tiny_model: VAEGMM, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = VAEGMM(replace(tiny_model.config, component_labels=(1, 1, 4, 8)))
    named.load_state_dict(tiny_model.state_dict())
    named.save_pretrained(tmp_path / "model", "untrained")  # all that it draws looks alike to it
    folder = tmp_path / "out"
    folder.mkdir()
    arguments = ["--n", "5", "--labels", "1", "4", "8", "--keep-sure", "0.9"]
    arguments += ["--weights", str(tmp_path / "model"), "-o", str(folder / "some.npz")]
    assert main(["generate", *arguments]) == 2
    assert "lower keep_sure" in capsys.readouterr().err.splitlines()[-1]
    assert not list(folder.iterdir())


@pytest.mark.parametrize("output", ["some.npz", "some"])
def test_a_full_disk_is_said_in_a_line_and_leaves_nothing(output: str, tmp_path: Path) -> None:
    arguments = ["generate", "--n", "2000", *SMALL, "-o", str(tmp_path / output)]
    arguments += [] if output.endswith(".npz") else ["--format", "idx"]
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, *arguments],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert "File too large" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())
