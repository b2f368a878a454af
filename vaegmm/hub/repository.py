"""What names weights: a folder, or a repository of the hub in one of its states. Asks nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from vaegmm.settings import show

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
DEFAULT = WEIGHTS / "digits"
EMBEDDED = (DEFAULT, WEIGHTS / "digits148")
NAME = re.compile(r"([\w.-]+/[\w.-]+)(?:@([\w./-]+))?", re.ASCII)
MEANT = re.compile(r".*://.*|.*@|[\w.-]+/[\w.-]+/|hf\.co/.*|huggingface\.co/.*", re.ASCII)
COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Repository:
    """A model repository of the hub, in one of its states.

    Attributes:
        id: "user/name".
        revision: a branch, a tag or a commit's hash; None is the main branch.
    """

    id: str
    revision: str | None = None

    def __str__(self) -> str:
        return self.id if self.revision is None else f"{self.id}@{self.revision}"

    @property
    def title(self) -> str:
        """Its name and state, as short as people write them."""
        return f"{self.id}@{self.revision[:7]}" if self.revision and self.is_pinned else str(self)

    @property
    def is_pinned(self) -> bool:
        """Whether it names a commit by its whole hash, so that it can never change."""
        return COMMIT.fullmatch(self.revision or "") is not None


def parse_weights(weights: str | Path | None, revision: str | None = None) -> Path | Repository:
    """Tell a folder from a repository, "user/name" or "user/name@revision".

    What exists is a folder. So is, where no revision is given, what would lie in a folder that
    exists: `weights/digist` is a slip, and nobody's repository.

    Args:
        weights: folder, repository, or None for the embedded ten digits.
        revision: of a repository whose name has none.

    Raises:
        ValueError: a revision of a folder, two of a repository, or a repository that is written
            otherwise, such as its address.
    """
    path = DEFAULT if weights is None else Path(weights)
    is_here = _exists(path)
    if isinstance(weights, str) and MEANT.fullmatch(weights) and not is_here:
        raise ValueError(
            f"weights must be a folder, or a repository as user/name or user/name@revision, got "
            f"{weights!r}"
        )
    match = NAME.fullmatch(weights) if isinstance(weights, str) else None
    has_revision = revision is not None or (match is not None and match[2] is not None)
    if match is None or is_here or (path.parent.is_dir() and not has_revision):
        if revision is not None:
            raise ValueError(
                f"revision must belong to a repository of the hub, got {revision!r} with the "
                f"folder {path}; give user/name, or no revision"
            )
        return path
    if match[2] is not None and revision is not None:
        raise ValueError(
            f"revision must be given once, got {revision!r} with {weights}; leave one out"
        )
    return Repository(match[1], match[2] or revision)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:  # a name that no folder can have
        raise ValueError(f"weights cannot be {show(str(path))}: {error.strerror}") from error


def check_name(name: str) -> None:
    """Refuse what cannot be the name of a repository to write to.

    Raises:
        ValueError: it is not of the form user/name, or of signs that the hub does not take.
    """
    match = NAME.fullmatch(name)
    if match is None or match[2] is not None:
        raise ValueError(f"a repository of the hub must be named user/name, got {name!r}")
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    try:
        validate_repo_id(name)
    except HFValidationError as error:
        raise ValueError(f"the hub takes no repository of the name {name!r}: {error}") from error
