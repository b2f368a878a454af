"""Put the program on a Hugging Face Space: `python -m scripts.upload_space user/space`.

Uploads what the page needs at run time and nothing else, and removes from the Space what is no
longer here. What the Space makes of it stands in README.md's first lines and in docs/SPACE.md.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tyro

from vaegmm.cli.parse import parse, run, say
from vaegmm.hub.errors import explaining
from vaegmm.hub.push import check_access

PROG = "python -m scripts.upload_space"
ROOT = Path(__file__).parents[1]
# Training, evaluation, tests and benchmarks stay at home; docs are what the README shows. Weights
# by their names: somebody's own, put beside them, are not to be published by the way.
UPLOADED = (
    "space.py", "requirements.txt", "app", "vaegmm", "sample", "docs",
    "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE",
    "weights/digits", "weights/digits148", "weights/judge", "weights/em",
)  # fmt: skip
GIT_ATTRIBUTES = ".gitattributes"  # the hub's own, which says what is stored apart


@dataclass(frozen=True)
class SpaceUpload:
    """Put the program on a Hugging Face Space, which is made where there is none."""

    name: tyro.conf.Positional[str]
    """The Space, user/name."""
    private: bool = False
    """A Space that is made is seen by its owner alone."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(lambda: upload(parse(SpaceUpload, argv, PROG)), PROG)


def upload(arguments: SpaceUpload) -> None:
    """Make the Space's files those of this folder, in one commit.

    Raises:
        HubError: nobody is logged in, the hub cannot be reached, or it refuses.
        ValueError: no name of a Space.
    """
    name, files = arguments.name, find_files(ROOT)
    check_access(name)
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

    with explaining(name):
        api = HfApi()
        url = api.create_repo(
            name, repo_type="space", space_sdk="gradio", private=arguments.private, exist_ok=True
        )
        there = api.list_repo_files(name, repo_type="space")
        gone = sorted({*there} - {*files, GIT_ATTRIBUTES})
        added = [CommitOperationAdd(file, ROOT / file) for file in files]
        removed = [CommitOperationDelete(file) for file in gone]
        message = "The page, and the weights it starts with"
        api.create_commit(name, [*added, *removed], repo_type="space", commit_message=message)
    say(f"{len(files)} files are at {url.url}, {len(gone)} were removed; the Space builds itself")


def find_files(folder: Path) -> list[str]:
    """Return the files that a Space needs, relative to the repository's folder, in order."""
    found: list[Path] = []
    for path in (folder / name for name in UPLOADED):
        found += sorted(path.rglob("*")) if path.is_dir() else [path]
    names = [path.relative_to(folder) for path in found if path.is_file()]
    return [name.as_posix() for name in names if not any(map(is_left_out, name.parts))]


def is_left_out(part: str) -> bool:
    """Whether a file or folder of this name is hidden, or Python's own."""
    return part.startswith(".") or part == "__pycache__"


if __name__ == "__main__":
    sys.exit(main())
