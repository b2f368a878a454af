"""A small hub of our own, over HTTP: what huggingface_hub's real client is tested against.

It keeps repositories in memory, and can be told to fail as the real one does.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import threading
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

Trouble = Literal["", "hold", "stall", "stall half way", "cut off", "trickle", "broken"]
PATIENCE_S = 120  # of a request that is never answered; a test is over long before
KINDS = {"models": "model", "spaces": "space", "datasets": "dataset"}


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
        token: what one has to bring to write.
    """

    token = "hf_local"

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.requests: list[tuple[str, str]] = []
        self.trouble: Trouble = ""
        self.is_over = threading.Event()
        hub = self

        class Handler(_Handler):
            pass

        Handler.hub = hub
        self._server = _Server(("127.0.0.1", 0), Handler)
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
        return self.repositories.setdefault(f"model:{name}", Repository()).commit(files, ref)


@contextmanager
def serve_hub() -> Iterator[LocalHub]:
    """Run a hub as long as the block lasts."""
    hub = LocalHub()
    try:
        yield hub
    finally:
        hub.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep still where the client has gone."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    hub: LocalHub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """Keep still."""

    def _answer(self) -> None:
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.hub.note((self.command, path))
        while self.hub.trouble == "hold" and not self.hub.is_over.wait(0.02):
            pass
        if self.hub.trouble == "stall":
            self.hub.is_over.wait(PATIENCE_S)
            self.close_connection = True
        elif self.hub.trouble == "broken":
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "", "The hub is broken")
        elif path.startswith("/api/"):
            self._answer_api(path)
        else:
            self._answer_file(path)

    # ---- Files ----

    def _answer_file(self, path: str) -> None:
        match = re.fullmatch(r"/(?:(spaces|datasets)/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path)
        if match is None:
            return self._refuse(HTTPStatus.NOT_FOUND, "", "No such page")
        kind, name, revision, file = match.groups()
        found = self._find(KINDS[kind or "models"], name, revision)
        if found is None:
            return None
        repository, sha = found
        if repository.is_gated:
            words = f"Access to model {name} is restricted. You must be authenticated to access it."
            return self._refuse(HTTPStatus.FORBIDDEN, "GatedRepo", words)
        if file not in repository.commits[sha]:
            return self._refuse(HTTPStatus.NOT_FOUND, "EntryNotFound", "Entry not found", sha)
        return self._send_file(repository.commits[sha][file], sha)

    def _send_file(self, content: bytes, sha: str) -> None:
        start = 0
        if match := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or ""):
            start = int(match[1])
        self.send_response(HTTPStatus.PARTIAL_CONTENT if start else HTTPStatus.OK)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("ETag", f'"{hashlib.sha1(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", sha)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if self.command == "HEAD":
            return
        half = start + (len(content) - start) // 2
        if self.hub.trouble == "trickle":
            for i in range(start, len(content)):
                self.wfile.write(content[i : i + 1])
                if self.hub.is_over.wait(0.05):
                    break
        elif self.hub.trouble in ("stall half way", "cut off"):
            self.wfile.write(content[start:half])
            self.wfile.flush()
            if self.hub.trouble == "stall half way":
                self.hub.is_over.wait(PATIENCE_S)
        else:
            self.wfile.write(content[start:])
            return
        self.close_connection = True

    # ---- The API ----

    def _answer_api(self, path: str) -> None:
        if path == "/api/whoami-v2":
            return self._is_welcome() and self._send({"name": "user", "type": "user", "orgs": []})
        if path == "/api/validate-yaml":
            return self._send({"errors": [], "warnings": []})
        if path == "/api/repos/create":
            return self._is_welcome() and self._create(json.loads(self.body))
        match = re.fullmatch(
            r"/api/(models|spaces)/([^/]+/[^/]+)"
            r"(?:/(revision|tree|preupload|commit)/([^/]+))?(?:/.*)?",
            path,
        )
        if match is None:
            return self._refuse(HTTPStatus.NOT_FOUND, "", "No such page")
        kind, name, action, revision = match.groups()
        found = self._find(KINDS[kind], name, revision or "main")
        if found is None:
            return None
        repository, sha = found
        if action in ("preupload", "commit") and not self._is_welcome():
            return None
        if action == "preupload":
            asked = json.loads(self.body)["files"]
            rules = [
                {"path": one["path"], "uploadMode": "regular", "shouldIgnore": False}
                for one in asked
            ]
            return self._send({"files": rules})
        if action == "commit":
            return self._commit(repository, name if kind == "models" else f"{kind}/{name}")
        files = repository.commits[sha]
        if action == "tree":
            return self._send(
                [
                    {
                        "type": "file",
                        "path": file,
                        "size": len(content),
                        "oid": hashlib.sha1(content).hexdigest(),
                    }
                    for file, content in files.items()
                ]
            )
        siblings = [{"rfilename": file} for file in files]
        return self._send({"id": name, "sha": sha, "siblings": siblings, "tags": []})

    def _create(self, asked: dict[str, str]) -> None:
        owner = asked.get("organization") or "user"
        name, kind = f"{owner}/{asked['name']}", asked.get("type") or "model"
        url = f"{self.hub.url}/{'' if kind == 'model' else f'{kind}s/'}{name}"
        if f"{kind}:{name}" in self.hub.repositories:
            words = "You already created this repo"
            return self._send({"error": words, "url": url}, HTTPStatus.CONFLICT)
        repository = self.hub.repositories[f"{kind}:{name}"] = Repository()
        repository.commit({".gitattributes": b""}, message="initial commit")
        return self._send({"url": url, "name": name})

    def _commit(self, repository: Repository, name: str) -> None:
        files, message = dict(repository.files), ""
        for line in self.body.decode().splitlines():
            entry = json.loads(line)
            value = entry["value"]
            match entry["key"]:
                case "header":
                    message = value["summary"]
                case "file":
                    assert value["encoding"] == "base64"
                    files[value["path"]] = base64.b64decode(value["content"])
                case "deletedFile":
                    files.pop(value["path"], None)
                case other:
                    raise AssertionError(f"unknown operation {other}")
        sha = repository.commit(files, message=message)
        url = f"{self.hub.url}/{name}/commit/{sha}"
        self._send({"success": True, "commitOid": sha, "commitUrl": url})

    # ---- What all share ----

    def _find(self, kind: str, name: str, revision: str) -> tuple[Repository, str] | None:
        """The repository and the commit that are asked for; else the refusal is sent."""
        repository = self.hub.repositories.get(f"{kind}:{name}")
        if repository is None:
            self._refuse(HTTPStatus.NOT_FOUND, "RepoNotFound", "Repository not found")
            return None
        sha = repository.find(revision)
        if sha is None:
            words = f"Invalid rev id: {revision}"
            self._refuse(HTTPStatus.NOT_FOUND, "RevisionNotFound", words)
            return None
        return repository, sha

    def _is_welcome(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {self.hub.token}":
            return True
        self._refuse(HTTPStatus.UNAUTHORIZED, "", "Invalid username or password.")
        return False

    def _send(self, value: object, status: HTTPStatus = HTTPStatus.OK) -> None:
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _refuse(self, status: HTTPStatus, code: str, words: str, sha: str | None = None) -> None:
        content = json.dumps({"error": words}).encode()
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
            self.send_header("X-Error-Message", words)
        if sha:
            self.send_header("X-Repo-Commit", sha)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
