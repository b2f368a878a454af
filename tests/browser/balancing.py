"""A balancer that gives every request to the next process in turn, whoever asks."""

from __future__ import annotations

import http.client
import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PIECE = 1 << 16
OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True)
class Balancer:
    """A running balancer.

    Attributes:
        url: where it is.
        asked: for each process, in order, the paths that it was asked for.
    """

    url: str
    asked: Sequence[list[str]]


@contextmanager
def balance(urls: Sequence[str]) -> Iterator[Balancer]:
    """Share requests between the processes at these addresses until the block ends."""
    asked: list[list[str]] = [[] for _ in urls]
    turns = itertools.cycle(range(len(urls)))
    turn = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with turn:
                which = next(turns)
            asked[which].append(self.path)
            self.pass_on(urlsplit(urls[which]).netloc)

        do_POST = do_HEAD = do_GET

        def pass_on(self, netloc: str) -> None:
            """Ask a process, and hand its answer on piece by piece, as it comes."""
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            upstream = http.client.HTTPConnection(netloc, timeout=60)
            # The visitor's own Host: the page finds its way back by it.
            upstream.request(self.command, self.path, body or None, dict(self.headers))
            answer = upstream.getresponse()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in OF_ONE_CONNECTION:
                    self.send_header(name, value)
            self.end_headers()
            try:
                while piece := answer.read1(PIECE):
                    self.wfile.write(piece)
            except (ConnectionError, http.client.IncompleteRead):  # one of the two has left
                pass
            finally:
                upstream.close()

        def log_message(self, format: str, *args: object) -> None:
            """Keep still."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield Balancer(f"http://127.0.0.1:{server.server_address[1]}", asked)
    finally:
        server.shutdown()
        server.server_close()
