"""What `python -m app` says before it serves: one clear line for every mistake."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.__main__ import UPLOADS, AppArguments, check_address, keeping_uploads, main, read_port


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_one_line_that_names_the_remedy(
    taken_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", str(taken_port)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        f"python -m app: port {taken_port} is taken by another program; take the next with "
        f"PORT={taken_port + 1} make app, or --port {taken_port + 1}\n"
    )


@pytest.mark.parametrize("text", ["", "abc", "0", "-1", "65536", "1e3", "7860.0", "٣", "²"])
def test_a_port_that_is_no_port_is_one_line(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([f"--port={text}"]) == 2
    assert capsys.readouterr().err.startswith(
        f"python -m app: port must be a whole number from 1 to 65535, got {text!r}; "
    )


def test_the_first_and_the_last_port_are_ports() -> None:
    assert (read_port("1"), read_port("65535")) == (1, 65535)


def test_a_space_says_where_to_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setenv("GRADIO_SERVER_PORT", "7998")
    monkeypatch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")
    assert (AppArguments().host, AppArguments().port) == ("0.0.0.0", "7998")
    monkeypatch.setenv("PORT", "7999")
    assert AppArguments().port == "7999"
    monkeypatch.setenv("GRADIO_SERVER_NAME", "")
    assert AppArguments().host == "127.0.0.1"


def test_the_environment_gives_the_default_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADIO_SERVER_PORT", raising=False)
    monkeypatch.setenv("PORT", "7999")
    assert AppArguments().port == "7999"
    monkeypatch.setenv("PORT", "")
    assert AppArguments().port == "7860"
    monkeypatch.delenv("PORT")
    assert AppArguments().port == "7860"


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("", ()),
        ("user/name@v1", ("user/name@v1",)),
        ("user/name, other/name\n weights/mine", ("user/name", "other/name", "weights/mine")),
    ],
)
def test_the_environment_gives_the_default_weights(
    monkeypatch: pytest.MonkeyPatch, text: str, weights: tuple[str, ...]
) -> None:
    monkeypatch.setenv("VAEGMM_WEIGHTS", text)
    assert AppArguments().weights == weights


def test_a_host_that_is_not_here_is_named() -> None:
    with pytest.raises(ValueError, match=r"cannot listen on 192\.0\.2\.1:7860 .*another --host"):
        check_address("192.0.2.1", 7860)


def test_a_folder_without_a_model_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert main(["--port", str(port), "--weights", "no-such-folder"]) == 2
    assert "no-such-folder" in capsys.readouterr().err


def test_what_visitors_send_goes_with_the_page_and_what_dead_pages_left_goes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    (tmp_path / f"{UPLOADS}abcdefgh" / "some").mkdir(parents=True)
    (tmp_path / "mine").mkdir()
    with keeping_uploads():
        folder = Path(os.environ["GRADIO_TEMP_DIR"])
        assert {path.name for path in tmp_path.iterdir()} == {folder.name, "mine"}
        (folder / "picture").touch()
    assert os.environ["GRADIO_TEMP_DIR"] == str(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_port_that_was_left_a_moment_ago_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        with socket.create_connection((host, port)):
            server.accept()[0].close()  # who closes first waits for what may be on its way still
    check_address(host, port)
