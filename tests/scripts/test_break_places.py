"""Broken places: which there are, what they become, whose tests come first, and what is seen."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts.break_places import ROOT, draw_places, open_workshop, try_place
from scripts.mutants import Place, find_places
from scripts.nearest_tests import order_tests

SOURCE = '''
"""What it says."""
from __future__ import annotations
from typing import Literal

Kind = Literal["some", "other"]

def f(n: int = 3, kind: Kind = "full", é: bool = True) -> list[int]:
    """Say."""
    if not n:
        raise ValueError(f"n must be {n + 1}, got " + "nothing")
    assert é, "unseen"
    names = {"key": min(n, 2) / 4}
    names["a word"] = 0.5
    print("it is", n)
    return [-n] if n < 7 and é else names

if __name__ == "__main__":
    print(f(1))
'''
MODULE = "def double(n):\n    print(n)\n    return n * 2\n"
TEST = "from vaegmm.a import double\n\ndef test_it():\n    assert double(2) == 4\n"


def find(source: str) -> list[Place]:
    return find_places(Path("a.py"), source)


def test_places_are_what_the_code_does_and_not_what_it_says() -> None:
    changes = [(place.before, place.after) for place in find(SOURCE)]
    assert sorted(change for change in changes if "return" not in change[1]) == sorted([
        ("3", "4"),
        ("'full'", "'full_'"),
        ("True", "False"),
        ("not n", "(n)"),
        ("raise ValueError(f'n must be {n + 1}, got ' + 'nothing')", "pass"),
        ("min(n, 2) / 4", "(min(n, 2) * 4)"),
        ("'key'", "'key_'"),
        ("min(n, 2)", "max(n, 2)"),
        ("2", "3"),
        ("4", "5"),
        ("names['a word'] = 0.5", "pass"),
        ("0.5", "0.75"),
        ("print('it is', n)", "pass"),
        ("[-n] if n < 7 and é else names", "(names if n < 7 and é else [-n])"),
        ("n < 7 and é", "(n < 7 or é)"),
        ("n < 7", "(n <= 7)"),
        ("7", "8"),
        ("-n", "(n)"),
    ])  # fmt: skip
    assert [after for _, after in changes if "return" in after] == ["return None"]


def test_one_place_is_broken_and_nothing_else() -> None:
    whole = SOURCE.encode()
    for place in find(SOURCE):
        broken = place.broken(whole)
        compile(broken, "a.py", "exec")
        assert broken != whole
        assert broken[: place.start] == whole[: place.start]
        assert broken.endswith(whole[place.end :])
        assert whole[: place.start].count(b"\n") == place.line - 1


def test_the_same_seed_draws_the_same_places_of_package_and_page() -> None:
    places = draw_places(ROOT, 0, 40)
    assert places == draw_places(ROOT, 0, 40) != draw_places(ROOT, 1, 40)
    assert {place.path.parts[0] for place in places} == {"vaegmm", "app"}
    for place in places:
        compile(place.broken((ROOT / place.path).read_bytes()), str(place.path), "exec")


@pytest.mark.parametrize(
    ("module", "first", "left_out"),
    [
        ("vaegmm/data/npz.py", "tests/data/test_npz.py", "tests/test_package.py"),
        ("vaegmm/model_config.py", "tests/test_model.py", "tests/test_files.py"),
        ("app/muddle/muddle.py", "tests/app/test_muddle_tab.py", "tests/data/test_npz.py"),
        ("vaegmm/data/paper.py", "tests/data/test_drawing.py", "tests/documents/test_links.py"),
    ],
)
def test_the_nearest_tests_come_first_and_none_needs_a_browser(
    module: str, first: str, left_out: str
) -> None:
    near, others = order_tests(ROOT, Path(module))
    assert near[0] == first
    assert left_out in others
    assert others[0] == "tests/test_architecture.py"
    every = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    wanted = {name for name in every if not name.startswith(("tests/browser", "tests/scripts"))}
    assert sorted([*near, *others]) == sorted(wanted)


@pytest.mark.slow  # a process that imports torch
def test_what_a_test_sees_is_told_from_what_it_does_not(tmp_path: Path) -> None:
    for name, text in {
        "vaegmm/__init__.py": "",
        "vaegmm/a.py": MODULE,
        "tests/test_a.py": TEST,
        "tests/test_files.py": TEST,
        "pytest.ini": "[pytest]\npythonpath = .\n",
        ".gitignore": "__pycache__/\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    places = find_places(Path("vaegmm/a.py"), MODULE)
    with open_workshop(tmp_path) as workshop:
        red = {place.after: try_place(place, workshop, 60).red for place in places}
        assert (workshop.root / "vaegmm/a.py").read_text() == MODULE
    seen = "tests/test_a.py::test_it"
    assert red == {"pass": "", "return None": seen, "(n / 2)": seen, "3": seen}
