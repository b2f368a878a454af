"""Calls of endpoints: checked before they queue, where Gradio would answer with its own fault.

What the values mean is read by the tab that is asked; but for files, which Gradio would fetch from
wherever a caller says.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import gradio as gr
from gradio.data_classes import FileData
from gradio.utils import get_upload_folder
from pydantic import ValidationError

from app.gate.refusal import Refusal
from app.gate.values import Body, check_visit, list_objects


def check_event(page: gr.Blocks, route: str, asked: Body) -> None:
    """Check a call of an endpoint.

    Raises:
        Refusal: there is none, or it is not given what it takes.
    """
    check_visit(asked)
    for one in list_objects(asked):
        if "path" in one:
            check_file(one)
    number = asked.get("fn_index")
    names = [fn.api_name for key, fn in page.fns.items() if key == number]
    name = route.rpartition("/")[2] if route.startswith("/call/") else next(iter(names), None)
    endpoints: Mapping[str, Body] = page.get_api_info()["named_endpoints"]
    if f"/{name}" not in endpoints:
        raise Refusal(
            404, "There is no such endpoint; /gradio_api/info lists those that there are."
        )
    parameters = endpoints[f"/{name}"]["parameters"]
    assert isinstance(parameters, list)
    if route.startswith("/call/v2/"):
        values = pick_values(parameters, asked)
    else:
        values = read_list(asked.get("data"), len(parameters))
    for parameter, value in zip(parameters, values, strict=True):
        if parameter["component"] == "File" and not (value is None or is_file(value)):
            raise Refusal(400, f"{parameter['parameter_name']} must be a file that was uploaded.")


def read_list(data: object, length: int) -> list[object]:
    """Read values that are given in order.

    Raises:
        Refusal: there are more or fewer of them.
    """
    if not isinstance(data, list) or len(data) != length:
        raise Refusal(400, f"data must be a list of {length} values.")
    return data


def pick_values(parameters: Sequence[Body], asked: Body) -> list[object]:
    """Return the values of parameters that are given by their names.

    Raises:
        Refusal: one has to be given, or there is none of that name.
    """
    names = [str(parameter["parameter_name"]) for parameter in parameters]
    if {*asked} - {*names, "session_hash"}:
        raise Refusal(400, f"There is a parameter too many; there are {', '.join(names)}.")
    for name, parameter in zip(names, parameters, strict=True):
        if name not in asked and not parameter["parameter_has_default"]:
            raise Refusal(400, f"The parameter {name} is missing.")
    defaults = [parameter["parameter_default"] for parameter in parameters]
    return [asked.get(name, default) for name, default in zip(names, defaults, strict=True)]


def is_file(value: object) -> bool:
    """Whether this is an object that names a file; `check_file` says whether it may."""
    return isinstance(value, dict) and "path" in value


def check_file(file: Body) -> None:
    """Check an object that names a file.

    Raises:
        Refusal: it is not one that was uploaded, or lies elsewhere.
    """
    try:
        path = Path(FileData.model_validate(file).path).resolve()
        is_here = path.is_relative_to(Path(get_upload_folder()).resolve()) and path.is_file()
    except (ValidationError, ValueError, OSError):
        is_here = False
    if not is_here:
        raise Refusal(400, "A file must have been uploaded before; send its path as it came.")
