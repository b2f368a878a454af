"""Scripts and style sheets, each a file of its own, joined into what a component takes."""

from collections.abc import Iterable
from pathlib import Path

APP = Path(__file__).parents[1]
# What the components of the tabs are built of, before their own.
COMMON_SCRIPTS = (
    "pad/live.js",
    "reading/levels.js",
    "shared/elements.js",
    "shared/address.js",
)
COMMON_STYLES = ("reading/choice.css", "shared/tools.css")


def join_files(names: Iterable[str]) -> str:
    """The texts of some files of the page, in that order; names as in "pad/live.js"."""
    return "\n".join((APP / name).read_text(encoding="utf-8") for name in names)
