"""What is said of a request that does not pass."""

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse


class Refusal(Exception):
    """A request that shall not pass, with the status it is answered with."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def answer(status: int, sentence: str) -> JSONResponse:
    """A refusal as Gradio words its own: {detail: a sentence}."""
    return JSONResponse({"detail": sentence}, status)


async def refuse_misfit(request: Request, error: Exception) -> JSONResponse:
    """Answer what is JSON, but of another form than Gradio's, in one sentence."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part != "body")
    return answer(422, f"The request does not fit at {place or 'its root'}: {first['msg']}.")
