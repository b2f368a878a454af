"""Repositories of the hub: their names as people write them, and the cache of its client."""

from __future__ import annotations

import random
from pathlib import Path
from unittest import mock

from huggingface_hub import constants

from tests.fuzz.harness import Case, Entry
from tests.fuzz.mutate import WORDS, damage
from tests.fuzz.tiny import FILES, make_model, use
from vaegmm.hub.repository import check_name
from vaegmm.hub.weights import find_weights

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAMES = ("user/name", "user/name@main", f"user/name@{COMMIT}")
PARTS = (*WORDS, "user", "name", "main", COMMIT, "models--a--b", "..", "refs/pr/1", "@", "/")


def make_name(rng: random.Random) -> Case:
    """Draw a repository's name into which something was put, or words."""
    if rng.random() < 0.6:
        name = rng.choice(NAMES)
        at = rng.randrange(len(name) + 1)
        return Case(name[:at] + rng.choice(PARTS) + name[at:], True, "changed name")
    joint = rng.choice(("/", "@", "", "//", "\\"))
    return Case(joint.join(rng.choices(PARTS, k=rng.randint(1, 3))), False, "words")


def make_entries(folder: Path) -> tuple[Entry, ...]:
    """Return the entries; their files lie in the folder."""
    repository, source = folder / "models--user--name", folder / "tiny"
    make_model(source)
    files = {name: (source / name).read_bytes() for name in FILES}
    snapshot, reference = repository / "snapshots" / COMMIT, repository / "refs" / "main"
    snapshot.mkdir(parents=True)
    reference.parent.mkdir()

    def make_cache(rng: random.Random) -> Case:
        for file in files:
            (snapshot / file).unlink(missing_ok=True)
            (snapshot / file).write_bytes(files[file])
        reference.write_text(COMMIT)
        name, what = rng.choice(FILES), rng.choice(("reference", "file", "missing", "link"))
        if what == "reference":
            odd = rng.choice((*WORDS, f"{COMMIT}\n", "../../../..", "f" * 40, COMMIT[:7]))
            reference.write_bytes(odd.encode("utf-8", "replace"))
        elif what == "file":
            (snapshot / name).write_bytes(damage(rng, files[name]))
        else:
            (snapshot / name).unlink()
        if what == "link":
            (snapshot / name).symlink_to(rng.choice(("/dev/null", "nowhere", "..", str(source))))
        return Case(rng.choice(NAMES), True, f"odd {what}")

    def put(content: object) -> str | None:
        assert isinstance(content, str)
        with mock.patch.multiple(constants, HF_HUB_CACHE=str(folder), HF_HUB_OFFLINE=True):
            try:
                use(find_weights(content).folder)
            except ValueError as error:
                return str(error)
        return None

    def put_name(content: object) -> str | None:
        assert isinstance(content, str)
        try:
            check_name(content)
        except ValueError as error:
            return str(error)
        return None

    return (
        Entry("hub names", make_name, put),
        Entry("names to push to", make_name, put_name, weight=0.5),
        Entry("hub cache", make_cache, put),
    )
