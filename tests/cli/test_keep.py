"""What a run says and writes down of the choices that it makes without labels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vaegmm.cli.keep import keep_choice
from vaegmm.training.heads import Choice


def test_choices_are_written_down_in_their_order_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = [Choice("head", (2.1, 2.2), 1), Choice("grouping", (1.99214, 2.00776), 1)]
    before: list[Choice] = []
    for choice in made:
        keep_choice(tmp_path, before, choice)
    written = json.loads((tmp_path / "choices.json").read_text())
    assert written == [
        {"what": "head", "mutual_information": [2.1, 2.2], "chosen": 1},
        {"what": "grouping", "mutual_information": [1.99214, 2.00776], "chosen": 1},
    ]
    assert capsys.readouterr().out.splitlines() == [
        "head 2: highest mutual information of two views (2.1000, 2.2000 nats)",
        "grouping 2: highest mutual information of near images (1.9921, 2.0078 nats)",
    ]
