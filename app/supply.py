"""The weights that the operator asked for: what is here of them, and what is still on its way.

A page starts with what is here. Repositories of the hub are asked in the background, each by itself
and within a deadline; what arrives is shown in place of what there was, and what fails is said in a
line. Visitors choose among what is here, and name nothing themselves.
"""

import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from app.shared.answers import Answer
from vaegmm.cli.parse import say
from vaegmm.files import readable_name
from vaegmm.hub.errors import HubError, hub_host
from vaegmm.hub.repository import EMBEDDED, Repository, parse_weights
from vaegmm.hub.weights import DEADLINE_S, Weights, describe_folder, fetch, find_cached, is_offline
from vaegmm.model import VAEGMM

RETRY_S = 300.0  # after a failure that may pass
LONGEST_S = 86_400

# What a stranger's files may lead to: a tensor may ask for more memory than there is.
FAILURES = (ValueError, OSError, RuntimeError, MemoryError)

Loaded = dict[Weights, VAEGMM]
Page = TypeVar("Page")


class Supply:
    """What one process of the page runs on.

    Args:
        wanted: folders and repositories, "user/name" or "user/name@revision"; none given are the
            embedded models.
        deadline_s: seconds that fetching one repository may take.
        retry_s: seconds after which a repository that failed for the moment is asked again.

    Raises:
        ValueError: what is wanted cannot be read as folders and repositories, a folder holds no
            model, or the deadline is none.
    """

    def __init__(
        self,
        wanted: Sequence[str] = (),
        deadline_s: float = DEADLINE_S,
        retry_s: float = RETRY_S,
    ) -> None:
        if not 0 < deadline_s <= LONGEST_S:
            raise ValueError(
                f"deadline must be above 0 and at most {LONGEST_S} seconds, got {deadline_s:g}"
            )
        self._deadline_s, self._retry_s = deadline_s, retry_s
        # Twice the same would be one model under two names.
        self._wanted = tuple(dict.fromkeys(map(parse_weights, wanted)))
        self._here: dict[Path | Repository, tuple[Weights, VAEGMM]] = {}
        self._words: dict[Repository, str] = {}
        self._pending: set[Repository] = set()
        for source in self._wanted:
            if isinstance(source, Repository):
                self._begin(source)
            else:
                self._here[source] = _load(describe_folder(source))
        self._shown = self.state

    def _begin(self, repository: Repository) -> None:
        """Take what the cache has; of a commit that is all there will ever be."""
        cached = None
        try:
            cached = find_cached(repository)
            if cached is not None:
                self._here[repository] = _load(cached)
        except FAILURES as error:
            self._fail(repository, error, cached)
            cached = None
        if cached is None or not (repository.is_pinned or is_offline()):
            self._pending.add(repository)
            doing = "is being fetched from" if cached is None else "is compared with"
            self._words[repository] = f"{repository} {doing} {hub_host()}."

    def open(self, build: Callable[[], Page]) -> Page:
        """Build the first page.

        What the cache has, but no page can be made of, is left to be fetched again and looked at
        one by one.

        Raises:
            ValueError: no page can be made of the operator's folders.
        """
        try:
            return build()
        except ValueError as error:
            cached = [source for source in self._here if isinstance(source, Repository)]
            if not cached:
                raise
            for repository in cached:
                weights, _ = self._here.pop(repository)
                self._fail(repository, error, weights)
                print(self._words[repository], file=sys.stderr, flush=True)
            self._pending.update(cached)
            self._shown = self.state
        return build()

    @property
    def here(self) -> Loaded:
        """The models that a page may show, in the operator's order; never none."""
        found = [self._here[source] for source in self._wanted if source in self._here]
        return dict(found or self._embedded)

    @cached_property
    def _embedded(self) -> list[tuple[Weights, VAEGMM]]:
        return [_load(describe_folder(folder)) for folder in EMBEDDED]

    @property
    def state(self) -> list[str]:
        """What tells the page of these models from one of others; the same in every process."""
        return [f"{weights.title} {readable_name(weights.folder)}" for weights in self.here]

    def describe(self) -> Answer:
        """The JSON that the Model tab shows of what is on its way, or went wrong on it.

        `shown` is the `state` of the page that whoever comes now is given.
        """
        words = dict(self._words)  # what is on its way changes them meanwhile
        return {
            "words": [words[one] for one in self._wanted if one in words],
            "isPending": bool(self._pending),
            "shown": self._shown,
        }

    def start(self, show: Callable[[], None]) -> None:
        """Begin to fetch, in the background.

        Args:
            show: called when `here` has changed; what it refuses is not shown.
        """
        if self._pending:
            threading.Thread(target=self._keep_asking, args=(show,), daemon=True).start()

    def _keep_asking(self, show: Callable[[], None]) -> None:
        while asked := list(self._pending):
            answers: queue.Queue[tuple[Repository, Weights | HubError, float]] = queue.Queue()
            for repository in asked:
                threading.Thread(target=self._ask, args=(repository, answers), daemon=True).start()
            again = set()
            for _ in asked:
                repository, outcome, seconds = answers.get()
                self._take(repository, outcome, seconds, show)
                if isinstance(outcome, HubError) and outcome.is_temporary:
                    again.add(repository)
            if again:
                time.sleep(self._retry_s)
            self._pending |= again

    def _ask(
        self,
        repository: Repository,
        answers: queue.Queue[tuple[Repository, Weights | HubError, float]],
    ) -> None:
        """Ask for a repository; one that hangs keeps no other waiting."""
        begun = time.monotonic()
        outcome: Weights | HubError = HubError(f"{repository}: a fault of the program's")
        try:
            outcome = fetch(repository, self._deadline_s)
        except HubError as error:
            outcome = error
        finally:  # whatever it was, the others are waited for no longer than that
            answers.put((repository, outcome, time.monotonic() - begun))

    def _take(
        self,
        repository: Repository,
        outcome: Weights | HubError,
        seconds: float,
        show: Callable[[], None],
    ) -> None:
        """Take what has arrived and show it, or say why there is nothing."""
        before = dict(self._here)
        here = self._here.get(repository)
        try:
            if isinstance(outcome, HubError):
                raise outcome
            if here is None or here[0].folder != outcome.folder:
                self._words[repository] = f"{repository} has arrived, and its page is being made."
                self._here[repository] = _load(outcome)
                show()
                self._shown = self.state
            self._words.pop(repository, None)
            say(f"{outcome.title}, {outcome.origin}, after {seconds:.1f} s")
        except FAILURES as error:
            self._here = before
            self._fail(repository, error, outcome if isinstance(outcome, Weights) else None)
            print(f"{self._words[repository]} ({seconds:.1f} s)", file=sys.stderr, flush=True)
        finally:
            self._pending.discard(repository)

    def _fail(self, repository: Repository, error: Exception, weights: Weights | None) -> None:
        """Say what is wrong, in one line, and what serves instead."""
        words = next(iter(str(error).splitlines()), type(error).__name__).removesuffix(".")
        if weights is not None:  # where the cache is stays among us
            words = words.replace(f"{weights.folder}{os.sep}", "")
            words = words.replace(str(weights.folder), weights.title)
        if not words.startswith(f"{repository}: "):
            words = f"{repository}: {words}"
        if repository in self._here:
            instead = "It is used as it was fetched earlier"
        elif self._here:
            instead = "The page runs without it"
        else:
            instead = "The embedded models serve instead"
        self._words[repository] = f"{words}. {instead}."


def _load(weights: Weights) -> tuple[Weights, VAEGMM]:
    """Load a model.

    Raises:
        ValueError: there is none.
    """
    return weights, VAEGMM.from_pretrained(weights.folder)
