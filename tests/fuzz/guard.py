"""Where the attack happens and what is watched meanwhile: files, programs, network, memory, time.

Python tells of each file that it opens, of each program that it starts and of each host that it
asks (`sys.addaudithook`); what libraries in C write shows in a listing of the repository.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[2]
LISTED = ("app", "configs", "drawings", "sample", "vaegmm", "weights")
CANARY = "EXECUTED"  # a folder that a payload makes beside temporary files when it is executed
MAX_MEMORY = 6 * 2**30  # bytes of addresses beyond those that the process begins with
HANG_S = 20.0  # after which a case is broken off

CHANGES = {
    "os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink",
    "os.truncate", "shutil.rmtree",
}  # fmt: skip
EXECUTES = {
    "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "pickle.find_class",
    "subprocess.Popen",
}  # fmt: skip
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
LOCAL = ("127.0.0.1", "localhost", "::1")


class Hang(BaseException):
    """A case took too long; no handler of errors shall catch it."""


class Payload:
    """What executes something when it is unpickled: it makes the canary."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (os.path.join(tempfile.gettempdir(), CANARY),)


@dataclass
class Watch:
    """What happened while it was open that must not.

    Attributes:
        sandbox: the folder outside of which nothing may change.
        problems: each in a few words.
        is_open: whether it looks.
    """

    sandbox: Path
    problems: list[str] = field(default_factory=list)
    is_open: bool = False

    def see(self, event: str, args: tuple[object, ...]) -> None:
        """Note what an event of Python's audit tells, if it is forbidden."""
        if event == "open":
            path, _, flags = args
            if isinstance(flags, int) and flags & WRITES:
                self._see_path(event, path)
        elif event in CHANGES:
            if any(isinstance(arg, int) and arg >= 0 for arg in args[-2:]) and "chmod" not in event:
                return  # relative to an open folder, which shutil.rmtree has told of
            for path in args[: 2 if event in ("os.rename", "os.link") else 1]:
                self._see_path(event, path)
        elif event in EXECUTES:
            self.problems.append(f"{event} of {str(args)[:200]}")
        elif event in ("socket.connect", "socket.getaddrinfo"):
            host = args[0] if event == "socket.getaddrinfo" else args[1]
            host = host[0] if isinstance(host, tuple) else host
            if isinstance(host, str) and host not in LOCAL and not host.startswith("/"):
                self.problems.append(f"asks {host}")

    def _see_path(self, event: str, path: object) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        whole = os.path.abspath(os.fsdecode(path))
        is_inside = whole == str(self.sandbox) or whole.startswith(f"{self.sandbox}{os.sep}")
        if not is_inside and not whole.startswith("/dev/") and "__pycache__" not in whole:
            self.problems.append(f"{event} outside of the sandbox: {whole}")

    @contextlib.contextmanager
    def looking(self) -> Iterator[None]:
        """Look while a case is put; break it off when it hangs.

        Raises:
            Hang: it took longer than HANG_S.
        """
        end = now_s() + HANG_S

        def stop(number: int, frame: FrameType | None) -> None:
            if now_s() > end:
                raise Hang(f"broken off after {HANG_S:g} s")

        before = signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, HANG_S, HANG_S / 4)
        self.is_open = True
        try:
            yield
        finally:
            self.is_open = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        canary = self.sandbox / "tmp" / CANARY
        if canary.exists():
            canary.rmdir()
            self.problems.append("a payload was executed")


_watches: list[Watch] = []


def _hear(event: str, args: tuple[object, ...]) -> None:
    for watch in _watches:
        if watch.is_open:
            watch.see(event, args)


@contextlib.contextmanager
def watching(sandbox: Path) -> Iterator[Watch]:
    """Give a watch over a sandbox; at its end it has seen whether the repository changed, too."""
    if not _watches:
        sys.addaudithook(_hear)  # can never be removed, and hears nothing while no watch is open
        _watches.append(Watch(sandbox))
    watch = Watch(sandbox)
    _watches[:] = [watch]
    before = _list_repository()
    yield watch
    changed = dict(before.items() ^ _list_repository().items())
    watch.problems += [f"changed in the repository: {path}" for path in changed]


def _list_repository() -> dict[Path, tuple[int, int]]:
    files = (path for name in LISTED for path in (ROOT / name).rglob("*") if path.is_file())
    stats = {path: path.stat() for path in files if path.suffix != ".pyc"}
    return {path: (stat.st_mtime_ns, stat.st_size) for path, stat in stats.items()}


@contextlib.contextmanager
def entering(sandbox: Path) -> Iterator[None]:
    """Make a folder the working folder, the home and the place of temporary files for a while.

    Memory is bounded meanwhile, so that what asks for enormous amounts fails.
    """
    inner = {name: sandbox / name for name in ("here", "home", "tmp")}
    for folder in inner.values():
        folder.mkdir(parents=True, exist_ok=True)
    new = {"HOME": str(inner["home"]), "TMPDIR": str(inner["tmp"])}
    old, here, temporary = dict(os.environ), Path.cwd(), tempfile.tempdir
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    os.environ.update(new)
    os.chdir(inner["here"])
    tempfile.tempdir = str(inner["tmp"])
    resource.setrlimit(resource.RLIMIT_AS, (_addresses() + MAX_MEMORY, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        tempfile.tempdir = temporary
        os.chdir(here)
        os.environ.clear()
        os.environ.update(old)


def _addresses() -> int:
    """Return the bytes of addresses that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def most_memory() -> int:
    """Return the most memory, in bytes, that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def now_s() -> float:
    """Return a time in seconds that stands still while this thread waits for a processor.

    Of several programs on one machine each would else be slow when the others are busy.
    """
    waited = Path("/proc/thread-self/schedstat").read_text().split()[1]
    return time.perf_counter() - int(waited) / 1e9
