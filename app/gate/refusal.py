"""What is said of a request that does not pass."""

from collections.abc import Mapping

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

LONGEST = 200  # characters of a sentence of Gradio's, which may repeat what it was sent


class Refusal(Exception):
    """A request that shall not pass, with the status it is answered with."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def answer(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A refusal in the form of Gradio's own: {detail: a sentence}."""
    return JSONResponse({"detail": sentence}, status, headers)


async def refuse_shortly(request: Request, error: Exception) -> JSONResponse:
    """Answer with a refusal of Gradio's own, as one short sentence."""
    assert isinstance(error, HTTPException)
    words = str(error.detail).removesuffix(".")[:LONGEST]
    return answer(error.status_code, f"{words}.", error.headers)


async def refuse_misfit(request: Request, error: Exception) -> JSONResponse:
    """Answer what is JSON, but of another form than Gradio's, in one sentence."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part != "body")
    return answer(422, f"The request does not fit at {place or 'its root'}: {first['msg']}.")
