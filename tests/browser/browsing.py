"""The app in a process of its own, and the Chromium that visits it."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Playwright

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoChromiumError(Exception):
    """There is no Chromium here; says how to get one."""


@dataclass(frozen=True)
class Server:
    """A running app: its process, where it is, and its folder for temporary files."""

    process: subprocess.Popen[str]
    url: str
    folder: Path


@contextmanager
def serve_app(*arguments: str) -> Iterator[Server]:
    """Run `python -m app`, with these arguments besides a free port, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "app", "--port", str(port), *arguments]
    with (
        tempfile.TemporaryDirectory() as folder,  # whoever is killed leaves something
        subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": folder, "GRADIO_TEMP_DIR": ""},
            text=True,
            stdout=subprocess.PIPE,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            assert ready == f"Ready on {url} (Ctrl-C ends it)\n", ready
            yield Server(process, url, Path(folder))
        finally:
            process.kill()


def open_chromium(playwright: Playwright) -> Browser:
    """Start a headless Chromium: the system's, else the one that playwright has installed.

    Raises:
        NoChromiumError: neither is there.
    """
    own = playwright.chromium.executable_path
    path = next(filter(None, map(shutil.which, NAMES)), own)
    if not Path(path).exists():
        raise NoChromiumError(
            "no Chromium found; install one, for example: sudo apt-get install chromium "
            "(or: python -m playwright install chromium)"
        )
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    switches = [*SWITCHES, "--no-sandbox"] if is_root else [*SWITCHES]
    return playwright.chromium.launch(executable_path=path, args=switches)
