"""What the program is called, and where a slip of the pen leads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import vaegmm
from vaegmm.__main__ import COMMANDS, main
from vaegmm.cli import evaluate, train
from vaegmm.cli.program import advise, program

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("started", "command", "name", "advice"),
    [
        ("/here/vaegmm/__main__.py", "train", "python -m vaegmm train", "python -m vaegmm train"),
        ("/usr/bin/vaegmm", "train", "vaegmm train", "vaegmm train"),
        (r"vaegmm.exe", "grid", "vaegmm grid", "vaegmm grid"),
        ("train.py", "train", "train.py", "python train.py"),
        ("my code/train.py", "train", "train.py", "python 'my code/train.py'"),
        ("train.py", "push", "python -m vaegmm push", "python -m vaegmm push"),
        ("evaluate.py", "evaluate", "evaluate.py", "python evaluate.py"),
        ("/usr/bin/vaegmm", "", "vaegmm", "vaegmm"),
    ],
)
def test_the_program_is_called_as_the_user_called_it(
    started: str, command: str, name: str, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [started])
    assert (program(command), advise(command)) == (name, advice)


def test_help_errors_and_advice_have_that_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/vaegmm"])
    assert main(["classify"]) == 2
    assert main(["push", "folder", "name"]) == 2
    assert main(["grid", "--scael", "3"]) == 2
    errors = capsys.readouterr().err.splitlines()
    starts = ["vaegmm classify: ", "vaegmm push: ", "vaegmm grid: "]
    assert [line[: len(start)] for line, start in zip(errors, starts, strict=True)] == starts
    assert errors[0].endswith("for example: vaegmm classify digit.png")
    assert errors[2].endswith("unrecognized options: --scael, 3; did you mean --scale INT?")
    with pytest.raises(SystemExit):
        main(["morph", "--help"])
    page = capsys.readouterr().out
    assert page.startswith("usage: vaegmm morph ")
    assert "\n    vaegmm morph 32 41 " in page
    assert main(["--help"]) == 0
    assert "python -m" not in capsys.readouterr().out


def test_the_doors_have_their_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for command in (train, evaluate):
        name = command.__name__.rpartition(".")[2]
        monkeypatch.setattr(sys, "argv", [f"{name}.py"])
        assert command.main(["--dataset", "nothing", "-o", str(tmp_path / "out")]) == 2
        assert capsys.readouterr().err.startswith(f"{name}.py: unknown dataset 'nothing'")


def test_a_command_that_is_none_is_told_what_it_may_have_meant(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["clasify", "a.png"]) == 2
    assert capsys.readouterr().err == (
        "python -m vaegmm: unknown command 'clasify'; did you mean classify?\n"
    )
    assert main(["xyz"]) == 2
    assert capsys.readouterr().err.endswith(f"known are {', '.join(COMMANDS)}\n")
    assert main([""]) == 2
    assert capsys.readouterr().err.startswith("python -m vaegmm: unknown command ''; known are ")
    assert main([]) == 2
    assert capsys.readouterr().err.startswith("usage: python -m vaegmm COMMAND")


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"vaegmm {vaegmm.__version__}\n"


def test_the_page_is_one_screen_and_names_every_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines if line[2:].split(" ")[0] in COMMANDS] == [*COMMANDS]


def test_it_starts_as_a_module_without_torch() -> None:
    code = (
        "import sys; from vaegmm.__main__ import main\n"
        "try: main(['train', '--help'])\nexcept SystemExit: pass\n"
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
