"""Places of Python source that can be broken, and what each becomes: for scripts/break_places.py.

A place is a node of the syntax tree; what is declared, said or only shown is none: docstrings,
annotations, messages, f-strings, text of several words, what runs under `__main__`.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div, ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
EXCHANGED = {"minimum": "maximum", "min": "max", "any": "all", "floor": "ceil", "argmin": "argmax"}
EXCHANGED |= {theirs: ours for ours, theirs in EXCHANGED.items()}
KEY = re.compile(r"[a-z][a-z0-9_]*")  # a choice or a key; what is not one is text to read
TESTS = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Constant)  # places of their own
# Without one of these nothing is undefined: it is missed only by what it would have done.
REMOVED = (ast.AugAssign, ast.Raise, ast.Delete, ast.Continue, ast.Break)


@dataclass(frozen=True)
class Place:
    """A place that can be broken: bytes of a file, and what to write there instead."""

    path: Path
    line: int
    start: int
    end: int
    before: str
    after: str

    def broken(self, source: bytes) -> bytes:
        """Return the file's source with this place broken."""
        return source[: self.start] + self.after.encode() + source[self.end :]


def find_places(path: Path, source: str) -> list[Place]:
    """Return every place of a file, in its order; one for each thing that can be done to a node.

    Args:
        path: what the places will say they are in.
        source: the file's text.
    """
    starts = [0]
    for text in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(text))
    places = []
    for node in _walk(ast.parse(source)):
        what = node.test if isinstance(node, ast.If | ast.While) else node
        start = starts[what.lineno - 1] + what.col_offset
        end = starts[(what.end_lineno or what.lineno) - 1] + (what.end_col_offset or 0)
        for after in _break(node):
            places.append(Place(path, what.lineno, start, end, ast.unparse(what), after))
    return places


def _walk(tree: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Yield the nodes that do something, without those that declare or say something."""
    for field, value in ast.iter_fields(tree):
        if field in {"annotation", "returns", "type_comment"} or _is_said(tree, field):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _is_said_whole(child):
                continue
            if isinstance(child, ast.expr | ast.stmt):
                yield child
            yield from _walk(child)


def _is_said(node: ast.AST, field: str) -> bool:
    """Whether a field of a node is a message, or a closed choice spelled for the type checker."""
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Assert) and field == "msg"):
        return True
    return isinstance(node, ast.Subscript) and ast.unparse(node.value) in {"Literal", "Annotated"}


def _is_said_whole(node: ast.AST) -> bool:
    """Whether nothing in a node is a place: text, or code that tests do not run."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.If):
        return ast.unparse(node.test) in {"TYPE_CHECKING", "__name__ == '__main__'"}
    return isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom)


def _break(node: ast.expr | ast.stmt) -> Iterator[str]:
    """Yield the texts that a node may be broken to."""
    match node:
        case ast.Constant():
            yield from _break_constant(node.value)
        case ast.Compare():
            for i, operator in enumerate(node.ops):
                broken = copy.deepcopy(node)
                broken.ops[i] = COMPARED[type(operator)]()
                yield f"({ast.unparse(broken)})"
        case ast.BinOp(left, operator, right) if type(operator) in COMPUTED:
            yield f"({ast.unparse(ast.BinOp(left, COMPUTED[type(operator)](), right))})"
        case ast.BoolOp(operator, values):
            other = ast.And() if isinstance(operator, ast.Or) else ast.Or()
            yield f"({ast.unparse(ast.BoolOp(other, values))})"
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield f"({ast.unparse(operand)})"
        case ast.IfExp(test, body, orelse):
            yield f"({ast.unparse(ast.IfExp(test, orelse, body))})"
        case ast.Call(function, arguments, keywords):
            name = ast.unparse(function)
            owner, dot, last = name.rpartition(".")
            if last in EXCHANGED:
                renamed = ast.Name(f"{owner}{dot}{EXCHANGED[last]}")
                yield ast.unparse(ast.Call(renamed, arguments, keywords))
        case ast.Return(value) if value is not None and ast.unparse(value) != "None":
            yield "return None"
        case ast.If(test) | ast.While(test) if not isinstance(test, TESTS):
            yield f"not ({ast.unparse(test)})"
        case ast.Expr(ast.Call()):
            yield "pass"
        case ast.Assign(targets) if isinstance(targets[0], ast.Attribute | ast.Subscript):
            yield "pass"
        case ast.stmt() if isinstance(node, REMOVED):
            yield "pass"


def _break_constant(value: object) -> Iterator[str]:
    """Yield what a constant becomes; text only where it is a choice or a key."""
    if isinstance(value, bool):
        yield str(not value)
    elif isinstance(value, int):
        yield str(value + 1)
    elif isinstance(value, float):
        yield repr(value * 1.5 or 1.0)
    elif isinstance(value, str) and KEY.fullmatch(value):
        yield repr(value + "_")
