"""From a run's folder to the hub and back, by the client's real code over HTTP."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from huggingface_hub import ModelCard

from tests.cli.conftest import TINY
from tests.local_hub import LocalHub
from vaegmm.__main__ import main
from vaegmm.cli import train
from vaegmm.model import VAEGMM

NAME = "user/tiny"


@pytest.fixture(autouse=True)
def logged_in(hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", hub.token)


@pytest.fixture
def folder(run: Path, tmp_path: Path) -> Path:
    """A copy of the run, for tests that change it."""
    return Path(shutil.copytree(run, tmp_path / "run"))


def test_a_run_goes_to_the_hub_and_comes_back(
    hub: LocalHub, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["push", str(run), NAME]) == 0
    assert capsys.readouterr().out == f"pushed to {hub.url}/{NAME}\n"
    files = hub.repositories[f"model:{NAME}"].files
    assert set(files) - {".gitattributes"} == {
        *("config.json", "model.safetensors", "README.md", "metrics.json", "history.json"),
        *("curves.png", "reconstructions.png", "generated.png", "latents.png", "manifold.png"),
    }
    for name in set(files) - {".gitattributes", "README.md"}:
        assert files[name] == (run / name).read_bytes()
    ours, theirs = VAEGMM.from_pretrained(run), VAEGMM.from_pretrained(NAME)
    assert theirs.config == ours.config
    pairs = zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


def test_the_card_names_the_repository_and_holds_the_run_s_figures(
    hub: LocalHub, run: Path
) -> None:
    assert main(["push", str(run), NAME]) == 0
    repository = hub.repositories[f"model:{NAME}"]
    text = repository.files["README.md"].decode()
    card = ModelCard(text)
    figures = json.loads((run / "metrics.json").read_text())["validation"]["mixture"]
    assert card.data.model_name == "tiny"
    results = {one.metric_type: one.metric_value for one in card.data.eval_results}
    assert results["accuracy"] == figures["accuracy"]
    assert f'VAEGMM.from_pretrained("{NAME}")' in text
    assert "this/folder" not in text
    for line in text.splitlines():
        if line.startswith("!["):
            assert line.partition("](")[2].removesuffix(")") in repository.files
    assert str(run) not in text  # what the machine's folders are called stays here
    assert b"data_dir" not in b"".join(repository.files.values())
    # The hub has checked the front matter before it took the commit.
    asked = [path for command, path in hub.requests if command == "POST"]
    assert asked == [
        "/api/repos/create",
        "/api/validate-yaml",
        f"/api/models/{NAME}/preupload/main",
        f"/api/models/{NAME}/commit/main",
    ]


def test_pushed_again_it_is_another_commit_of_the_same_repository(
    hub: LocalHub, folder: Path
) -> None:
    assert main(["push", str(folder), NAME]) == 0
    repository = hub.repositories[f"model:{NAME}"]
    repository.files["notes.txt"] = b"somebody's"
    (folder / "manifold.png").unlink()
    (folder / "history.json").unlink()
    values = json.loads((folder / "metrics.json").read_text())
    values["validation"]["mixture"]["accuracy"] = 0.125
    (folder / "metrics.json").write_text(json.dumps(values))
    assert main(["push", str(folder), NAME]) == 0
    assert len(repository.commits) == 3  # with the first, empty one
    assert {"manifold.png", "history.json"}.isdisjoint(repository.files)  # the earlier model's
    assert repository.files["notes.txt"] == b"somebody's"
    assert "| 0.1250 |" in repository.files["README.md"].decode()


def test_what_somebody_wrote_about_the_model_stays(
    hub: LocalHub, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "README.md").write_text("# Mine\n", encoding="utf-8")
    assert main(["push", str(folder), NAME]) == 0
    assert hub.repositories[f"model:{NAME}"].files["README.md"] == b"# Mine\n"
    (folder / "README.md").write_bytes(b"# L\xebeuw")
    assert main(["push", str(folder), NAME]) == 2
    assert "README.md must be UTF-8" in capsys.readouterr().err


def test_a_model_can_push_itself(hub: LocalHub, run: Path) -> None:
    model = VAEGMM.from_pretrained(run)
    assert model.push_to_hub(NAME, "# Hello\n") == f"{hub.url}/{NAME}"
    assert VAEGMM.from_pretrained(NAME).config == model.config


@pytest.mark.parametrize("name", ["tiny", "user/tiny@v1", "user/ti ny"])
def test_a_name_that_is_none_is_one_line(
    hub: LocalHub, run: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["push", str(run), name]) == 2
    assert f"must be named user/name, got {name!r}" in capsys.readouterr().err
    assert hub.requests == []


def test_what_is_no_model_is_not_pushed(
    hub: LocalHub, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "model.safetensors").write_bytes(b"hello")
    assert main(["push", str(folder), NAME]) == 2
    assert main(["push", str(folder / "nowhere"), NAME]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert "model.safetensors is damaged" in first
    assert "no model in" in second
    assert hub.requests == []


def test_who_is_not_logged_in_is_told_how(
    hub: LocalHub,
    run: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("HF_TOKEN")
    assert main(["push", str(run), NAME]) == 2
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    assert main(["push", str(run), NAME]) == 2
    for line in capsys.readouterr().err.splitlines():
        assert line.startswith(f"python -m vaegmm push: {NAME}: 127.0.0.1:")
        assert line.endswith("does not know who asks; log in with 'hf auth login' or set HF_TOKEN")
    assert hub.repositories == {}


def test_a_training_ends_on_the_hub(
    hub: LocalHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    arguments = [*TINY, "--output-dir", str(folder), "--push-to-hub", NAME]
    assert train.main(arguments) == 0
    assert capsys.readouterr().out.endswith(f"pushed to {hub.url}/{NAME}\n")
    assert VAEGMM.from_pretrained(NAME).labels == (1, 4, 8)


def test_what_could_not_be_pushed_is_not_trained_for(
    hub: LocalHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "run"
    arguments = [*TINY, "--output-dir", str(folder), "--push-to-hub"]
    assert train.main([*arguments, "tiny"]) == 2
    assert "must be named user/name" in capsys.readouterr().err
    assert train.main([*arguments, NAME, "--betas", "0.1", "1"]) == 2
    assert "push_to_hub must be of one run, got 2 runs" in capsys.readouterr().err
    monkeypatch.delenv("HF_TOKEN")
    assert train.main([*arguments, NAME]) == 2
    assert "nobody is logged in" in capsys.readouterr().err
    assert not folder.exists()


def test_a_push_that_fails_in_the_end_loses_nothing(
    hub: LocalHub,
    run: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A finished run that is gone on with is pushed, too: here to a hub that breaks meanwhile."""
    arguments = [*TINY, "--output-dir", str(run), "--resume", "--push-to-hub", NAME]
    ask = hub.requests.append

    def note(request: tuple[str, str]) -> None:
        ask(request)
        if request[1] == "/api/repos/create":
            hub.trouble = "broken"

    monkeypatch.setattr(hub, "note", note)
    assert train.main(arguments) == 2
    error = capsys.readouterr().err
    assert "answered 500 Internal Server Error; the run is whole; push it with: " in error
    assert f"python -m vaegmm push {run} {NAME}" in error
