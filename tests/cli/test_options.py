"""The same options, words and order in every command, and helps whose examples work."""

from __future__ import annotations

import dataclasses
import importlib
import re
import shlex
import sys
import typing
from types import ModuleType

import pytest

from vaegmm import __main__ as page
from vaegmm.__main__ import COMMANDS, main
from vaegmm.cli.classify import ClassifyArguments
from vaegmm.cli.evaluate import EvaluateArguments
from vaegmm.cli.explain import read_docstrings
from vaegmm.cli.generate import GenerateArguments
from vaegmm.cli.grid import GridArguments
from vaegmm.cli.jobs import TrainArguments, plan
from vaegmm.cli.morph import MorphArguments
from vaegmm.cli.muddle import MuddleArguments
from vaegmm.cli.options import SHARED
from vaegmm.cli.parse import parse
from vaegmm.cli.push import PushArguments

ARGUMENTS: dict[str, type] = {
    "classify": ClassifyArguments,
    "muddle": MuddleArguments,
    "morph": MorphArguments,
    "generate": GenerateArguments,
    "grid": GridArguments,
    "push": PushArguments,
    "train": TrainArguments,
    "evaluate": EvaluateArguments,
}
WRITES = {"muddle", "morph", "generate", "grid", "train", "evaluate"}


def hints(cls: type) -> dict[str, object]:
    return typing.get_type_hints(cls, include_extras=True)


