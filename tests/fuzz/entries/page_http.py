"""The page as the network sees it: a server of its own, and requests that no browser would send."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.fuzz import page
from tests.fuzz.harness import Case, Entry
from tests.fuzz.mutate import WORDS, damage, draw_noise, draw_value, mutate_tree
from tests.fuzz.pictures import draw_picture
from tests.fuzz.texts import damage_text
from tests.fuzz.web import API, Request, Target, check_answer, check_files, send, start

OWN = ("classify", "muddle", "morph", "generate", "explore", "model")  # endpoints
ASKED = {  # what takes no time: how a machine is busy is not what is asked here
    "read_drawing": page.ask_pad,
    "pick_example": page.ask_example,
    "show_components": page.ask_components,
    "look_at_place": page.ask_at_place,
    "look_at_latent": page.ask_at_latent,
    "rebuild_digits": page.ask_rebuilt,
    "describe_supply": page.ask_supply,
}
PLACES = (
    "/", "/config", "/monitoring", "/monitoring/summary", "/login", "/docs", "/openapi.json",
    "/static/{}", "/assets/{}", "/svelte/{}", "/{}", "/theme.css", "/manifest.json", "/robots.txt",
    *(API + end for end in (
        "/info", "/openapi.json", "/file={}", "/file/{}", "/proxy={}", "/call/{}", "/call/{}/{}",
        "/call/v2/{}", "/run/{}", "/api/{}", "/queue/data?session_hash={}", "/queue/status",
        "/queue/join", "/upload", "/upload_progress?upload_id={}", "/stream/{}", "/deep_link",
        "/deep_link?session_hash={}", "/dev/reload", "/process_recording", "/component_server",
        "/component_server/", "/custom_component/{}/client/{}/{}", "/vibe-edit", "/vibe-code",
        "/runs", "/token", "/app_id", "/startup-events", "/cancel", "/reset", "/{}",
        "/stream/{}/{}/1/playlist.m3u8", "/user", "/login_check", "/theme.css",
    )),
)  # fmt: skip
NAMES = (
    "etc/passwd", "../../../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/etc/passwd",
    "//etc/passwd", "..\\..\\a", "C:\\a", "file:///etc/passwd", "http://127.0.0.1:1/a",
    "https:/127.0.0.1/a", "%00", "a%0d%0aX-A:%20b", "%3Cscript%3E", "x" * 5000, "~root", ".",
    "classify", "model", "%f0%9f%98%80", "%ff", "weights/digits/config.json", "app/serve.py",
)  # fmt: skip
METHODS = (
    "GET",
    "GET",
    "GET",
    "HEAD",
    "POST",
    "POST",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "TRACE",
)
KINDS = (
    "application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
    "multipart/form-data; boundary=XX", "application/json; charset=utf-7", "", "x" * 300,
)  # fmt: skip
ODD_HEADERS = (
    {"Host": "evil.example"}, {"Host": ""}, {"Origin": "null"}, {"Origin": "http://evil.example"},
    {"X-Forwarded-Host": "evil.example"}, {"X-Forwarded-For": "<b>"}, {"Referer": "x" * 3000},
    {"Cookie": "access-token=x; access-token-unsecure=x"}, {"Accept-Encoding": "br;q=x, gzip"},
    {"Range": "bytes=0-0,1-1,9999999999-"}, {"Content-Encoding": "gzip"}, {"Expect": "nonsense"},
    {"x-gradio-user": "api"}, {"x-zerogpu-token": "x"}, {"Authorization": "Bearer x"},
)  # fmt: skip


def draw_question(target: Target, rng: random.Random) -> Case:
    """Draw a question to a function of the page."""
    name = rng.choice([*ASKED])
    question: object = ASKED[name](rng)
    body: object = {
        "data": question,
        "component_id": target.components[name],
        "session_hash": "a",
        "fn_name": name,
    }
    kind = rng.choice(["proper", "changed", "changed", "changed", "damaged text", "damaged"])
    if kind == "changed":
        body = mutate_tree(rng, body, rng.choice([1, 1, 2]))
    elif kind == "damaged text":
        body = damage_text(rng, body)
    content = json.dumps(body).encode()
    if kind == "damaged":
        content = damage(rng, content)
    request = Request("POST", f"{API}/component_server/", content, {"Content-Type": KINDS[0]})
    return Case(request, kind != "proper", f"question, {kind}")


def draw_call(target: Target, rng: random.Random) -> Case:
    """Draw a call of an endpoint that takes no time, by names or as a list."""
    name = rng.choice(OWN)
    digits = rng.choice([*page.MODELS])
    sizes = [None, None, "linear", 3, "none", True, True, 0, 30, 28, "#ffffff", "#000000", "png"]
    values: dict[str, dict[str, object]] = {
        "classify": {"file": None, "reader": digits},
        "muddle": {"digit": 1, "partner": 4, "mix": 0.5, "seed": 1, "method": "average"},
        "morph": {"data": ["1", "4", *sizes, digits]},
        "generate": {"labels": [1], "seed": 1},
        "explore": {"place": [0.5, 1], "map": "principal", "digits": digits},
        "model": {"digits": digits},
    }
    body: object = values[name]
    is_old = name == "morph" or (rng.random() < 0.4 and name in ("classify", "explore", "model"))
    if is_old and name != "morph":
        body = {"data": [*values[name].values()]}
    is_proper = rng.random() < 0.1
    if not is_proper:
        body = mutate_tree(rng, body, rng.choice([1, 1, 2]))
    content = json.dumps(body).encode()
    if not is_proper and rng.random() < 0.1:
        content = damage(rng, content)
    path = f"{API}/call/{name}" if is_old else f"{API}/call/v2/{name}"
    headers = {"Content-Type": KINDS[0]}
    return Case(Request("POST", path, content, headers, name), not is_proper, f"call of {name}")


def draw_form(target: Target, rng: random.Random) -> Case:
    """Draw a form that brings a file."""
    fields = {"component_id": target.components["open_file"], "session_hash": "a"}
    fields["fn_name"] = "open_file"
    path = rng.choice([f"{API}/upload", f"{API}/component_server", f"{API}/process_recording"])
    parts = [] if path.endswith("upload") else [(name, "", value) for name, value in fields.items()]
    picture = draw_picture(rng).content
    named = rng.choice([*WORDS, "a.png", "a.png", "../a.png", ".."]).replace("\ud800", "")
    parts += [("files", f'; filename="{named}"', picture)] * rng.choice([1, 1, 1, 2])
    if rng.random() < 0.3:
        rng.shuffle(parts)
        parts = [*parts[1:], (rng.choice(["files", "a", ""]), "", draw_value(rng))]
    body = b""
    for name, extra, value in parts:
        value = value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
        head = f'--XX\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
        body += head.encode("utf-8", "replace") + value + b"\r\n"
    body += b"--XX--\r\n"
    if rng.random() < 0.5:
        body = damage(rng, body)
    headers = {"Content-Type": rng.choice([KINDS[4]] * 8 + [*KINDS])}
    return Case(Request("POST", path, body, headers), True, f"form to {path.rpartition('/')[2]}")


def draw_address(target: Target, rng: random.Random) -> Case:
    """Draw any address, asked in any way."""
    path = rng.choice(PLACES)
    while "{}" in path:
        path = path.replace("{}", rng.choice(NAMES), 1)
    method = rng.choice(METHODS)
    body = None
    headers = dict(rng.choice([{}, {}, *ODD_HEADERS]))
    if method in ("POST", "PUT", "PATCH"):
        body = rng.choice([draw_noise(rng), json.dumps(draw_value(rng)).encode()])
        if rng.random() < 0.02:
            body = rng.choice([b"{", b"[[", b'{"data": "', b"--XX\r\n"]) + bytes(10 * 2**20)
        headers["Content-Type"] = rng.choice(KINDS)
    return Case(Request(method, path.replace(" ", "%20"), body, headers), False, "address")


def make_entries(folder: Path) -> tuple[Entry, ...]:
    """Start the server; return what is asked of it."""
    target = start()
    send(target, Request("GET", "/", None, {}))

    def put(content: object) -> str | None:
        assert isinstance(content, Request)
        refusal = check_answer(target, content)
        check_files(target)
        return refusal

    draws: dict[str, Callable[[Target, random.Random], Case]] = {
        "HTTP questions": draw_question,
        "HTTP calls": draw_call,
        "HTTP forms": draw_form,
        "HTTP addresses": draw_address,
    }
    return tuple(
        Entry(name, partial(draw, target), put, is_page=True, waited_s=target.waited_s)
        for name, draw in draws.items()
    )
