"""Forms, which bring files: what a part of one is, and what Gradio would leave behind of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.gate.refusal import Refusal

BOUNDARY = re.compile(r'boundary="?([^\s";]+)"?')
NAME = re.compile(
    rb'(?im)^content-disposition: *form-data; *name="([^"\r\n]*)"(?:; *filename="([^"\r\n]*)")?'
)


@dataclass(frozen=True)
class Part:
    """A part of a form.

    Attributes:
        name: of the field.
        file_name: of the file; None: it is none.
        text: of what is no file, else empty.
    """

    name: str
    file_name: str | None
    text: str


def split_form(kind: str, body: bytes) -> list[Part]:
    """Take a form apart.

    Raises:
        Refusal: it is none, or has no end.
    """
    found = BOUNDARY.search(kind)
    parts = (b"\r\n" + body).split(b"\r\n--" + found[1].encode()) if found else []
    if len(parts) < 2 or parts[0] or parts[-1].strip() != b"--":
        raise Refusal(400, "The form is damaged or cut off; send it again.")
    form = []
    for part in parts[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        names = [*NAME.finditer(head)]
        if len(names) != 1:
            raise Refusal(400, "A part of the form has no name; send it again.")
        name, file_name = (
            None if group is None else group.decode("utf-8", "replace")
            for group in names[0].groups()
        )
        text = content.decode("utf-8", "replace") if file_name is None else ""
        form.append(Part(name or "", file_name, text))
    return form


def check_upload(parts: Sequence[Part]) -> None:
    """Check what is uploaded: of anything else Gradio would leave files behind.

    Raises:
        Refusal: it is not made up of files with names.
    """
    for part in parts:
        last = (part.file_name or "").rpartition("/")[2]
        if part.name != "files" or not any(map(str.isalnum, last)):
            raise Refusal(400, "An upload is a form of files that have names, each part 'files'.")
    if not parts:
        raise Refusal(400, "The upload holds no file.")
