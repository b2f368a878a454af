"""How tyro reads a dataclass: docstrings become paragraphs of --help, wrong options one line."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import inspect
import io
import os
import re
import shutil
import sys
import textwrap
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, TextIO

from tyro.conf import Positional, arg
from tyro.constructors import (
    MISSING_NONPROP,
    ConstructorRegistry,
    StructConstructorSpec,
    StructFieldSpec,
    StructTypeInfo,
)

from vaegmm.cli.wrong import Option, unbox

REGISTRY = ConstructorRegistry()
WIDEST = 100  # columns of a text
INDENT = "  "  # tyro joins lines that begin with a letter
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
KINDS: dict[object, str] = {int: "whole number", float: "number"}


@REGISTRY.struct_rule
def read_dataclass(info: StructTypeInfo) -> StructConstructorSpec | None:
    """Read a dataclass as tyro does, but for two things.

    A field's docstring is one paragraph, whatever its lines, and a default is told only where it
    says more than "not given".
    """
    cls = info.type
    if not dataclasses.is_dataclass(cls):
        return None
    hints = typing.get_type_hints(cls, include_extras=True)
    texts = read_docstrings(cls)
    fields = tuple(
        StructFieldSpec(
            name=field.name,
            type=_annotate(hints[field.name]),
            default=_find_default(field, info.default),
            helptext=texts.get(field.name),
        )
        for field in dataclasses.fields(cls)
    )
    return StructConstructorSpec(instantiate=cls, fields=fields)


def _unfold(hint: object) -> tuple[object, ...]:
    """Return a type, and what it is annotated with."""
    return typing.get_args(hint) if typing.get_origin(hint) is Annotated else (hint,)


def read_options(cls: type) -> dict[str, Option]:
    """Return a dataclass's options, nested ones too, by every name that tyro has for them.

    That is `--dims`, `-o`, or the field's own name where values are known by their place.
    """
    hints = typing.get_type_hints(cls, include_extras=True)
    options: dict[str, Option] = {}
    for field in dataclasses.fields(cls):
        bare, *own = _unfold(hints[field.name])
        if isinstance(bare, type) and dataclasses.is_dataclass(bare):
            options |= read_options(bare)
            continue
        leaf = _find_leaf(bare)
        choices = typing.get_args(leaf)
        metavars = [found for one in own if (found := getattr(one, "metavar", None))]
        values = metavars[0] if metavars else _name_values(bare) or _name(bare)
        name = "" if Positional in own else f"--{field.name.replace('_', '-')}"
        option = Option(name, values, KINDS.get(leaf, ""), choices)
        for one in own:
            options |= dict.fromkeys(getattr(one, "aliases", None) or (), option)
        options[name or field.name] = option
    return options


def _find_leaf(hint: object) -> object:
    """Return the type of one value: int of tuple[int, ...] | None."""
    args = [one for one in typing.get_args(hint) if one not in (type(None), ...)]
    return hint if typing.get_origin(hint) is Literal or not args else _find_leaf(args[0])


def _annotate(hint: object) -> type:
    """Say in a field's type how help shows it; what the field itself says of that wins."""
    bare, *own = _unfold(hint)
    shown = arg(metavar=_name_values(bare), help_behavior_hint=_tell_default)
    annotated: type = Annotated[bare, shown, *own]  # type: ignore[assignment]
    return annotated


def _name_values(hint: object) -> str | None:
    """Return what stands for an option's values, where tyro would say more than helps."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple and args[1:] == (...,):
        return f"[{_name(args[0])} ...]"
    if origin in (types.UnionType, typing.Union) and len(args) == 2 and args[1] is type(None):
        return _name_values(args[0]) or _name(args[0])
    return None


def _name(kind: object) -> str:
    if typing.get_origin(kind) is Literal:
        return "{" + ",".join(map(str, typing.get_args(kind))) + "}"
    if typing.get_origin(kind) is tuple:
        return " ".join(map(_name, typing.get_args(kind)))
    assert isinstance(kind, type)
    return kind.__name__.upper()


def _tell_default(default: str) -> str:
    return "" if default in ("", "None", "False", "True") else f"(default: {default})"


def _find_default(field: dataclasses.Field[object], whole: object) -> object:
    if hasattr(whole, field.name):
        return getattr(whole, field.name)
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return MISSING_NONPROP


def read_docstrings(cls: type) -> dict[str, str]:
    """Return the strings that stand below a class's fields, each as one paragraph."""
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    assert isinstance(node, ast.ClassDef)
    texts = {}
    for field, below in zip(node.body, node.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            texts[field.target.id] = " ".join(below.value.value.split())
    return texts


def describe(cls: type, command: str) -> str:
    """Return what stands above the options: the class's docstring, and examples if it has any.

    Args:
        cls: a dataclass; its EXAMPLES are command lines without their beginning.
        command: that beginning.
    """
    width = min(shutil.get_terminal_size().columns, WIDEST)
    paragraphs = inspect.cleandoc(cls.__doc__ or "").split("\n\n")
    parts = [_fill(paragraph, width) for paragraph in paragraphs]
    examples = [f"{2 * INDENT}{command} {line}" for line in getattr(cls, "EXAMPLES", ())]
    if examples:
        parts.append("\n".join([f"{INDENT}Examples:", *examples]))
    return "\n\n".join(parts)


def _fill(paragraph: str, width: int) -> str:
    text = " ".join(paragraph.split())
    return textwrap.fill(text, width, initial_indent=INDENT, subsequent_indent=INDENT)


class _Paper(io.StringIO):
    """Takes what would be printed; colours and lines are as they would have been."""

    encoding = "utf-8"

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__()
        self._is_terminal = stream is not None and stream.isatty()

    def isatty(self) -> bool:
        return self._is_terminal


@contextlib.contextmanager
def plainly(prog: str, options: Mapping[str, Option], is_help: bool) -> Iterator[None]:
    """Set what tyro prints: help without gaps, and the box about a wrong option as one line.

    Args:
        prog: the program's name, for a hint.
        options: as `read_options` gives them.
        is_help: whether help is asked for: that keeps to the terminal's width.

    Raises:
        ValueError: what is wrong with the command line, and what may have been meant.
    """
    columns = os.environ.get("COLUMNS")
    page, box = _Paper(sys.stdout), _Paper(None)
    try:
        if not is_help:
            os.environ["COLUMNS"] = "1000"  # a sentence that is not cut into lines
        with contextlib.redirect_stdout(page), contextlib.redirect_stderr(box):
            yield
    except SystemExit as end:
        if end.code:
            raise ValueError(unbox(box.getvalue(), prog, options)) from None
        print(_set_help(page.getvalue()), end="", flush=True)
        raise
    finally:
        os.environ.pop("COLUMNS", None)
        if columns is not None:
            os.environ["COLUMNS"] = columns


def _set_help(text: str) -> str:
    """Wrap the line of the usage, and leave one blank line where tyro leaves two."""
    usage, rest = text.split("\n", 1)
    width = shutil.get_terminal_size().columns
    indent = INDENT * 4
    usage = textwrap.fill(
        COLOUR.sub("", usage),  # textwrap would count it
        width,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return re.sub(r"\n{3,}", "\n\n", f"{usage}\n{rest}")
