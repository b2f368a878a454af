"""Open the page: `python -m app`.

Arguments and the port are checked before anything heavy is imported, so that a mistake shows at
once. What is served stands in `app.build`, the server's switches in `app.serve`.
"""

import errno
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from vaegmm.cli.parse import parse, run
from vaegmm.hub.weights import DEADLINE_S

PROG = "python -m app"
DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", "7860"


def find_setting(*names: str) -> str:
    """Return the first of these environment variables that is set and not empty, or ""."""
    return next(filter(None, map(os.environ.get, names)), "")


@dataclass(frozen=True)
class AppArguments:
    """Serve the page that reads digits while they are drawn."""

    host: str = field(default_factory=lambda: find_setting("GRADIO_SERVER_NAME") or DEFAULT_HOST)
    """Address to listen on; 0.0.0.0 lets other machines in. GRADIO_SERVER_NAME when not given."""
    port: str = field(
        default_factory=lambda: find_setting("PORT", "GRADIO_SERVER_PORT") or DEFAULT_PORT
    )
    """Port to listen on, 1 to 65535; PORT or GRADIO_SERVER_PORT when not given."""
    weights: tuple[str, ...] = field(
        default_factory=lambda: tuple(find_setting("VAEGMM_WEIGHTS").replace(",", " ").split())
    )
    """Model folders, and repositories of the Hugging Face hub as user/name[@revision]; those in the
    environment variable VAEGMM_WEIGHTS when not given, else the embedded models. Visitors choose
    between several. The page does not wait for the hub."""
    deadline: float = DEADLINE_S
    """Seconds that fetching a repository may take, in the background."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: serve(parse(AppArguments, argv, PROG)), PROG)


def serve(arguments: AppArguments) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Raises:
        ValueError: a port that is no port or is taken, a host that is not here, or no model in the
            folder of the weights.
    """
    port = read_port(arguments.port)
    check_address(arguments.host, port)
    # Read when gradio and torch are imported. One picture is too little work to share between
    # cores: visitors share them instead.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # What the hub's client would write between our own lines.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")
    # A few megabytes need no second protocol, which knows no deadline.
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
    # What is sent and made lies in a folder that goes when the program does.
    folder = tempfile.TemporaryDirectory(prefix="vaegmm-")
    os.environ.setdefault("GRADIO_TEMP_DIR", folder.name)
    from app.build import load_app
    from app.serve import launch, replace
    from app.supply import Supply

    supply = Supply(arguments.weights, arguments.deadline)
    page = supply.open(lambda: load_app(supply))
    launch(page, arguments.host, port)
    shown = "127.0.0.1" if arguments.host == "0.0.0.0" else arguments.host
    shown = f"[{shown}]" if ":" in shown else shown
    print(f"Ready on http://{shown}:{port} (Ctrl-C ends it)", flush=True)
    supply.start(lambda: replace(page, load_app(supply)))
    wait_for_signal()
    page.close(verbose=False)
    folder.cleanup()


def read_port(text: str) -> int:
    """Read a port number.

    Raises:
        ValueError: it is not a whole number from 1 to 65535.
    """
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise ValueError(
            f"port must be a whole number from 1 to 65535, got {text!r}; "
            f"give another with PORT={DEFAULT_PORT} make app, or --port {DEFAULT_PORT}"
        )
    return int(text)


def check_address(host: str, port: int) -> None:
    """Check that the program may listen there.

    Raises:
        ValueError: another program has the port, or the host is not an address of this machine.
    """
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            if os.name == "posix":  # elsewhere this would let two programs share the port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ValueError(
                f"port {port} is taken by another program; take the next with "
                f"PORT={port + 1} make app, or --port {port + 1}"
            ) from error
        raise ValueError(
            f"cannot listen on {host}:{port} ({error.strerror}); choose another --host or --port"
        ) from error


def wait_for_signal() -> None:
    """Sleep until Ctrl-C or SIGTERM."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()


if __name__ == "__main__":
    sys.exit(main())
