"""Model folders: config.json, model.safetensors, and what lies beside them."""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path

import torch

from app.about.training import describe_training
from tests.conftest import TINY
from tests.fuzz.harness import Case, Entry
from tests.fuzz.mutate import WORDS, damage, draw_noise, mutate_tree
from tests.fuzz.tiny import FILES, make_model, train_run, use
from vaegmm.evaluation.model_card import write_model_card
from vaegmm.operations.atlas import load_atlas, save_places
from vaegmm.operations.handwriting import Handwriting

SIZES = (0, 1, 3, 64, 1000, 4095, 4096, 4097, 10**6, 10**9, -1)
LENGTHS = (0, 1, 7, 8, 100, 2**20, 2**31, 2**32, 2**62, 2**63, 2**64 - 1)


def change_config(rng: random.Random, content: bytes) -> bytes:
    """Return config.json with other values, often sizes that no memory has."""
    tree = json.loads(content)
    if rng.random() < 0.4:
        size, network = rng.choice(SIZES), tree["network"]
        name = rng.choice([*network])
        is_list = isinstance(network[name], list)
        network[name] = [size] * rng.choice((len(network[name]), 32)) if is_list else size
        if name == "channels" and len(network[name]) == 32:
            network["strides"] = [2, 2] + [1] * 30
        return json.dumps(tree).encode()
    return json.dumps(mutate_tree(rng, tree, rng.choice((1, 1, 2, 4)))).encode()


def change_tensors(rng: random.Random, content: bytes) -> bytes:
    """Return a file of tensors with another header, or other numbers in it."""
    (length,) = struct.unpack("<Q", content[:8])
    header, body = json.loads(content[8 : 8 + length]), bytearray(content[8 + length :])
    kind = rng.randrange(5)
    if kind == 0:
        return struct.pack("<Q", rng.choice(LENGTHS)) + content[8:]
    if kind == 1:
        name = rng.choice([*header])
        header[name] = mutate_tree(rng, header[name], rng.choice((1, 2)))
    elif kind == 2:
        header = mutate_tree(rng, header, rng.choice((1, 2)))
    elif kind == 3:
        odd = rng.choice((float("nan"), float("inf"), -1.0, 0.0, 1e38, 1e-40, 1e10))
        at = 4 * rng.randrange(len(body) // 4)
        body[at : at + 4 * rng.choice((1, 1, 8))] = struct.pack("<f", odd)
    else:
        header["__metadata__"] = {"<b>": rng.choice(WORDS)}
    raw = json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + bytes(body)


def make_entries(folder: Path) -> tuple[Entry, ...]:
    """Return the entries; their files lie in the folder."""
    return (_model_entry(folder / "model"), _map_entry(folder), _card_entry(folder / "card"))


def _model_entry(folder: Path) -> Entry:
    make_model(folder)
    files = {name: (folder / name).read_bytes() for name in FILES}
    changes = dict(zip(FILES, (change_config, change_tensors), strict=True))

    def make(rng: random.Random) -> Case:
        name, share = rng.choice(FILES), rng.random()
        content, what = changes[name](rng, files[name]), f"changed {name}"
        if share < 0.25:
            content, what = damage(rng, files[name]), f"damaged {name}"
        elif share < 0.35:
            content, what = draw_noise(rng, (b"{", struct.pack("<Q", 8))), f"no {name}"
        for file in files:
            (folder / file).write_bytes({**files, name: content}[file])
        if share > 0.98:
            (folder / name).unlink()
            what = f"missing {name}"
        return Case(folder, not what.startswith("no"), what)

    def put(content: object) -> str | None:
        assert isinstance(content, Path)
        try:
            use(content)
        except ValueError as error:
            return str(error)
        return None

    return Entry("model folders", make, put, weight=5)


def _map_entry(folder: Path) -> Entry:
    z = torch.zeros(6, TINY.latent_dim)
    digits = Handwriting(torch.zeros(6, 28, 28), torch.zeros(6), z, z[:1])
    save_places(torch.zeros(6, 2), folder, {"made": "here"})
    path = folder / "map.safetensors"
    whole = path.read_bytes()

    def make(rng: random.Random) -> Case:
        change = rng.choice((change_tensors, damage))
        path.write_bytes(change(rng, whole))
        return Case(folder, True, "changed map")

    def put(content: object) -> str | None:
        assert isinstance(content, Path)
        try:
            load_atlas(content, digits)
        except ValueError as error:
            return str(error)
        return None

    return Entry("maps", make, put, weight=0.5)


def _card_entry(folder: Path) -> Entry:
    """Return the entry of what lies beside a model and goes into its card and onto its page."""
    train_run(folder)
    names = ("config.json", "metrics.json", "run.json", "history.json", "refine.json")
    files = {name: (folder / name).read_bytes() for name in names}

    def make(rng: random.Random) -> Case:
        name, is_mutant = rng.choice(names), rng.random() < 0.85
        tree = mutate_tree(rng, json.loads(files[name]), rng.choice((1, 1, 2, 4)))
        content = json.dumps(tree).encode()
        if rng.random() < 0.2:
            content = damage(rng, files[name])
        content = content if is_mutant else draw_noise(rng, (b"{", b"["))
        for file in files:
            (folder / file).write_bytes({**files, name: content}[file])
        return Case(folder, is_mutant, f"odd {name}")

    def put(content: object) -> str | None:
        assert isinstance(content, Path)
        describe_training(content)
        try:
            write_model_card(content, "user/model")
        except ValueError as error:
            return str(error)
        return None

    return Entry("model cards", make, put, weight=2)
