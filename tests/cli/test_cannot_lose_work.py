"""Real processes, killed, interrupted, out of room, and two at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vaegmm.cli.train import main

ROOT = Path(__file__).parents[2]
TINY = [
    *("--dataset", "sample", "--digits", "1", "4", "8", "--channels", "4", "4", "4", "4", "4"),
    *("--dense-size", "8", "--latent-dim", "2", "--n-components", "3", "--n-init", "1"),
    *("--device", "cpu", "--rotation", "10"),
]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
# A process that dies while it writes its second checkpoint.
DIES_WHILE_SAVING = """
import os, signal, sys
from vaegmm.cli.train import main
from vaegmm import tensors as writing

save_file, calls = writing.save_file, []

def die(tensors, path, metadata):
    save_file(tensors, path, metadata)
    calls.append(path)
    if len(calls) == 2:
        with open(path, "r+b") as file:
            file.truncate(1000)
        os.kill(os.getpid(), signal.SIGKILL)

writing.save_file = die
main(sys.argv[1:])
"""
# Files may not grow: the disk is full, as far as the process can tell.
FULL_DISK = """
import resource, signal, sys
from vaegmm.cli.train import main
from vaegmm import tensors as writing

save_file, calls = writing.save_file, []

def fill(tensors, path, metadata):
    calls.append(path)
    if len(calls) == 2:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
    save_file(tensors, path, metadata)

writing.save_file = fill
raise SystemExit(main(sys.argv[1:]))
"""


def command(folder: Path, *more: str, epochs: int = 5) -> list[str]:
    arguments = [*TINY, "--epochs", str(epochs), "--output-dir", str(folder), *more]
    return [sys.executable, "train.py", *arguments]


def start(arguments: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        arguments,
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(arguments: list[str]) -> None:
    process = start(arguments)
    _, error = process.communicate(timeout=120)
    assert process.returncode == 0, error


def finish_here(folder: Path, *more: str, epochs: int = 5) -> None:
    """Train without a process of its own, which would take seconds to start."""
    assert main(command(folder, *more, epochs=epochs)[2:]) == 0


def wait_for_epoch(folder: Path, epoch: int, process: subprocess.Popen[str]) -> None:
    """Wait until an epoch stands in the history."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        history = folder / "history.json"
        if history.exists() and len(json.loads(history.read_text())) >= epoch:
            return
        time.sleep(0.01)
    raise AssertionError(f"epoch {epoch} was never written: {process.communicate()}")


def test_killed_again_and_again_it_ends_as_if_never_killed(tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    finish_here(whole)
    arguments = command(killed)[2:]
    dying = start([sys.executable, "-c", DIES_WHILE_SAVING, *arguments])
    dying.communicate(timeout=60)
    assert dying.returncode == -signal.SIGKILL
    assert len(list(killed.glob(".checkpoint.safetensors.*"))) == 1  # half a file
    for epoch in (2, 4):
        process = start(command(killed, "--resume"))
        wait_for_epoch(killed, epoch, process)
        process.kill()
        process.communicate()
    finish_here(killed, "--resume")
    name = "model.safetensors"
    assert (killed / name).read_bytes() == (whole / name).read_bytes()
    assert not list(killed.glob(".*"))


def test_an_interrupted_run_says_how_to_go_on(tmp_path: Path) -> None:
    process = start(command(tmp_path, epochs=500))
    wait_for_epoch(tmp_path, 1, process)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    last = error.strip().splitlines()[-1]
    assert "stopped; " in last
    assert last.endswith(f"go on with: python train.py --output-dir {tmp_path} --resume")
    assert "Traceback" not in error


def test_a_full_disk_leaves_the_last_checkpoint(tmp_path: Path) -> None:
    process = start([sys.executable, "-c", FULL_DISK, *command(tmp_path)[2:]])
    _, error = process.communicate(timeout=60)
    assert process.returncode == 2
    assert error.strip().splitlines()[-1].startswith("python -m vaegmm train: cannot write")
    assert "Traceback" not in error
    finish_here(tmp_path, "--resume", epochs=3)
    assert len(json.loads((tmp_path / "history.json").read_text())) == 3


def test_a_resumed_run_keeps_its_settings(tmp_path: Path) -> None:
    finish_here(tmp_path, epochs=1)
    process = start(command(tmp_path, "--resume", "--batch-size", "7"))
    _, error = process.communicate(timeout=60)
    assert process.returncode == 2
    assert error.strip() == ("train.py: batch_size was 128 when this run began and cannot become 7")


def test_two_processes_train_one_model(tmp_path: Path) -> None:
    """Without any noise the two halves of every batch make the very steps of the whole."""
    alone, pair = tmp_path / "alone", tmp_path / "pair"
    quiet = [*("--posterior", "point", "--beta", "0", "--dropout", "0", "--rotation", "0")]
    quiet += ["--precision", "float32", "--posterior-samples", "0"]
    finish([*command(alone, epochs=4), *quiet])
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    finish([sys.executable, *torchrun, *command(pair, epochs=4)[1:], *quiet])
    for epochs in zip(*(read_history(folder) for folder in (alone, pair)), strict=True):
        for part in ("train", "validation"):
            losses = [epoch[part]["loss"] for epoch in epochs]
            assert losses[1] == pytest.approx(losses[0], rel=1e-4)
    assert {p.name for p in pair.iterdir()} == {p.name for p in alone.iterdir()}


@pytest.mark.slow
def test_two_processes_go_on_together(tmp_path: Path) -> None:
    whole, parted = tmp_path / "whole", tmp_path / "parted"
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    torchrun += ["--nproc-per-node", "2"]
    finish([*torchrun, *command(whole, epochs=2)[1:]])
    finish([*torchrun, *command(parted, epochs=1)[1:]])
    finish([*torchrun, *command(parted, "--resume", epochs=2)[1:]])
    name = "model.safetensors"
    assert (parted / name).read_bytes() == (whole / name).read_bytes()


def test_two_processes_train_several_runs(tmp_path: Path) -> None:
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    torchrun += ["--nproc-per-node", "2"]
    finish([*torchrun, *command(tmp_path, "--betas", "0.5", "2", epochs=1)[1:]])
    assert (tmp_path / "comparison.html").exists()


def test_a_kill_after_the_checkpoint_loses_no_history(tmp_path: Path) -> None:
    finish_here(tmp_path, epochs=2)
    for name in ("history.json", "metrics.json"):
        (tmp_path / name).unlink()
    finish_here(tmp_path, "--resume", epochs=2)
    assert len(read_history(tmp_path)) == 2
    assert (tmp_path / "metrics.json").exists()


def test_a_refused_resume_changes_nothing(tmp_path: Path) -> None:
    finish_here(tmp_path, epochs=1)
    checkpoint = tmp_path / "checkpoint.safetensors"
    checkpoint.write_bytes(checkpoint.read_bytes()[:999])
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    process = start(command(tmp_path, "--resume", epochs=3))
    _, error = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "cannot resume from" in error
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def read_history(folder: Path) -> list[dict[str, dict[str, float]]]:
    history: list[dict[str, dict[str, float]]] = json.loads((folder / "history.json").read_text())
    return history
