"""A small hub of our own, over HTTP: what huggingface_hub's real client is tested against.

It keeps repositories in memory, and can be told to fail as the real one does.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.hub_handler import HubHandler, HubServer

Trouble = Literal["", "hold", "stall", "stall half way", "cut off", "trickle", "broken"]


@dataclass
class Repository:
    """Commits by their hash, each with all its files, and names for some of them."""

    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    is_gated: bool = False
    messages: list[str] = field(default_factory=list)

    def commit(self, files: Mapping[str, bytes], ref: str = "main", message: str = "") -> str:
        """Take these files, and no others, as the newest state; return its hash."""
        names = json.dumps(
            [len(self.commits), *((k, hashlib.sha1(v).hexdigest()) for k, v in files.items())]
        )
        sha = hashlib.sha1(names.encode()).hexdigest()
        self.commits[sha] = dict(files)
        self.refs[ref] = sha
        self.messages.append(message)
        return sha

    def find(self, revision: str) -> str | None:
        """The hash that a branch, a tag or a hash stands for."""
        return revision if revision in self.commits else self.refs.get(revision)

    @property
    def files(self) -> dict[str, bytes]:
        """What lies on the branch "main"."""
        return self.commits[self.refs["main"]]


class LocalHub:
    """The hub: its repositories, what it was asked, and what it fails at.

    Attributes:
        repositories: by "model:user/name" or "space:user/name".
        requests: method and path of each request that came in.
        trouble: how files fail, once they are asked for; "hold" (until there is none), "stall" and
            "broken" concern everything.
        reply: what every question to the API is answered with, where it is given.
        token: what one has to bring to write.
    """

    token = "hf_local"

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.requests: list[tuple[str, str]] = []
        self.trouble: Trouble = ""
        self.reply: bytes | None = None
        self.is_over = threading.Event()
        handler = type("Handler", (HubHandler,), {"hub": self})
        self._server = HubServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop listening; whoever waits for an answer is let go."""
        self.is_over.set()
        self._server.shutdown()
        self._server.server_close()

    def note(self, request: tuple[str, str]) -> None:
        """Keep what was asked; tests of what goes wrong half way replace it."""
        self.requests.append(request)

    def reset(self) -> None:
        """Forget everything; whoever waits for an answer is let go."""
        self.is_over.set()
        self.is_over = threading.Event()
        self.repositories.clear()
        self.requests.clear()
        self.trouble = ""

    def add(self, name: str, folder: Path | Mapping[str, bytes], ref: str = "main") -> str:
        """Put a folder's files into a model repository; return the commit's hash."""
        files = (
            folder
            if isinstance(folder, Mapping)
            else {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        )
        repository = self.repositories.get(f"model:{name}") or self.make(f"model:{name}")
        return repository.commit(files, ref)

    def make(self, name: str) -> Repository:
        """Make an empty repository, "model:user/name" or "space:user/name"."""
        repository = self.repositories[name] = Repository()
        return repository


@contextmanager
def serve_hub() -> Iterator[LocalHub]:
    """Run a hub as long as the block lasts."""
    hub = LocalHub()
    try:
        yield hub
    finally:
        hub.close()
