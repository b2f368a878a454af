"""An attack on one entry: what is put in, what comes back, and whether all is as it must be.

An entry is whatever takes something from a person. It may take it or refuse it in one clear
sentence; anything else is a failure: another error, a hang, a file changed outside of the sandbox,
something executed, much memory asked for.
"""

from __future__ import annotations

import random
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.guard import ROOT, Hang, most_memory, now_s, watching

LIMIT_S = 2.0
MAX_GROWTH = 1500 * 2**20  # bytes that one case may add to the most memory so far
MAX_LINES, MAX_SIGNS = 3, 1000
N_WARM = 2  # cases that are not timed: what is imported and loaded once
PYTHON_TALK = (
    "Traceback", 'File "', "NoneType", "has no attribute", "object is not", "unhashable",
    "out of range(", "index out of", "positional argument", "<class ", "not supported between",
    "keyword argument", "object at 0x",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One input.

    Attributes:
        content: what goes in.
        is_mutant: whether it is a valid thing of which something was changed, not mere noise.
        what: its kind in few words.
    """

    content: object
    is_mutant: bool
    what: str


@dataclass(frozen=True)
class Entry:
    """Something that takes what people give.

    Attributes:
        name: in the table.
        make: draws an input.
        put: hands it to the real entry; returns the refusal as the person sees it, None when it is
            taken. An error that the entry's documentation does not promise has to come through.
        weight: share of the inputs, against other entries.
        is_page: whether the refusal is shown on the page: it ends in a full stop, and names no
            path at all. In a terminal it may name the paths that were given, in the sandbox.
        waited_s: seconds so far that another process, which answers, was ready but had no
            processor: they are not its own.
    """

    name: str
    make: Callable[[random.Random], Case]
    put: Callable[[object], str | None]
    weight: float = 1.0
    is_page: bool = False
    waited_s: Callable[[], float] = float


@dataclass(frozen=True)
class Failure:
    """A case that went wrong.

    Attributes:
        case: what was put in.
        reason: what happened, in lines.
        number: of the case.
        files: what lay in the files that the case names, by name.
    """

    case: Case
    reason: str
    number: int
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Counts:
    """What came of an attack; a row of the table."""

    entry: str
    tried: int = 0
    mutants: int = 0
    taken: int = 0
    refused: int = 0
    slowest_s: float = 0.0
    slowest: str = ""
    kinds: dict[str, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)


def check_refusal(sentence: str, is_page: bool = False, given: Sequence[str] = ()) -> str | None:
    """Return what is wrong with a refusal; None: it is one clear sentence.

    Args:
        sentence: as the person sees it.
        is_page: see `Entry`.
        given: what the person typed, and may see again: words, a folder that paths are in.
    """
    text = sentence
    for words in filter(None, given):
        text = text.replace(words, "").replace(repr(words), "")
        for sign in {sign for sign in words if not sign.isprintable()} - {"\n"}:
            text = text.replace(sign, "")  # a path comes back in another spelling
    paths = (sys.prefix, str(ROOT), str(Path.home()), tempfile.gettempdir(), "site-packages")
    if not text.strip():
        return "says nothing"
    if text.count("\n") >= MAX_LINES:
        return f"has more than {MAX_LINES} lines"
    if len(text) > MAX_SIGNS:
        return f"has {len(text)} signs"
    if not text.replace("\n", "").isprintable():
        return "holds what is no text, such as signs that steer a terminal"
    if any(word in text for word in PYTHON_TALK):
        return "talks Python"
    if any(path in text for path in paths):
        return "names a path of the server"
    if is_page and not text.rstrip().endswith((".", "?", "!")):
        return "has no full stop"
    return None


def attack(
    entry: Entry, n: int, rng: random.Random, sandbox: Path, limit_s: float = LIMIT_S
) -> Counts:
    """Put n inputs into an entry.

    Args:
        entry: what is attacked.
        n: number of inputs.
        rng: every input is drawn from a generator of its own, seeded by this one.
        sandbox: the folder in which all files lie, see `guard.entering`.
        limit_s: seconds that one input may take, warm.
    """
    counts = Counts(entry.name)
    with watching(sandbox) as watch:
        for number in range(n):
            case = entry.make(random.Random(rng.getrandbits(64)))
            counts.tried += 1
            counts.mutants += case.is_mutant
            counts.kinds[case.what] = counts.kinds.get(case.what, 0) + 1
            before, begun = most_memory(), now_s() - entry.waited_s()
            reason = None
            try:
                with watch.looking():
                    sentence = entry.put(case.content)
            except (Exception, SystemExit, Hang):  # what an entry must not raise is looked for
                reason = traceback.format_exc()
            else:
                counts.taken += sentence is None
                counts.refused += sentence is not None
                if sentence is not None:
                    typed = [case.content] if isinstance(case.content, str) else []
                    given = () if entry.is_page else (*typed, str(sandbox))
                    wrong = check_refusal(sentence, entry.is_page, given)
                    reason = wrong and f"the refusal {wrong}:\n{sentence[:2000]}"
            seconds = now_s() - entry.waited_s() - begun
            growth = most_memory() - before
            if number >= N_WARM:
                if seconds > counts.slowest_s:
                    counts.slowest_s, counts.slowest = seconds, case.what
                if seconds > limit_s:
                    watch.problems.append(f"took {seconds:.1f} s")
            if growth > MAX_GROWTH:
                watch.problems.append(f"took {growth // 2**20} MiB more memory than any before")
            reasons = [*filter(None, [reason]), *watch.problems]
            watch.problems.clear()
            if reasons:
                files = _read_files(case.content)
                counts.failures.append(Failure(case, "\n".join(reasons), number, files))
    if watch.problems:
        case = Case(None, False, "all of them together")
        counts.failures.append(Failure(case, "\n".join(watch.problems), n))
    return counts


def _read_files(content: object) -> dict[str, bytes]:
    """Return what lies in the file or folder that a case consists of, before the next is there."""
    parts = content if isinstance(content, tuple) else (content,)
    paths = [Path(part) for part in parts if isinstance(part, Path)]
    inner = [path for folder in paths if folder.is_dir() for path in folder.iterdir()]
    files = [path for path in (*paths, *inner) if path.is_file()]
    return {path.name: path.read_bytes() for path in files}


def keep(failure: Failure, entry: str, folder: Path) -> Path:
    """Write a failing input, and what happened, into a folder; return the file of the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"{entry.replace(' ', '-')}-{failure.number}"
    content = failure.case.content
    if isinstance(content, bytes):
        stem.with_suffix(".bin").write_bytes(content)
    for name, inner in failure.files.items():
        (folder / f"{stem.name}-{name}").write_bytes(inner)
    report = stem.with_suffix(".txt")
    words = f"{entry}, case {failure.number}: {failure.case.what}\n\n{failure.reason}\n"
    report.write_text(f"{words}\n{repr(content)[:100_000]}\n", "utf-8", "backslashreplace")
    return report
