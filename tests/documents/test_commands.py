"""Every command of every document runs, and leaves the files that it names."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.__main__ import PROG, AppArguments, find_setting
from tests.documents.commands import Command, all_commands, is_script
from tests.documents.fences import ROOT, Fence, all_fences
from tests.documents.running import (
    check_opens,
    find_main,
    find_outputs,
    list_files,
    run_words,
    split_words,
)
from tests.documents.tables import ASKED, ELSEWHERE, TINY, find_row
from vaegmm.cli.parse import parse

COMMANDS = all_commands()
SCRIPTS = [fence for fence in all_fences() if is_script(fence)]
QUICK = ("python -m vaegmm", "python -m scripts.upload_space")  # run as they stand


def is_slow(command: Command) -> bool:
    row = find_row(TINY, command.spelled_out)
    return row is not None and TINY[row].is_slow


def as_parameters(kind: Callable[[str], bool]) -> list[object]:
    """The commands of a kind, each named by where it stands; those that take seconds are slow."""
    return [
        pytest.param(one, id=one.place, marks=[pytest.mark.slow] if is_slow(one) else [])
        for one in COMMANDS
        if kind(one.spelled_out)
    ]


def is_elsewhere(text: str) -> bool:
    return find_row(ELSEWHERE, text) is not None


def is_asked(text: str) -> bool:
    return find_row(ASKED, text) is not None


@pytest.mark.parametrize(
    "command", as_parameters(lambda text: not is_asked(text) and not is_elsewhere(text))
)
def test_a_command_runs(
    command: Command, prepare: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    text = command.spelled_out
    row = find_row(TINY, text)
    assert row is not None or text.startswith(QUICK), (
        f"{command.place}: give it a row in TINY, ELSEWHERE or ASKED (tests/documents/tables.py), "
        "so that a test runs it, or says who does"
    )
    folder = prepare(text)
    text = TINY[row].shorten(text) if row is not None else text
    words = split_words(text)
    before = list_files(folder)
    assert run_words(words) == 0, capsys.readouterr().err
    written = {path for path, state in list_files(folder).items() if before.get(path) != state}
    for output in find_outputs(words):
        path = folder / output
        assert any(one == path or path in one.parents for one in written), f"no {output}"
    for path in written:
        check_opens(path)
    assert written or capsys.readouterr().out.strip(), "it neither writes nor says anything"


@pytest.mark.parametrize("fence", [pytest.param(one, id=one.place) for one in SCRIPTS])
def test_a_script_runs(fence: Fence, prepare: Callable[[str], Path], server: str) -> None:
    folder = prepare(fence.text)
    text = fence.text.replace("http://127.0.0.1:7860", server)
    shell = ["sh", "-eu", "-c", text]
    ran = subprocess.run(shell, cwd=folder, text=True, capture_output=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert "event: error" not in ran.stdout
    for output in re.findall(r"-o ([\w.-]+)", text):
        check_opens(folder / output)
    assert ran.stdout.strip()


@pytest.mark.parametrize("command", as_parameters(is_elsewhere))
def test_a_command_that_cannot_be_run_here_has_a_test(command: Command) -> None:
    row = find_row(ELSEWHERE, command.spelled_out)
    assert row is not None
    assert_test_exists(ELSEWHERE[row])


@pytest.mark.parametrize("command", as_parameters(is_asked))
def test_a_command_that_cannot_be_run_here_would_be_understood(
    command: Command, prepare: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(command.text)
    words = split_words(command.spelled_out)
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        monkeypatch.setenv(name, value)
        assert find_setting(name) == value
    if words[0] == "make":
        check_make(words[1:])
    elif words[0] == "hf":
        hf = shutil.which("hf", path=Path(sys.executable).parent)
        assert hf is not None
        subprocess.run([hf, *words[1:], "--help"], check=True, capture_output=True)
    else:
        check_understood(words)


def check_make(arguments: list[str]) -> None:
    """Assert that make knows the target, and that what it would run is there."""
    installed = ["-o", ".venv/app", "-o", ".venv/dev"]
    command = ["make", "-n", *installed, *arguments]
    ran = subprocess.run(command, cwd=ROOT, text=True, capture_output=True)
    assert ran.returncode == 0, ran.stderr
    lines = [line for line in ran.stdout.splitlines() if line.startswith(".venv/bin/python ")]
    assert lines, f"make {arguments} would run nothing"
    for line in lines:
        check_understood(split_words(line.replace(".venv/bin/python", "python", 1)))


def check_understood(words: list[str]) -> None:
    """Assert that a command's program is there, and takes its options where it is the page."""
    if words[:3] == ["python", "-m", "app"]:
        assert isinstance(parse(AppArguments, words[3:], PROG), AppArguments)
    elif (found := find_main(words)) is not None:
        assert (ROOT / found[0].replace(".", "/")).with_suffix(".py").exists()
    else:
        assert words[2] in ("pytest", "ruff", "mypy"), words


def assert_test_exists(name: str) -> None:
    file, _, function = name.partition("::")
    assert f"def {function}(" in (ROOT / file).read_text(encoding="utf-8"), f"there is no {name}"


def test_no_row_is_left_over() -> None:
    spelled = [command.spelled_out for command in COMMANDS]
    used = {find_row(table, text) for table in (TINY, ELSEWHERE, ASKED) for text in spelled}
    unused = {*TINY, *ELSEWHERE, *ASKED} - used
    assert not unused, "no document uses these any more; take them out of tables.py"
