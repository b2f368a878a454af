"""The repository as a Hugging Face Space: its card, its size, and the page as a Space starts it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from huggingface_hub import metadata_load
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from scripts.upload_space import find_files
from tests.browser.asking import ask, find_functions, make_drawing
from tests.browser.browsing import ROOT, open_chromium
from tests.browser.strokes import EIGHT
from tests.browser.visit import Visit
from vaegmm.data.datasets import LabelledImages

COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
LARGEST_FILE = 10_000_000  # bytes; what is larger, the hub refuses in a plain git push
COLD_START_S, MEMORY_B = 12, 1_000_000_000
N_STARTS = 3


@pytest.fixture
def card() -> dict[str, object]:
    """The first lines of the README."""
    found = metadata_load(ROOT / "README.md")
    assert found is not None
    return found


# ---- The card ----


def test_the_card_is_one_that_the_hub_takes(card: dict[str, object]) -> None:
    assert card["sdk"] == "gradio"
    assert {card["colorFrom"], card["colorTo"]} <= COLOURS
    assert isinstance(emoji := card["emoji"], str)
    assert len(emoji) == 1
    assert 0x1F300 <= ord(emoji) <= 0x1FAFF  # pictures, and neither letters nor signs
    assert 0 < len(str(card["short_description"])) <= 60
    assert all(str(name).count("/") == 1 for name in card["models"])
    assert card["pinned"] is False


def test_what_the_card_starts_is_there(card: dict[str, object]) -> None:
    assert card["app_file"] == "space.py"
    assert card["app_file"] in find_files(ROOT)


def test_card_and_requirements_ask_for_the_same(card: dict[str, object]) -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    wanted = {(one := Requirement(line)).name: one for line in lines if line[:1] not in "#"}
    assert str(card["sdk_version"]) in wanted["gradio"].specifier
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert card["python_version"] in SpecifierSet(project["requires-python"])
    assert isinstance(card["python_version"], str)  # 3.10 would be read as 3.1
    assert str(card["license"]).upper() == project["license"]


def test_no_file_of_the_repository_is_larger_than_the_hub_takes() -> None:
    listed = (
        subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
        if (ROOT / ".git").exists() and shutil.which("git")
        else None
    )
    names = listed.stdout.split("\0")[:-1] if listed else find_files(ROOT)
    assert "README.md" in names
    files = [path for path in (ROOT / name for name in names) if path.exists()]
    assert [path.name for path in files if path.stat().st_size > LARGEST_FILE] == []


def test_importing_the_door_does_nothing() -> None:
    code = "import sys, space\nsys.exit('gradio' in sys.modules or 'torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=60)


def test_a_mistake_is_one_line(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GRADIO_SERVER_PORT": "many"}
    command = [sys.executable, "space.py"]
    run = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True)
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert "port must be a whole number" in run.stderr


# ---- From nothing, as a Space does it ----


@dataclass(frozen=True)
class Start:
    """A page that was started from nothing.

    Attributes:
        seconds: from the start of the process to the first digit that is read.
        memory: bytes, the most that the process has taken so far.
    """

    seconds: float
    memory: int


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with what is uploaded, and beside it an environment of requirements.txt alone."""
    folder = tmp_path_factory.mktemp("space")
    for name in find_files(ROOT):
        (folder / "repository" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / "repository" / name)
    (folder / "home").mkdir()
    try:
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        pip = [folder / "venv/bin/python", "-m", "pip", "install", "--quiet"]
        pip += ["--disable-pip-version-check", "-r", folder / "repository/requirements.txt"]
        subprocess.run(pip, check=True)
        yield folder
    finally:
        shutil.rmtree(folder)  # six gigabytes


@contextmanager
def started(space: Path, drawing: str) -> Iterator[tuple[str, int, float]]:
    """Start the page as a Space does; give its address, its process, and the seconds it took."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {"PATH": os.environ["PATH"], "HOME": str(space / "home")}
    environment |= {"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": str(port)}
    command = [space / "venv/bin/python", "space.py"]
    begun = time.perf_counter()
    with subprocess.Popen(
        command, cwd=space / "repository", env=environment, stdout=subprocess.DEVNULL
    ) as process:
        try:
            while (answer := try_to_ask(url, drawing)) is None:
                assert process.poll() is None, "space.py has ended"
                time.sleep(0.05)
            seconds = time.perf_counter() - begun
            assert json.loads(answer)["label"] == 8
            yield url, process.pid, seconds
        finally:
            process.kill()


def try_to_ask(url: str, drawing: str) -> bytes | None:
    """Ask what a drawing is; None while nobody listens."""
    try:
        return ask(url, find_functions(url)["read_drawing"], "read_drawing", [drawing, "0-9"])
    except urllib.error.URLError:
        return None


def read_peak_memory(process: int) -> int:
    """Return the most memory that a process has taken so far, in bytes."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def draw_and_look_around(browser: Browser, url: str) -> None:
    """Draw a digit, and open every tab."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    here = Visit(context.new_page(), url)
    here.draw(EIGHT)
    here.expect_reading(8)
    for name in ("muddle", "morph", "generate", "explore"):
        here.page.get_by_role("tab", name=name.title()).click()
        here.page.locator(f".{name}[data-state=shown]").wait_for(timeout=60_000)
    here.page.get_by_role("tab", name="Model").click()
    here.page.locator(".about[data-state=shown]").wait_for(timeout=60_000)
    assert here.errors == []
    assert here.foreign_requests == []
    context.close()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_space_answers_soon_and_takes_little_memory(
    space: Path, sample: LabelledImages, capsys: pytest.CaptureFixture[str]
) -> None:
    eight = int((sample.labels == 8).nonzero()[0])
    drawing = make_drawing(Image.fromarray(sample.images[eight].numpy()))
    starts = []
    for _ in range(N_STARTS):
        with started(space, drawing) as (url, process, seconds):
            with sync_playwright() as playwright, open_chromium(playwright) as browser:
                draw_and_look_around(browser, url)
            starts.append(Start(seconds, read_peak_memory(process)))
    seconds = statistics.median(start.seconds for start in starts)
    memory = max(start.memory for start in starts)
    with capsys.disabled():
        times = ", ".join(f"{start.seconds:.1f}" for start in starts)
        print(f"\nfirst answer after {times} s; peak memory {memory / 1e6:.0f} MB")
    assert seconds <= COLD_START_S
    assert memory <= MEMORY_B
