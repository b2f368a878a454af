"""Configs by name: `digits148` is the bundled configs/digits148.toml."""

from __future__ import annotations

import difflib
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def find_config(name: str) -> Path:
    """Return the file that a config's name or path stands for.

    A file of that name wins over the bundled config.

    Raises:
        ValueError: a name that no bundled config has (says which there are), or none at all.
    """
    if not name:
        raise ValueError(
            "config must be the name of a bundled config or the path of a TOML file, got ''"
        )
    path = Path(name)
    if path.is_file() or path.name != name or path.suffix == ".toml":
        return path
    bundled = {file.stem: file for file in sorted(find_folder().glob("*.toml"))}
    if name in bundled:
        return bundled[name]
    near = difflib.get_close_matches(name, bundled, n=1)
    hint = f"did you mean {near[0]!r}? Known" if near else "known"
    known = ", ".join(bundled) or "none, since the program was installed without them"
    raise ValueError(
        f"unknown config {name!r}; {hint} are {known}, or give the path of a TOML file"
    )


def find_folder() -> Path:
    """Return the folder of the bundled configs: in an installed package, or beside it."""
    installed = PACKAGE / "configs"
    return installed if installed.is_dir() else PACKAGE.parent / "configs"
