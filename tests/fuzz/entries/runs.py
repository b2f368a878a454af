"""Folders of runs that are to go on: what a killed, damaged or forged run may have left there."""

from __future__ import annotations

import contextlib
import io
import json
import random
import shutil
import struct
from pathlib import Path

from tests.fuzz.entries.models import change_tensors
from tests.fuzz.harness import Case, Entry
from tests.fuzz.mutate import damage, draw_noise, mutate_tree
from tests.fuzz.tiny import train_run
from vaegmm.cli import one_run
from vaegmm.cli.jobs import check_folder, plan
from vaegmm.cli.train import check_settings, find_start
from vaegmm.data.datasets import TORCHVISION
from vaegmm.evaluation.comparison import describe, read_run
from vaegmm.training.run import CHECKPOINT, REFINE_CHECKPOINT, resolve

READ_ON = ("run.json", CHECKPOINT, "history.json", "choices.json", REFINE_CHECKPOINT)
MOST_EPOCHS, LEAST_BATCH = 3, 20


def go_on(folder: Path, *more: str) -> None:
    """Take a run up again as `train --resume` does, until its network is there.

    Settings that ask for more epochs or steps, or for another data set, are not followed.
    """
    jobs = plan(["--resume", "--output-dir", str(folder), *more])
    for run, arguments in jobs.items():
        check_folder(run, arguments, is_only=True)
        check_settings(arguments.experiment)
        start = find_start(run, arguments)
        data, training = arguments.experiment.data, arguments.experiment.training
        is_long = training.epochs > MOST_EPOCHS or training.batch_size < LEAST_BATCH
        if data.dataset in TORCHVISION or is_long:
            return
        with contextlib.redirect_stdout(io.StringIO()):
            one_run._fit(one_run._begin(run, arguments, resolve(arguments.experiment), start))


def change_state(rng: random.Random, content: bytes) -> bytes:
    """Return a checkpoint whose part that is no tensor has other values."""
    (length,) = struct.unpack("<Q", content[:8])
    header, body = json.loads(content[8 : 8 + length]), content[8 + length :]
    state = json.loads(header["__metadata__"]["state"])
    odd = mutate_tree(rng, state, rng.choice((1, 1, 2)))
    header["__metadata__"]["state"] = json.dumps(odd)
    raw = json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + body


def make_entries(folder: Path) -> tuple[Entry, ...]:
    """Return the entries; their files lie in the folder."""
    whole, run = folder / "whole", folder / "run"
    train_run(whole)

    def change(rng: random.Random, name: str) -> tuple[bytes, bool, str]:
        content = (whole / name).read_bytes() if (whole / name).exists() else b"[]"
        share = rng.random()
        if share < 0.15:
            return draw_noise(rng, (b"{", b"[")), False, f"no {name}"
        if share < 0.35:
            return damage(rng, content), True, f"damaged {name}"
        if name.endswith(".safetensors") and rng.random() < 0.5:
            return change_state(rng, content), True, f"changed state in {name}"
        if name.endswith(".safetensors"):
            return change_tensors(rng, content), True, f"changed {name}"
        tree = mutate_tree(rng, json.loads(content), rng.choice((1, 1, 1, 2)))
        return json.dumps(tree).encode(), True, f"changed {name}"

    def make(rng: random.Random) -> Case:
        shutil.rmtree(run, ignore_errors=True)
        shutil.copytree(whole, run)
        if rng.random() < 0.8:  # written last, it says that a run is whole
            (run / "metrics.json").unlink()
        name = rng.choice(READ_ON)
        content, is_mutant, what = change(rng, name)
        (run / name).write_bytes(content)
        if rng.random() < 0.1:
            (run / rng.choice(READ_ON)).unlink(missing_ok=True)
        more = ("--epochs", "3") if rng.random() < 0.5 else ()
        return Case((run, *more), is_mutant, what)

    def put(content: object) -> str | None:
        assert isinstance(content, tuple)
        try:
            go_on(*content)
        except ValueError as error:
            return str(error)
        return None

    def make_finished(rng: random.Random) -> Case:
        shutil.rmtree(run, ignore_errors=True)
        shutil.copytree(whole, run)
        name = rng.choice(("run.json", "history.json", "metrics.json"))
        content, is_mutant, what = change(rng, name)
        (run / name).write_bytes(content)
        return Case(run, is_mutant, what)

    def compare(content: object) -> str | None:
        assert isinstance(content, Path)
        try:
            describe(read_run(content))
        except ValueError as error:
            return str(error)
        return None

    return (
        Entry("runs to go on with", make, put),
        Entry("runs to compare", make_finished, compare),
    )
