"""Whether memory and temporary files stay where they were, over many requests."""

from __future__ import annotations

import io
import os
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from gradio_client import Client as Program
from gradio_client import handle_file
from PIL import Image

from benchmarks.load.questions import Client, make_questions
from tests.browser.browsing import Server, serve_app

N_WARM_UP = 500  # requests, after which memory is looked at first
N_VISITORS = 100
FILES = 20  # that programs send and get
END_S = 30


@dataclass(frozen=True)
class Memory:
    """What a server held.

    Attributes:
        before: MiB, after `N_WARM_UP` requests.
        after: MiB, after all.
        most: MiB, at any time.
        n_failed: requests that were not answered as they should.
        n_files: temporary files while it ran; programs had sent and got some.
        n_left: temporary files once it had ended.
    """

    before: float
    after: float
    most: float
    n_failed: int
    n_files: int
    n_left: int

    @property
    def growth(self) -> float:
        """Of memory, as a share."""
        return self.after / self.before - 1


def watch_memory(n_requests: int) -> Memory:
    """Ask an app of its own many questions of all kinds; look at its memory and files.

    Raises:
        ValueError: this system does not tell the memory of another process.
    """
    with mock.patch.dict(os.environ, {"OMP_NUM_THREADS": "1"}), serve_app() as server:
        kinds = [make_questions(server.url, f"visitor-{i}").mix() for i in range(N_VISITORS)]
        client, n_failed = Client(server.url), 0
        before = 0.0
        for i in range(N_WARM_UP + n_requests):
            if i == N_WARM_UP:
                before = read_memory(server, "VmRSS")
            n_failed += not client.ask(next(kinds[i % N_VISITORS])).is_good
        after = read_memory(server, "VmRSS")
        client.close()
        use_as_program(server.url)
        n_files = count_files(server.folder)
        most = read_memory(server, "VmHWM")
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(END_S)
        return Memory(before, after, most, n_failed, n_files, count_files(server.folder))


def use_as_program(url: str) -> None:
    """Send pictures to the endpoints for programs, and get files from them."""
    program = Program(url, verbose=False, download_files=False)
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "digit.png"
        for i in range(FILES):
            content = io.BytesIO()
            Image.new("L", (40, 40), 255 - i).save(content, "PNG")  # no two files are the same
            picture.write_bytes(content.getvalue() + bytes(i))
            program.submit(handle_file(picture), api_name="/classify").exception()
            program.predict([], 10, seed=i, api_name="/generate")
    program.close()


def count_files(folder: Path) -> int:
    """Count what lies in a folder and below."""
    return sum(path.is_file() for path in folder.rglob("*"))


def read_memory(server: Server, name: str) -> float:
    """Return what a process holds of memory in MiB: VmRSS now, or VmHWM at most.

    Raises:
        ValueError: this system has no /proc.
    """
    try:
        text = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ValueError("memory can be read on Linux only; leave out memory") from error
    line = next(line for line in text.splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024
