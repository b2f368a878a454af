"""Settings read strictly: a TOML file, or plain values as they come from JSON, become dataclasses.

An unknown key, a value of the wrong type and a number that is none are refused by name.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import tomllib
import types
import typing
from pathlib import Path
from typing import Literal, TypeVar

from vaegmm.config import ExperimentConfig

T = TypeVar("T")
MAX_SHOWN, MAX_TEXT = 80, 250  # signs of a value and of a text, in a message


def load_toml(path: str | Path, default: ExperimentConfig | None = None) -> ExperimentConfig:
    """Read an experiment from a TOML file.

    Args:
        path: the file.
        default: gives what the file does not; the dataclasses' own defaults when not given.

    Raises:
        ValueError: the file is missing or is no TOML, a key is unknown (the nearest known one is
            named), or a value has the wrong type.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")  # some editors put a mark in front
        values = tomllib.loads(text)
    except OSError as error:
        raise ValueError(f"cannot read the config {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # an endless number is no TOMLDecodeError
        raise ValueError(f"{path} is not valid TOML: {error}") from error
    return from_dict(ExperimentConfig, values, str(path), default)


def from_dict(cls: type[T], values: object, where: str, default: T | None = None) -> T:
    """Build a config dataclass from plain values, strictly.

    Args:
        cls: a dataclass.
        values: a mapping as it comes from TOML or JSON; a missing key takes its default.
        where: named in errors, for example the file.
        default: gives the missing keys instead of the class.

    Raises:
        ValueError: an unknown key, a value of the wrong type, or none for a key without a default.
    """
    if not isinstance(values, dict):
        raise ValueError(f"{where}: expected a table of settings, got {show(values)}")
    hints = typing.get_type_hints(cls)
    unknown = [key for key in values if key not in hints]
    if unknown:
        near = difflib.get_close_matches(unknown[0], hints, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(hints)}"
        raise ValueError(f"{where}: unknown key {show(unknown[0])}; {hint}")
    given = {
        k: _convert(hints[k], v, f"{where}: {k}", getattr(default, k, None))
        for k, v in values.items()
    }
    values = {**({} if default is None else vars(default)), **given}
    missing = [name for name in _find_required(cls) if name not in values]
    if missing:
        raise ValueError(f"{where}: missing key {missing[0]!r}")
    return cls(**values)


def show(value: object) -> str:
    """Return a value as it can be printed in a sentence: what is long is cut off."""
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def plain(text: object) -> str:
    """Return text of a file or a library as it can be printed in a sentence.

    Signs that would steer a terminal become question marks; what is long is cut off.
    """
    signs = "".join(sign if sign.isprintable() else "?" for sign in str(text))
    return signs if len(signs) <= MAX_TEXT else f"{signs[:MAX_TEXT]}..."


def _find_required(cls: type) -> list[str]:
    assert dataclasses.is_dataclass(cls)
    none = dataclasses.MISSING
    return [f.name for f in dataclasses.fields(cls) if f.default is f.default_factory is none]


def check_finite(config: object) -> None:
    """Refuse NaN and infinity anywhere in a config dataclass.

    Raises:
        ValueError: the setting is named.
    """
    assert dataclasses.is_dataclass(config)
    for field_ in dataclasses.fields(config):
        value = getattr(config, field_.name)
        if dataclasses.is_dataclass(value):
            check_finite(value)
        elif isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{field_.name} must be a finite number, got {value}")


def _convert(hint: object, value: object, where: str, default: object = None) -> object:
    """Check one value against its annotation; JSON's lists may be tuples, integers floats."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    allowed = args if origin is types.UnionType else (hint,)
    if type(value) in allowed:
        return value
    for one in allowed:
        if isinstance(one, type) and dataclasses.is_dataclass(one):
            return from_dict(one, value, where, default)
    if origin is Literal:
        if value in args:
            return value
        raise ValueError(
            f"{where}: expected one of {', '.join(map(repr, args))}, got {show(value)}"
        )
    if origin in (tuple, list) and isinstance(value, list | tuple):
        items = [_convert(args[0], item, where) for item in value]
        return tuple(items) if origin is tuple else items
    if hint is float and type(value) is int and abs(value) < 2**1023:
        return float(value)
    raise ValueError(f"{where}: expected {_name(hint)}, got {show(value)}")


def _name(hint: object) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint)
