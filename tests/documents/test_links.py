"""Links lead somewhere, and commands that stand in sentences have the options that they name."""

from __future__ import annotations

import importlib
import re
import sys

import pytest

from tests.documents.fences import (
    DOCUMENTS,
    ROOT,
    find_anchors,
    find_links,
    find_spoken_commands,
    read_document,
    strip_blocks,
)
from tests.documents.running import find_main

SPOKEN = {
    one: name
    for name in DOCUMENTS
    for one in find_spoken_commands(strip_blocks(read_document(name), name))
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_somewhere(name: str) -> None:
    text = strip_blocks(read_document(name), name)
    for link in find_links(text):
        file, _, anchor = link.partition("#")
        target = (ROOT / name).parent / file if file else ROOT / name
        assert target.exists(), f"{name}: there is no {link}"
        assert target.resolve().is_relative_to(ROOT.resolve()), f"{name}: {link} leaves the folder"
        if anchor:
            there = strip_blocks(target.read_text(encoding="utf-8"), file or name)
            assert anchor in find_anchors(there), f"{name}: {file or name} has no {anchor}"


@pytest.mark.parametrize(("text", "name"), SPOKEN.items(), ids=list(SPOKEN))
def test_a_command_in_a_sentence_has_its_options(
    text: str, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = re.sub(r"^vaegmm ", "python -m vaegmm ", text).split()
    if words[0] == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert re.search(rf"^{words[1]}:", makefile, re.M), f"{name}: make has no {words[1]}"
        return
    found = find_main(words)
    if found is None:
        assert words[1:3] in (["-m", "pytest"], ["-m", "pip"]), f"{name}: what is {text}?"
        return
    module, rest = found
    command = rest[:1] if module == "vaegmm.__main__" else []
    options = [word for word in rest if re.match(r"--?[a-z]", word)]
    for word in rest:
        if re.fullmatch(r"(configs|weights)/[\w.-]+", word) and "NAME" not in word:
            assert (ROOT / word).exists(), f"{name}: there is no {word}"
    source = (ROOT / module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")
    if not options:
        return
    assert "parse" in source, f"{name}: {module} takes no options, and would begin at once"
    main = importlib.import_module(module).main
    monkeypatch.setattr(sys, "argv", [text, *command, "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    shown = re.findall(r"--?[\w-]+", capsys.readouterr().out)
    assert {*options} <= {*shown}, f"{name}: {text} has no such option"
