"""Where a model's files lie on this machine; those of a repository are fetched first.

The hub's own client keeps what it fetches in its cache. Here it is made to end within a deadline.
"""

from __future__ import annotations

import json
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from vaegmm.files import readable_name
from vaegmm.hub.errors import HubError, HubWarning, explaining, hub_host
from vaegmm.hub.repository import COMMIT, EMBEDDED, Repository, parse_weights

CONFIG, TENSORS = "config.json", "model.safetensors"
EXTRAS = ("map.safetensors", "history.json", "refine.json")  # the page shows them, where they are
DEADLINE_S = 60.0
FIRST_ANSWER_S = 10.0
LARGEST = 10**9  # bytes of one file

T = TypeVar("T")


@dataclass(frozen=True)
class Weights:
    """A model's files.

    Attributes:
        folder: where they are.
        name: the folder's own name, or the repository's without its owner.
        title: the folder's own name, or the repository's with its owner and revision.
        origin: where they came from, in words; no path of this machine.
    """

    folder: Path
    name: str
    title: str
    origin: str


def find_weights(
    weights: str | Path | None = None, revision: str | None = None, deadline_s: float = DEADLINE_S
) -> Weights:
    """Return a model's files, fetched from the hub where they are in a repository.

    Where the hub fails for the moment, what was fetched earlier serves, with a warning.

    Args:
        weights: folder, repository, or None for the embedded ten digits; see `parse_weights`.
        revision: of a repository.
        deadline_s: seconds that fetching may take.

    Raises:
        HubError: they cannot be fetched.
        ValueError: see `parse_weights` and `describe_folder`.
    """
    found = parse_weights(weights, revision)
    if isinstance(found, Path):
        return describe_folder(found)
    cached = find_cached(found)
    if cached is not None and (found.is_pinned or is_offline()):
        return cached
    try:
        return fetch(found, deadline_s)
    except HubError as error:
        if cached is None or not error.is_temporary:
            raise HubError(f"{error} (nor is there a folder {weights} here)") from error
        warnings.warn(f"{error}; what was fetched earlier is used", HubWarning, stacklevel=2)
        return cached


def describe_folder(folder: Path) -> Weights:
    """Describe a folder; whether a model is in it shows when it is read.

    Raises:
        ValueError: it is an embedded model's, and the program was installed without those.
    """
    is_embedded = folder.resolve() in EMBEDDED
    if is_embedded and not folder.exists():
        raise ValueError(
            f"the embedded model {folder.name!r} is not here, since the program was installed "
            "without weights; give a folder (a clone of the program has weights/digits), or a "
            "repository of the hub such as user/name"
        )
    name = readable_name(folder.resolve())
    origin = "embedded in the program" if is_embedded else "a folder on this machine"
    return Weights(folder, name, name, origin)


def is_offline() -> bool:
    """Whether the hub's client was told, by HF_HUB_OFFLINE, to ask nobody."""
    from huggingface_hub import is_offline_mode

    return bool(is_offline_mode())


def find_cached(repository: Repository) -> Weights | None:
    """Return what was fetched earlier of a repository, if it is whole; asks nobody."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    with explaining(str(repository)):
        try:
            paths = [
                hf_hub_download(
                    repository.id, name, revision=repository.revision, local_files_only=True
                )
                for name in (CONFIG, TENSORS)
            ]
        except LocalEntryNotFoundError:
            return None
    return _describe(repository, Path(paths[0]).parent)


def fetch(repository: Repository, deadline_s: float = DEADLINE_S) -> Weights:
    """Bring a repository's files into the cache, in the state that it has now.

    Raises:
        HubError: they are not all here in time, or are no model of this program.
    """
    with explaining(str(repository)):
        folder = _within(deadline_s, repository, lambda: _fetch(repository))
    return _describe(repository, folder)


def _fetch(repository: Repository) -> Path:
    """Fetch file by file: the client's threads for many at once would outlive the deadline."""
    from huggingface_hub import hf_hub_download

    commit, sizes = _ask(repository)
    for name in (CONFIG, TENSORS):
        if name not in sizes:
            raise HubError(f"{repository}: it holds no {name}, so it is no model of this program")
    wanted = [name for name in (TENSORS, *EXTRAS) if name in sizes]
    for name in (CONFIG, *wanted):
        if sizes[name] > LARGEST:
            raise HubError(f"{repository}: {name} is larger than {LARGEST:,} bytes")
    path = Path(hf_hub_download(repository.id, CONFIG, revision=commit))
    _check_config(repository, path)  # before megabytes of something else
    for name in wanted:
        hf_hub_download(repository.id, name, revision=commit)
    if not repository.is_pinned:
        # Only now is this what the branch stands for, where nobody can be asked.
        hf_hub_download(repository.id, CONFIG, revision=repository.revision)
    return path.parent


def _ask(repository: Repository) -> tuple[str, dict[str, int]]:
    """Ask for the commit that a repository is at, and for its files and their bytes.

    The question is not repeated: a hub that is away is known at once, not after 23 seconds.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError

    try:
        info = HfApi().model_info(
            repository.id,
            revision=repository.revision,
            timeout=FIRST_ANSWER_S,
            files_metadata=True,
        )
        sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
        if info.sha is None or COMMIT.fullmatch(info.sha) is None:
            raise ValueError(f"the commit is {info.sha!r}")
    except HFValidationError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # a hotel's network, say
        words = f"{hub_host()} does not answer as a hub does"
        raise HubError(f"{repository}: {words}", is_temporary=True) from error
    return info.sha, sizes


def _check_config(repository: Repository, path: Path) -> None:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or "format_version" not in values:
        raise HubError(
            f"{repository}: its {CONFIG} has no format_version, so it is no model of this program"
        )


def _describe(repository: Repository, folder: Path) -> Weights:
    origin = f"from {hub_host()}, commit {folder.name[:7]}"
    return Weights(folder, repository.id.partition("/")[2], repository.title, origin)


def _within(deadline_s: float, repository: Repository, work: Callable[[], T]) -> T:
    """Do what may hang. After the deadline it is left alone, and keeps no program from ending.

    Raises:
        HubError: it is not done by then.
    """
    done: list[T] = []
    failed: list[Exception] = []

    def do() -> None:
        try:
            done.append(work())
        except Exception as error:  # raised again below, where it is waited for
            failed.append(error)

    thread = threading.Thread(target=do, name="hub", daemon=True)
    thread.start()
    thread.join(deadline_s)
    if failed:
        raise failed[0]
    if not done:
        words = f"{hub_host()} took more than {deadline_s:g} seconds"
        raise HubError(f"{repository}: {words}", is_temporary=True)
    return done[0]
