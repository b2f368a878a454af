"""The program on a Space: what is uploaded, what is removed, and what is said when it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.upload_space import ROOT, find_files
from tests.local_hub import LocalHub, serve_hub


@pytest.fixture
def hub() -> Iterator[LocalHub]:
    with serve_hub() as hub:
        yield hub


def upload(
    home: Path, endpoint: str, *arguments: str, token: str = LocalHub.token
) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does, with a hub and a home folder of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    environment |= {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "NO_PROXY": "127.0.0.1"}
    if token:
        environment["HF_TOKEN"] = token
    command = [sys.executable, "-m", "scripts.upload_space", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True)


def test_a_space_is_made_and_holds_what_the_page_needs(hub: LocalHub, tmp_path: Path) -> None:
    run = upload(tmp_path, hub.url, "user/digits")
    assert (run.returncode, run.stderr) == (0, "")
    files = hub.repositories["space:user/digits"].files
    assert {*files} == {*find_files(ROOT), ".gitattributes"}
    assert files["space.py"] == (ROOT / "space.py").read_bytes()
    weights = "weights/digits/model.safetensors"
    assert files[weights] == (ROOT / weights).read_bytes()
    assert run.stdout == (
        f"{len(files) - 1} files are at {hub.url}/spaces/user/digits, 0 were removed; "
        "the Space builds itself\n"
    )


def test_what_is_no_longer_here_is_removed_from_the_space(hub: LocalHub, tmp_path: Path) -> None:
    upload(tmp_path, hub.url, "user/digits")
    space = hub.repositories["space:user/digits"]
    space.commit({**space.files, "app/old.py": b"", "app.py": b"", "README.md": b"another"})
    run = upload(tmp_path, hub.url, "user/digits")
    assert ", 2 were removed; " in run.stdout
    assert {*space.files} == {*find_files(ROOT), ".gitattributes"}
    assert space.files["README.md"] == (ROOT / "README.md").read_bytes()


def test_nothing_but_the_page_is_uploaded() -> None:
    files = find_files(ROOT)
    tops = {Path(file).parts[0] for file in files}
    assert tops == {
        *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"),
        *("requirements.txt", "space.py"),
        *("app", "vaegmm", "docs", "sample", "weights"),
    }
    assert not [file for file in files if "__pycache__" in file or "/." in file]
    assert all((ROOT / file).stat().st_size < 10_000_000 for file in files)


def test_somebody_s_own_weights_and_hidden_files_stay_at_home(tmp_path: Path) -> None:
    for name in (
        "app/__init__.py",
        "app/.secret",
        "app/__pycache__/one.pyc",
        "weights/mine/model.safetensors",
        "weights/em/points.safetensors",
        ".env",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert find_files(tmp_path) == ["app/__init__.py", "weights/em/points.safetensors"]


@pytest.mark.parametrize(
    ("name", "token", "said"),
    [
        ("user/digits", "", "{host}; log in with 'hf auth login' or set HF_TOKEN"),
        ("user/digits", "hf_wrong", "log in with 'hf auth login' or set HF_TOKEN"),
        ("digits", LocalHub.token, "must be named user/name, got 'digits'"),
        ("user/a b", LocalHub.token, "must be named user/name, got 'user/a b'"),
    ],
)
def test_what_a_person_can_mend_is_one_line(
    hub: LocalHub, tmp_path: Path, name: str, token: str, said: str
) -> None:
    run = upload(tmp_path, hub.url, name, token=token)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("python -m scripts.upload_space: ")
    assert run.stderr.endswith(said.format(host=hub.url.removeprefix("http://")) + "\n")
    assert run.stderr.count("\n") == 1
    assert not hub.repositories


def test_a_hub_that_cannot_be_reached_or_is_broken_is_one_line(
    hub: LocalHub, tmp_path: Path
) -> None:
    hub.trouble = "broken"
    run = upload(tmp_path, hub.url, "user/digits")
    assert (run.returncode, run.stderr.count("\n")) == (2, 1)
    assert "answered 500" in run.stderr
    run = upload(tmp_path, "http://127.0.0.1:9", "user/digits")
    assert (run.returncode, run.stderr) == (
        2,
        "python -m scripts.upload_space: user/digits: 127.0.0.1:9 cannot be reached\n",
    )
