"""Blocks of Python run, each by itself; other blocks are what they are said to be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from gradio_client import Client

from tests.documents.commands import is_script, read_commands
from tests.documents.fences import INDENTED, Fence, all_fences
from tests.documents.running import (
    check_opens,
    find_literals,
    find_outputs,
    list_files,
    run_words,
    split_words,
)
from tests.documents.tables import LANGUAGES, SLOW_BLOCKS, TINY, find_row
from tests.documents.test_commands import assert_test_exists
from vaegmm.settings import load_toml

FENCES = all_fences()
ADDRESS = "http://127.0.0.1:7860"
KNOWN = ("sh", "python", "toml", "json", "text", INDENTED, *LANGUAGES)


def of_language(language: str) -> list[object]:
    chosen = [fence for fence in FENCES if fence.language == language]
    slow = [any(words in fence.text for words in SLOW_BLOCKS) for fence in chosen]
    return [
        pytest.param(one, id=one.place, marks=[pytest.mark.slow] if is_slow else [])
        for one, is_slow in zip(chosen, slow, strict=True)
    ]


@pytest.mark.parametrize("fence", of_language("python"))
def test_python_runs(
    fence: Fence, prepare: Callable[[str], Path], request: pytest.FixtureRequest
) -> None:
    folder = prepare(fence.text)
    text = fence.text
    if ADDRESS in text:
        text = text.replace(ADDRESS, request.getfixturevalue("server"))
    for command in find_earlier(fence):
        assert run_words(split_words(command)) == 0
    before = list_files(folder)
    names: dict[str, object] = {"__name__": "__main__"}
    try:
        exec(compile(text, fence.place, "exec"), names)
    finally:
        for value in names.values():
            if isinstance(value, Client):
                value.close()
    for path, state in list_files(folder).items():
        if before.get(path) != state:
            check_opens(path)
    for name in find_literals(fence.text):
        assert Path(name).exists(), f"{fence.place} names {name}, which is not there"


def find_earlier(fence: Fence) -> list[str]:
    """The commands, made short, of the same section, whose output a block reads."""
    found = []
    for other in FENCES:
        if (other.file, other.section) != (fence.file, fence.section) or other.line > fence.line:
            continue
        for command in read_commands(other) if other.language == "sh" else []:
            text = command.spelled_out
            if any(output in fence.text for output in find_outputs(split_words(text))):
                row = find_row(TINY, text)
                found.append(text if row is None else TINY[row].shorten(text))
    return found


def test_data_is_what_it_is_said_to_be(tmp_path: Path) -> None:
    for number, fence in enumerate(FENCES):
        if fence.language == "toml":  # the only TOML that a reader writes is an experiment's
            path = tmp_path / f"{number}.toml"
            path.write_text(fence.text, encoding="utf-8")
            load_toml(path)
        elif fence.language == "json":
            json.loads(fence.text)


@pytest.mark.parametrize("fence", of_language(INDENTED))
def test_a_command_has_a_fence(fence: Fence) -> None:
    first = fence.text.split()[0]
    starts = ("python", "make", "pip", "vaegmm", "curl", "hf", "torchrun", "from", "import")
    assert first not in starts, f"{fence.place}: put it between ```sh and ```, and a test runs it"


def test_every_block_has_a_language_that_is_known() -> None:
    for fence in FENCES:
        assert fence.language in KNOWN, (
            f"{fence.place}: nobody checks {fence.language or 'blocks without a language'}; name "
            "one of " + ", ".join(KNOWN) + ", or give it a row in LANGUAGES (tables.py)"
        )
    assert {*LANGUAGES} <= {fence.language for fence in FENCES}, "a row of LANGUAGES is left over"
    for words in SLOW_BLOCKS:
        assert any(words in fence.text for fence in FENCES), f"{words} is left over"
    for name in LANGUAGES.values():
        assert_test_exists(name)


def test_scripts_are_of_the_shell_alone() -> None:
    """What is run by sh starts every program anew, and Python with torch takes five seconds."""
    for fence in filter(is_script, FENCES):
        assert "python" not in fence.text, f"{fence.place}: part the commands of Python from it"
