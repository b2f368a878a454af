"""The program as it is started: it serves the page and the endpoint, and it ends when told to."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from tests.browser.browsing import Server, serve_app
from vaegmm.data.datasets import LabelledImages
from vaegmm.model import VAEGMM
from vaegmm.operations.classify import classify


def test_the_page_starts_without_what_only_training_needs() -> None:
    """Each takes a second or more to import, on a core that a visitor waits for."""
    code = (
        "import sys, app.build\n"
        "app.build.VAEGMM.from_pretrained()\n"
        "slow = {'sklearn', 'scipy.stats', 'matplotlib', 'torch._dynamo', 'sympy'}\n"
        "slow &= set(sys.modules)\n"
        "sys.exit(f'imported at the start: {slow}' if slow else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve_app() as server:
        yield server


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[Client]:
    client = Client(server.url, verbose=False)
    yield client
    client.close()


def test_the_page_is_served(server: Server) -> None:
    with urllib.request.urlopen(server.url) as answer:
        assert "Digits, read as you draw" in answer.read().decode()


def test_the_endpoint_answers_as_the_operation_does(
    client: Client, digits: VAEGMM, sample: LabelledImages, tmp_path: Path
) -> None:
    digit = Image.fromarray(sample.images[300].numpy())
    digit.save(tmp_path / "digit.png")
    answer = client.predict(handle_file(tmp_path / "digit.png"), api_name="/classify")
    expected = classify(digits, digit).summary()
    assert answer.keys() == expected.keys()
    assert answer["label"] == expected["label"]
    assert answer["probabilities"] == pytest.approx(expected["probabilities"], abs=1e-4)


def test_a_bad_file_is_one_sentence_without_a_path(client: Client, tmp_path: Path) -> None:
    (tmp_path / "digit.png").write_bytes(b"hello")
    with pytest.raises(AppError, match="image") as raised:
        client.predict(handle_file(tmp_path / "digit.png"), api_name="/classify")
    assert "/" not in str(raised.value)


@pytest.mark.parametrize("meta", [{"_type": "gradio.FileData"}, {}])
def test_a_path_on_the_server_is_not_read(
    server: Server,
    sample: LabelledImages,
    tmp_path: Path,
    meta: dict[str, str],
) -> None:
    Image.fromarray(sample.images[0].numpy()).save(tmp_path / "digit.png")
    url = f"{server.url}/gradio_api/call/classify"
    body = json.dumps({"data": [{"path": str(tmp_path / "digit.png"), "meta": meta}]}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(request)
    with raised.value as refusal:
        said = json.load(refusal)["detail"]
    assert said == "A file must have been uploaded before; send its path as it came."


def test_a_muddle_is_made_for_a_program(client: Client) -> None:
    path, votes = client.predict(4, 9, mix=0.6, seed=7, api_name="/muddle")
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == ("PNG", (280, 280))
    assert (votes["a"], votes["b"], votes["mix"], votes["seed"]) == (4, 9, 0.6, 7)
    _, again = client.predict(4, 9, mix=0.6, seed=7, api_name="/muddle")
    assert again == votes
    with pytest.raises(AppError, match="two different digits"):
        client.predict(4, 4, api_name="/muddle")


def test_a_morph_of_typed_numbers_is_a_file(client: Client) -> None:
    path = client.predict("32", "41", api_name="/morph")
    assert Path(path).name == "morph-32-41.gif"
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == ("GIF", (560, 280))
        assert picture.info["loop"] == 0


def test_a_morph_of_pictures_is_a_file(
    client: Client, sample: LabelledImages, tmp_path: Path
) -> None:
    Image.fromarray(sample.images[0].numpy()).save(tmp_path / "one.png")
    picture = handle_file(tmp_path / "one.png")
    call = {"source_file": picture, "path": "linear", "n_frames": 5, "size": 28}
    path = client.predict("", "4", format="png", api_name="/morph", **call)
    with Image.open(path) as strip:
        assert (strip.format, strip.size) == ("PNG", (5 * 28, 28))


@pytest.mark.parametrize(
    ("source", "settings", "said"),
    [
        ("", {}, "1 to 6 digits"),
        ("1234567", {}, "at most 6 digits"),
        ("3", {"size": 30}, "a multiple of 28"),
        ("3", {"n_frames": 1000}, "2 to 240"),
    ],
)
def test_a_morph_that_cannot_be_made_is_one_sentence(
    client: Client, source: str, settings: dict[str, int], said: str
) -> None:
    with pytest.raises(AppError, match=said) as raised:
        client.predict(source, "4", api_name="/morph", **settings)
    assert "/" not in str(raised.value)


def test_a_morph_of_a_bad_file_is_one_sentence(client: Client, tmp_path: Path) -> None:
    (tmp_path / "number.png").write_bytes(b"hello")
    with pytest.raises(AppError, match="image") as raised:
        client.predict(
            "3", "4", target_file=handle_file(tmp_path / "number.png"), api_name="/morph"
        )
    assert "/" not in str(raised.value)


def test_new_digits_are_a_file(client: Client) -> None:
    path = client.predict([3, 8], 40, seed=1, api_name="/generate")
    with Image.open(path) as picture:
        assert picture.size == (896, 560)
    path = client.predict([], 50, temperature=0.8, format="npz", api_name="/generate")
    with np.load(path) as file:
        assert np.bincount(file["labels"]).tolist() == [5] * 10
    with pytest.raises(AppError, match="Labels must be among"):
        client.predict([12], api_name="/generate")


def test_a_program_gets_a_models_figures(client: Client) -> None:
    answer = client.predict("1 / 4 / 8", api_name="/model")
    assert answer["facts"]["weights"] == "digits148, embedded in the program"
    assert answer["figures"]["images"] == 600
    assert answer["labels"] == [1, 4, 8]


def test_no_endpoint_is_there_by_accident(client: Client) -> None:
    api = client.view_api(print_info=False, return_format="dict")
    names = ["/classify", "/muddle", "/morph", "/generate", "/explore", "/model"]
    assert list(api["named_endpoints"]) == names
    assert not api["unnamed_endpoints"]


def test_it_ends_cleanly_when_told_to(server: Server) -> None:
    server.process.send_signal(signal.SIGTERM)
    out, _ = server.process.communicate(timeout=20)
    assert (server.process.returncode, out) == (0, "")
