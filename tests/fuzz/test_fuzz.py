"""Every entry takes or refuses what is thrown at it, and the harness sees what must not happen."""

from __future__ import annotations

import os
import pickle
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fuzz.__main__ import find_modules, main, make_entries
from tests.fuzz.guard import Payload, entering
from tests.fuzz.harness import Case, Entry, attack

N = {"commands": 10, "runs": 10}  # that take longest; of all others 50


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Path]:
    """The folder outside of which nothing may change."""
    with entering(tmp_path):
        yield tmp_path


SLOW = ("page_functions", "page_http", "page_uploads")  # a page is built, or a server started
MODULES = [
    pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in find_modules()
]


@pytest.mark.parametrize("module", MODULES)
def test_entries_take_or_refuse_what_they_are_given(module: str, sandbox: Path) -> None:
    n = N.get(module, 50)
    for entry in make_entries(module, sandbox):
        counts = attack(entry, n, random.Random(entry.name), sandbox)
        assert counts.tried == n
        assert not counts.failures, f"{entry.name}: {counts.failures[0].reason}"


@pytest.mark.slow
def test_twenty_thousand_inputs_do_no_harm(tmp_path: Path) -> None:
    assert main(["--n", "20000", "--output-dir", str(tmp_path / "failures")]) == 0


def write_outside() -> None:
    Path.home().parent.with_name("never").touch()  # beside the sandbox


def start_a_program() -> None:
    os.system("true")


def unpickle() -> None:
    pickle.loads(pickle.dumps(Payload()))


def ask_the_network() -> None:
    import socket

    socket.getaddrinfo("example.invalid", 443)


@pytest.mark.parametrize(
    ("act", "seen"),
    [
        (lambda: "", "says nothing"),
        (lambda: "one\ntwo\nthree\nfour", "more than 3 lines"),
        (lambda: "a" * 2000, "2000 signs"),
        (lambda: "Red \x1b[31m.", "steer a terminal"),
        (lambda: "'NoneType' object is not iterable.", "talks Python"),
        (lambda: f"Cannot read {__file__}.", "path of the server"),
        (lambda: f"Cannot read {tempfile.gettempdir()}/a.png.", "path of the server"),
        (lambda: "Cannot read it", "no full stop"),
        (lambda: [][1], "IndexError"),
        (lambda: (_ for _ in ()).throw(SystemExit(1)), "SystemExit"),
        (lambda: time.sleep(0.2), "took 0.2 s"),
        (write_outside, "outside of the sandbox"),
        (start_a_program, "os.system"),
        (unpickle, "a payload was executed"),
        (ask_the_network, "asks example.invalid"),
    ],
)
def test_what_must_not_happen_is_seen(
    act: Callable[[], str | None], seen: str, sandbox: Path
) -> None:
    entry = Entry("it", lambda rng: Case(b"", False, "one"), lambda content: act(), is_page=True)
    counts = attack(entry, 3, random.Random(0), sandbox, limit_s=0.15)
    assert counts.failures
    assert seen in counts.failures[-1].reason


def test_a_hang_is_broken_off(sandbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.guard.HANG_S", 0.1)
    entry = Entry("it", lambda rng: Case(b"", False, "one"), lambda content: time.sleep(10))
    counts = attack(entry, 1, random.Random(0), sandbox)
    assert "broken off" in counts.failures[0].reason


def test_enormous_memory_is_not_to_be_had(sandbox: Path) -> None:
    entry = Entry("it", lambda rng: Case(b"", False, "one"), lambda content: str(bytes(10**11)))
    assert "MemoryError" in attack(entry, 1, random.Random(0), sandbox).failures[0].reason


def test_what_was_given_and_temporary_files_are_no_secret(sandbox: Path) -> None:
    def put(content: object) -> str:
        with tempfile.NamedTemporaryFile() as file:
            return f"Cannot read {file.name}; give another."

    entry = Entry("it", lambda rng: Case(b"", False, "one"), put)
    assert not attack(entry, 1, random.Random(0), sandbox).failures
