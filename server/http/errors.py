"""What a refusal looks like over HTTP: the tree of `memory/errors.py` becomes status codes here, and nowhere else.

The routes of the LangGraph protocol answer `{"detail": "one sentence"}`; all others an RFC 9457 problem document.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import redis.exceptions
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from memory.errors import (
    Conflict,
    Invalid,
    Malformed,
    Mistakes,
    NotFound,
    Refused,
    Suppressed,
    TooLarge,
    Unavailable,
    ZigralError,
)
from memory.mistakes import written_parts
from memory.scripts import is_temporary

PROTOCOL = ("/assistants", "/threads", "/runs", "/store", "/ok", "/info")
STATUSES: dict[type[ZigralError], int] = {
    Unavailable: 503,
    Refused: 403,
    Malformed: 422,
    Invalid: 422,
    TooLarge: 413,
    NotFound: 404,
    Conflict: 409,
    Suppressed: 403,
}
AGAIN = "5"  # seconds until a client asks again
LONGEST = 500  # characters of a sentence: it may repeat what the client sent


class HttpRefusal(ZigralError):
    """A refusal that only HTTP knows: its status, and headers of its own."""

    def __init__(self, status: int, sentence: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = dict(headers or {})


def contradiction(sentence: str) -> HttpRefusal:
    """A request that is well formed and cannot be meant: 400."""
    return HttpRefusal(400, sentence)


def refusal(
    path: str,
    status: int,
    sentence: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> Response:
    """The answer that says no: in the shape of the routes that the path belongs to."""
    sentence = _printable(sentence)
    if is_protocol(path):
        body: dict[str, object] = {"detail": sentence}
        media_type = "application/json"
    else:
        title = HTTPStatus(status).phrase
        body = {"type": "about:blank", "title": title, "status": status, "detail": sentence}
        body |= {"errors": list(errors)} if errors else {}
        media_type = "application/problem+json"
    given = dict(headers or {})
    if status == 503:
        given.setdefault("Retry-After", AGAIN)
    return Response(json.dumps(body), status_code=status, media_type=media_type, headers=given)


def is_protocol(path: str) -> bool:
    """Whether the path is one of the LangGraph protocol's."""
    return any(path == root or path.startswith(f"{root}/") for root in PROTOCOL)


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error in its shape; what nobody foresaw is ours, and says nothing of the inside."""
    app.add_exception_handler(ZigralError, _zigral)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(redis.exceptions.RedisError, _redis)
    app.add_exception_handler(Exception, _unforeseen)


async def _zigral(request: Request, error: Exception) -> Response:
    if isinstance(error, HttpRefusal):
        return refusal(request.url.path, error.status, str(error), headers=error.headers)
    status = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)
    return refusal(request.url.path, status, str(error), errors=_faults(error))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return refusal(request.url.path, error.status_code, _sentence(str(error.detail)), headers=error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [
        {"path": place(fault["loc"]), "message": str(fault["msg"]).removeprefix("Value error, ")}
        for fault in error.errors()
    ]
    first = faults[0]
    sentence = f"{first['path']}: {first['message']}." if first["path"] else f"{first['message']}."
    return refusal(request.url.path, 422, sentence, errors=faults)


async def _redis(request: Request, error: Exception) -> Response:
    if is_temporary(error):
        return refusal(request.url.path, 503, "The data server does not answer. Try again in a moment.")
    raise error


async def _unforeseen(request: Request, _: Exception) -> Response:
    return refusal(request.url.path, 500, "Zigral made a mistake; its log has the details.")


def place(loc: Sequence[object]) -> str:
    """A place in a request as people write it: `steps[1].name`. What Pydantic adds for a union is left out."""
    parts = [part for part in written_parts(loc) if part != "body"]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def _faults(error: Exception) -> list[dict[str, str]]:
    """Where in the request it is wrong, if the error says so."""
    if isinstance(error, Mistakes):
        return [{"path": _printable(one.path), "message": _printable(one.message)} for one in error.mistakes]
    if not isinstance(error, Invalid) or error.where is None:
        return []
    return [{"path": _printable(error.where), "message": _printable(str(error).removeprefix(f"{error.where}: "))}]


def _sentence(words: str) -> str:
    return words if words.endswith(".") else f"{words}."


def _printable(sentence: str) -> str:
    """One line without control characters or halves of characters, and not longer than a person reads."""
    text = "".join(c if c.isprintable() else " " for c in sentence[: LONGEST + 1])
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
