"""Documents are read as GitHub reads them, and shell blocks as a shell does."""

from __future__ import annotations

import pytest

from tests.documents.commands import Command, cut_comment, is_script, read_commands, unroll
from tests.documents.fences import (
    INDENTED,
    Fence,
    find_anchors,
    find_links,
    find_spoken_commands,
    read_fences,
    strip_blocks,
)
from tests.documents.running import find_main, find_outputs

TEXT = """# A title

```sh
one
```

- an item:
    its second line

  ```python
  if True:
      pass
  ```

    not code, but the item's

A paragraph.

    set off
      by four

## Another

~~~toml
a = 1
~~~
"""


def shell(text: str) -> Fence:
    return Fence("a.md", 10, "sh", text)


def test_blocks_are_found_with_their_lines() -> None:
    assert read_fences(TEXT, "a.md") == [
        Fence("a.md", 4, "sh", "one", "A title"),
        Fence("a.md", 11, "python", "if True:\n    pass", "A title"),
        Fence("a.md", 19, INDENTED, "set off\n  by four", "A title"),
        Fence("a.md", 25, "toml", "a = 1", "Another"),
    ]


def test_a_document_without_its_blocks_is_as_long() -> None:
    stripped = strip_blocks(TEXT, "a.md")
    assert "A paragraph." in stripped
    assert "one" not in stripped.split()
    assert "set off" not in stripped
    assert len(stripped.splitlines()) == len(TEXT.splitlines())


def test_a_block_that_is_never_closed_is_named() -> None:
    with pytest.raises(ValueError, match=r"a\.md:2: the block is never closed"):
        read_fences("\n```sh\none\n", "a.md")


def test_commands_are_parted_joined_and_unrolled() -> None:
    text = "one --a 'b # c'  # why\n\n# nothing\ntwo \\\n  --b\n$ three && four &\n"
    text += "for x in 1 2; do five $x & done\nfor x in a; do\n  six $x\ndone\n"
    assert [(one.line, one.text) for one in read_commands(shell(text))] == [
        (10, "one --a 'b # c'"),
        (13, "two --b"),
        (15, "three"),
        (15, "four"),
        (16, "five 1"),
        (16, "five 2"),
        (17, "six a"),
    ]


def test_a_command_that_is_not_finished_is_named() -> None:
    with pytest.raises(ValueError, match=r"a\.md:10: the command is not finished: one"):
        read_commands(shell("one \\\n"))


@pytest.mark.parametrize(
    ("line", "left"),
    [("a # b", "a "), ("# b", ""), ("a#b", "a#b"), ('a "#" b', 'a "#" b'), ("$'#' # b", "$'#' ")],
)
def test_a_comment_is_cut(line: str, left: str) -> None:
    assert cut_comment(line) == left


def test_a_loop_in_a_loop_s_place_is_left_to_the_reader() -> None:
    assert unroll("for x in 1; do one; done") == ["one"]


def test_the_installed_command_is_the_module() -> None:
    assert Command("", 0, "vaegmm morph 1 2").spelled_out == "python -m vaegmm morph 1 2"
    assert Command("", 0, "A=1 vaegmm grid").spelled_out == "A=1 python -m vaegmm grid"
    assert Command("", 0, "vaegmm train --epochs 1").spelled_out == "python train.py --epochs 1"


def test_lines_that_need_each_other_are_a_script() -> None:
    assert is_script(shell("A=$(one)\ntwo $A"))
    assert not is_script(shell("A=1 one"))


def test_links_and_anchors_are_those_of_github() -> None:
    text = "[a](b.md#c) ![d](e.png) [f](https://g.h) `[i](j)`"
    assert find_links(text) == ["b.md#c", "e.png"]
    assert find_anchors("## The map, and `more`\n# One-two") == {"the-map-and-more", "one-two"}


def test_commands_in_sentences_may_be_broken_between_lines() -> None:
    text = "Run `python -m\nvaegmm grid`, `make test` or `python`, not `--help`."
    assert find_spoken_commands(text) == ["python -m vaegmm grid", "make test"]


def test_programs_and_outputs_are_told() -> None:
    assert find_main(["python", "-m", "app", "--port", "1"]) == ("app.__main__", ["--port", "1"])
    assert find_main(["python", "-m", "scripts.a", "b"]) == ("scripts.a", ["b"])
    assert find_main(["python", "train.py"]) == ("vaegmm.cli.train", [])
    assert find_main(["torchrun", "train.py"]) is None
    assert find_outputs(["a", "-o", "b.png", "--output-dir", "c", "-x", "d"]) == ["b.png", "c"]
