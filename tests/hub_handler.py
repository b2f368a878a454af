"""How the local hub speaks: the paths, headers and refusals of the real one."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import urllib.parse
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.local_hub import LocalHub, Repository

STORED_APART = ".safetensors"  # ending of files that a redirect leads to
PATIENCE_S = 120  # of a request that is never answered; a test is over long before
KINDS = {"models": "model", "spaces": "space", "datasets": "dataset"}


def describe_file(name: str, content: bytes) -> dict[str, object]:
    """Describe a file as a folder's listing does."""
    oid = hashlib.sha1(content).hexdigest()
    return {"type": "file", "path": name, "size": len(content), "oid": oid}


class HubServer(ThreadingHTTPServer):
    """A thread for each connection, none of which keeps the program from ending."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep still where the client has gone."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class HubHandler(BaseHTTPRequestHandler):
    """Answers for one hub."""

    hub: LocalHub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer whatever is asked."""
        self._answer()

    do_HEAD = do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Keep still."""

    def _answer(self) -> None:
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.hub.note((self.command, path))
        while self.hub.trouble == "hold" and not self.hub.is_over.wait(0.5):
            self.wfile.write(b"HTTP/1.1 102 Processing\r\n\r\n")  # else a client gives up
        if self.hub.trouble == "stall":
            self.hub.is_over.wait(PATIENCE_S)
            self.close_connection = True
        elif self.hub.trouble == "broken":
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "", "The hub is broken")
        elif path.startswith("/api/"):
            self._answer_api(path)
        elif path.startswith("/stored/"):
            self._answer_stored(path)
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
        content = repository.commits[sha][file]
        if file.endswith(STORED_APART):
            return self._redirect(f"/stored/{kind or 'models'}/{name}/{sha}/{file}", content, sha)
        return self._send_file(content, sha)

    def _answer_stored(self, path: str) -> None:
        _, _, kind, owner, name, sha, file = path.split("/", 6)
        repository = self.hub.repositories[f"{KINDS[kind]}:{owner}/{name}"]
        self._send_file(repository.commits[sha][file], sha)

    def _redirect(self, path: str, content: bytes, sha: str) -> None:
        """Say, as the hub does of large files, what is stored elsewhere, and where."""
        self.send_response(HTTPStatus.FOUND)
        self.send_header("Location", f"{self.hub.url}{path}")
        self.send_header("X-Repo-Commit", sha)
        self.send_header("X-Linked-ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Linked-Size", str(len(content)))
        self.send_header("Content-Length", "0")
        self.end_headers()

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
        for own, answer in {
            "/api/whoami-v2": lambda: self._send({"name": "user", "type": "user", "orgs": []}),
            "/api/repos/create": lambda: self._create(json.loads(self.body)),
        }.items():
            if path == own:
                return answer() if self._is_welcome() else None
        if self.hub.reply is not None:
            return self._send_bytes(self.hub.reply)
        if path == "/api/validate-yaml":
            return self._send({"errors": [], "warnings": []})
        match = re.fullmatch(
            r"/api/(models|spaces)/([^/]+/[^/]+)"
            r"(?:/(revision|tree|preupload|commit)/([^/]+))?(?:/.*)?",
            path,
        )
        if match is None:
            return self._refuse(HTTPStatus.NOT_FOUND, "", "No such page")
        kind, name, action, revision = match.groups()
        found = self._find(KINDS[kind], name, revision or "main")
        if found is None or (action in ("preupload", "commit") and not self._is_welcome()):
            return None
        repository, sha = found
        files = repository.commits[sha]
        if action == "commit":
            return self._commit(repository, name if kind == "models" else f"{kind}/{name}")
        if action == "preupload":
            asked = [one["path"] for one in json.loads(self.body)["files"]]
            rule = {"uploadMode": "regular", "shouldIgnore": False}
            return self._send({"files": [{"path": file, **rule} for file in asked]})
        if action == "tree":
            return self._send([describe_file(*one) for one in files.items()])
        siblings = [{"rfilename": file, "size": len(files[file])} for file in files]
        return self._send({"id": name, "sha": sha, "siblings": siblings, "tags": []})

    def _create(self, asked: dict[str, str]) -> None:
        owner = asked.get("organization") or "user"
        name, kind = f"{owner}/{asked['name']}", asked.get("type") or "model"
        url = f"{self.hub.url}/{'' if kind == 'model' else f'{kind}s/'}{name}"
        if f"{kind}:{name}" in self.hub.repositories:
            words = "You already created this repo"
            return self._send({"error": words, "url": url}, HTTPStatus.CONFLICT)
        repository = self.hub.make(f"{kind}:{name}")
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
        self._send_bytes(json.dumps(value).encode(), status)

    def _send_bytes(self, content: bytes, status: HTTPStatus = HTTPStatus.OK) -> None:
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