def read_help(
    command: str, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    monkeypatch.setenv("COLUMNS", str(columns))
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert not ended.value.code
    return capsys.readouterr().out


def test_every_command_is_looked_at() -> None:
    assert set(ARGUMENTS) == set(COMMANDS)
    assert all("json" in hints(cls) for cls in ARGUMENTS.values())
    assert {name for name, cls in ARGUMENTS.items() if "-o" in str(hints(cls))} == WRITES


@pytest.mark.parametrize("command", ARGUMENTS)
def test_an_option_of_one_name_has_one_type_text_and_alias(command: str) -> None:
    """Settings of an experiment have names of their own, as in its TOML file."""
    own = hints(ARGUMENTS[command])
    for name in own.keys() & SHARED.keys():
        bare, *shown = typing.get_args(SHARED[name])
        first, *more = typing.get_args(own[name])
        assert (first, more[: len(shown)]) == (bare, shown)
        assert all(one.help is None for one in more[len(shown) :])  # what is added is an old name
        assert name not in read_docstrings(ARGUMENTS[command])
    for other, cls in ARGUMENTS.items():
        theirs = hints(cls)
        for name in own.keys() & theirs.keys() - SHARED.keys() - {"EXAMPLES", "labels"}:
            assert own[name] == theirs[name], f"{name} of {other}"
            docstrings = [read_docstrings(one).get(name) for one in (cls, ARGUMENTS[command])]
            assert docstrings[0] == docstrings[1]


@pytest.mark.parametrize("command", ARGUMENTS)
def test_shared_options_come_in_one_order_after_the_commands_own(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = read_help(command, 200, monkeypatch, capsys)
    box = text[text.index("─ options ") :].split("\n╰")[0]  # train: settings stand below
    found = re.findall(r"^│ (?:-\w[^-]*, )?(?:--style INT, )?--([a-z-]+)", box, re.MULTILINE)
    names = [name.replace("-", "_") for name in found]
    shared = [name for name in names if name in SHARED]
    assert shared == [name for name in SHARED if name in hints(ARGUMENTS[command])]
    first = names.index(shared[0])
    between = {"format", "n_test", "init_from"}
    assert [name for name in names[first:] if name not in between] == shared
    fields = [f.name for f in dataclasses.fields(ARGUMENTS[command]) if f.name in SHARED]
    assert fields == shared


@pytest.mark.parametrize("command", ARGUMENTS)
@pytest.mark.parametrize("columns", [80, 120])
def test_help_fits_and_is_whole(
    command: str, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = read_help(command, columns, monkeypatch, capsys)
    assert max(map(len, text.splitlines())) <= columns
    assert "\n\n\n" not in text
    assert "None" not in re.sub("None still names", "", text)
    assert "default: )" not in text
    assert "default: True" not in text
    # A line of a text is filled before the next one begins: no docstring's own breaks are left.
    for one, other in zip(text.splitlines(), text.splitlines()[1:], strict=False):
        if re.match("│ {8,}[^ ]", one) and re.match("│ {8,}[^ ]", other):
            room = columns - 2 - len(one.rstrip(" │"))
            assert len(other.strip(" │").split(" ")[0]) + 1 >= room


@pytest.mark.parametrize("command", ARGUMENTS)
def test_every_example_is_a_command_line_that_is_understood(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = read_help(command, 80, monkeypatch, capsys)
    _, examples = text.split("\n  Examples:\n")
    lines = [line for line in examples.split("\n\n")[0].splitlines() if line.strip()]
    assert len(lines) == 2
    for line in lines:
        check_line(line)


def test_so_is_every_example_of_the_page() -> None:
    for line in page.EXAMPLES:
        check_line(f"python -m vaegmm {line}")


def check_line(line: str) -> None:
    start, name, *arguments = shlex.split(line.removeprefix("    ").replace("python -m ", ""))
    assert start == "vaegmm"
    if name == "train":
        assert plan(arguments)
    else:
        parse(ARGUMENTS[name], arguments, name)


def test_no_folder_is_promised_by_commands_that_write_a_file() -> None:
    _, shown = typing.get_args(SHARED["output"])
    assert "folder" not in shown.help  # generate alone makes one, and says so above its options


def test_old_names_go_on_working() -> None:
    morph = parse(MorphArguments, ["3", "8", "--style", "5", "--output", "a.gif"], "morph")
    assert (morph.seed, morph.output, morph.numbers) == (5, "a.gif", ("3", "8"))
    for command in sorted(WRITES - {"train", "morph"}):
        long = "--output-dir" if command == "evaluate" else "--output"
        one, other = (parse(ARGUMENTS[command], [flag, "x"], "") for flag in (long, "-o"))
        assert one == other
    assert plan(["-o", "x"]) == plan(["--output_dir", "x"])


def test_the_docstring_of_a_field_is_one_paragraph() -> None:
    assert read_docstrings(GridArguments)["stop"] == "Last step, included where it fits."
    assert all("\n" not in text for text in read_docstrings(TrainArguments).values())


def find_module(name: str) -> ModuleType:
    return importlib.import_module(f"vaegmm.cli.{name}")


def test_no_command_has_a_name_of_its_own_for_the_program() -> None:
    assert not [name for name in COMMANDS if hasattr(find_module(name), "PROG")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["grid", "--stepp", "1"], "unrecognized options: --stepp, 1; did you mean --step FLOAT?"),
        (["grid", "extra"], "unrecognized options: extra; see python -m vaegmm grid --help"),
        (["push"], "missing: FOLDER, USER/NAME; see python -m vaegmm push --help"),
        (["grid", "--scale", "x"], "--scale takes INT (a whole number), got 'x'; see "),
        (["grid", "--step", "x"], "--step takes FLOAT (a number), got 'x'; see "),
        (["grid", "--dims", "1"], "--dims takes DIM DIM (whole numbers), got '1'; see "),
        (["grid", "--scale"], "--scale takes INT (a whole number), got no value; see "),
        (["grid", "-o"], "--output takes PATH, got no value; see "),
        (["muddle", "--digit", "4.0"], "--digit takes DIGIT (a whole number), got '4.0'; see "),
        (["generate", "--labels", "x"], "--labels takes [DIGIT ...] (whole numbers), got 'x'; "),
        (["generate", "--format", "csv"], "--format takes one of npz, png, idx, got 'csv'; see "),
        (["morph", "3"], "expected FROM TO, got too few values; see "),
        (["morph", "1", "2", "--style", "x"], "--seed takes INT (a whole number), got 'x'; see "),
        (["evaluate", "--tasks", "x"], "--tasks takes any of classification, clustering, "),
        (["train", "--dataset", "sample", "--channels", "4", "x"], "got '4', 'x'; see "),
        (["train", "-overwrite"], "unknown option '-overwrite'; did you mean --overwrite?"),
        (["train", "-out", "x"], "unknown option '-out'; did you mean --output-dir?"),
        (["grid", "-outptu", "x"], "unknown option '-outptu'; did you mean --output?"),
        (
            ["grid", "-oa.png", "--scale", "0"],
            "unknown option '-oa.png'; -o takes its value as the next word",
        ),
        (["train", "--output-dir"], "--output-dir takes FOLDER, got no value; see "),
        (["train", "--resume=3"], "unrecognized options: 3; see "),
        (["grid", "9" * 5000], f"unrecognized options: {'9' * 278}...; see python -m vaegmm grid"),
    ],
)
def test_a_wrong_option_is_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert err.startswith(f"python -m vaegmm {arguments[0]}: ")
    assert words in err
    assert (out, err.count("\n")) == ("", 1)
    assert "[bold]" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--config", "nope", "--help"],
        ["train", "-o", "--help"],
        ["train", "-overwrite", "-h"],
        ["grid", "-o", "--help"],
        ["grid", "--scale", "x", "-h"],
    ],
)
def test_help_is_shown_whatever_else_is_wrong(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert not ended.value.code
    out, err = capsys.readouterr()
    assert out.startswith(f"usage: python -m vaegmm {arguments[0]} [-h]")
    assert err == ""


def test_help_tells_the_defaults_of_a_config(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--config", "digits148", "--help"])
    assert "(default: 1 4 8)" in capsys.readouterr().out


def test_the_usage_is_as_wide_as_a_terminal_whatever_its_colours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    text = read_help("classify", 100, monkeypatch, capsys)
    assert "\x1b[" in text
    usage = text.splitlines()[0]
    assert usage.startswith("usage: python -m vaegmm classify [-h] IMAGE [IMAGE ...] ")
    assert 80 < len(usage) <= 100
