"""The command line: every subcommand and both doors, with odd values of their options."""

from __future__ import annotations

import contextlib
import io
import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest import mock

import evaluate
import train
from tests.fuzz.entries.datasets import IDX_FILES
from tests.fuzz.harness import Case, Entry
from tests.fuzz.mutate import NUMBERS, WORDS
from tests.fuzz.tiny import make_model, write_digits
from vaegmm.__main__ import COMMANDS, main

Command = Callable[[Sequence[str]], int]
# What a whole command is made of, and options that may be added; @x stands for a file of ours.
VALID = {
    "classify": "@picture --weights @model",
    "muddle": "--n 2 --digit 4 --partner 8 --weights @model --dataset @digits -o @out.npz",
    "morph": "4 8 --path linear --n-frames 2 --size 28 --weights @model --dataset @digits "
    "-o @out.gif",
    "generate": "--n 2 --labels 4 --weights @model -o @out.npz",
    "grid": "--start 0 --stop 1 --step 1 --scale 1 --weights @model -o @out.png",
    "push": "@model user/name",
    "train": "--dataset @nothing --epochs 1 -o @run",
    "evaluate": "--tasks classification --dataset @digits --weights @model -o @report",
}
OPTIONS = {
    "classify": ("--device", "--json", "--weights"),
    "muddle": ("--n", "--digit", "--partner", "--mix", "--method", "--seed", "--dataset"),
    "morph": (
        "--path", "--n-frames", "--easing", "--fps", "--size", "--ink", "--paper", "--seed",
        "--dataset", "--no-returns", "--json",
    ),
    "generate": (
        "--n", "--labels", "--components", "--temperature", "--sharpness", "--keep-sure",
        "--source", "--format", "--n-test", "--seed", "--no-balanced",
    ),
    "grid": ("--start", "--stop", "--step", "--dims", "--scale", "--no-lift"),
    "push": ("--private", "--json"),
    "train": (
        "--config", "--betas", "--latent-dim", "--channels", "--strides", "--dropout", "--kind",
        "--rotation", "--noise", "--batch-size", "--learning-rate", "--beta", "--n-components",
        "--reg-covar", "--seed", "--digits", "--validation-fraction", "--init-from", "--labels",
        "--refine-epochs", "--resume", "--overwrite", "--device",
    ),
    "evaluate": (
        "--tasks", "--digits", "--n-components", "--others", "--n-muddles", "--plain", "--seed",
        "--augmentation-sizes", "--device", "--posterior-samples",
    ),
}  # fmt: skip
LONG = {"--n", "--n-frames", "--size", "--n-components", "--augmentation-sizes", "--n-muddles"}
PER_PICTURE = "python -m vaegmm classify: "  # which goes on after one that it cannot read
FEW = ("0", "-1", "1", "2", "3", "1.5", "1e3", "nan", "inf", "-0", "0x10", "1_0", "٣", "9" * 5000)


def draw_value(rng: random.Random, option: str) -> str:
    """Return an odd value for an option; none that asks for hours of honest work."""
    if option in LONG:
        return rng.choice((*FEW, *WORDS))
    return str(rng.choice((*NUMBERS, *WORDS, *FEW, "@model", "@picture", "@digits", "auto", "cpu")))


def change_words(rng: random.Random, command: str) -> list[str]:
    """Return a command's arguments, some replaced, left out, doubled or added."""
    words = VALID[command].split()
    for _ in range(rng.choice((0, 1, 1, 1, 2))):
        kind, at = rng.randrange(5), rng.randrange(len(words) or 1)
        if kind == 0:
            option = rng.choice(OPTIONS[command])
            words += [option, *(draw_value(rng, option) for _ in range(rng.choice((0, 1, 1, 2))))]
        elif kind == 1 and words:
            before = words[at - 1] if at else ""
            words[at] = draw_value(rng, before)
        elif kind == 2 and words:
            del words[at]
        elif kind == 3 and words:
            words.insert(at, words[at])
        else:
            words.append(rng.choice(WORDS))
    return words


def make_entries(folder: Path) -> tuple[Entry, ...]:
    """Return the entries; their files lie in the folder."""
    make_model(folder / "model")
    write_digits(folder / "digits.npz")
    (folder / "picture").write_bytes(b"\x89PNG\r\n\x1a\n")
    files = {"@digits": str(folder / "digits.npz"), "@nothing": str(folder / "nothing.npz")}

    def place(word: str) -> str:
        return files.get(word, f"{folder}/{word[1:]}" if word.startswith("@") else word)

    # Words that lost their data set mean MNIST, which would be fetched where it is not; here it is
    # there, and damaged.
    mnist = folder / "data" / "MNIST" / "raw"
    mnist.mkdir(parents=True)
    for name in IDX_FILES:
        (mnist / name).write_bytes(b"")

    def run_here(command: Command, words: Sequence[str]) -> str | None:
        with mock.patch.dict(os.environ, {"VAEGMM_DATA": str(folder / "data")}):
            return run_words(command, words)

    for name in COMMANDS:  # what is imported and drawn for the first time takes seconds
        run_here(main, (name, *map(place, VALID[name].split())))

    def make(rng: random.Random) -> Case:
        command, is_mutant = rng.choice(list(COMMANDS)), rng.random() < 0.85
        words = change_words(rng, command) if is_mutant else rng.choices(WORDS, k=3)
        name = command if rng.random() < 0.98 else rng.choice(WORDS)
        return Case((name, *map(place, words)), is_mutant, f"odd {command}")

    def make_door(rng: random.Random) -> Case:
        command = rng.choice(("train", "evaluate"))
        words = change_words(rng, command)
        return Case((command, *map(place, words)), True, f"odd {command}.py")

    def put(content: object) -> str | None:
        assert isinstance(content, tuple)
        return run_here(main, content)

    def put_door(content: object) -> str | None:
        assert isinstance(content, tuple)
        doors = {"train": train.main, "evaluate": evaluate.main}
        return run_here(doors[content[0]], content[1:])

    return (
        Entry("commands", make, put, weight=1.5),
        Entry("doors", make_door, put_door, weight=0.5),
    )


def run_words(command: Command, words: Sequence[str]) -> str | None:
    """Run a command here; return what it says on stderr where it refuses, without what was typed.

    Raises:
        RuntimeError: it ends with another code than 0 and 2.
    """
    out, said = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        try:
            code = command(list(words))
        except SystemExit as end:  # --help
            code = end.code
    if code == 0:
        return None
    if code != 2:
        raise RuntimeError(f"exit code {code}: {said.getvalue()}")
    sentence = said.getvalue()
    for word in words:  # what a person typed may come back as it was, be it long or odd
        if len(word) > 200 or not word.isprintable():
            sentence = sentence.replace(repr(word), "''").replace(word, "")
    lines = sentence.splitlines()
    is_of_many = all(line.startswith(PER_PICTURE) for line in lines)
    return lines[0] if lines and is_of_many else sentence
