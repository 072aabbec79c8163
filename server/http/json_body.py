"""Reading JSON as the protocol promises it back: nothing rounded, nothing dropped, and within bounds."""

import json
import math
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, NoReturn

import orjson
from fastapi import Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

LONG_NUMBER = re.compile(rb"\d{17}")  # orjson reads integers beyond 64 bits as floats
LONGEST_INTEGER = 4000  # digits; Python itself reads 4300


def read_json(body: bytes, max_depth: int) -> Any:
    """The value of a body; `HTTPException` 422 where it is not JSON, or JSON that nobody could store."""
    try:
        value = _parsed(body)
    except UnicodeDecodeError:
        raise HTTPException(422, "The body is not UTF-8.") from None
    except RecursionError:
        raise _too_deep(max_depth) from None
    except ValueError as error:
        raise HTTPException(422, f"The body is not JSON ({error}).") from None
    if body.count(b"[") + body.count(b"{") > max_depth and _depth(value, max_depth) > max_depth:
        raise _too_deep(max_depth)
    return value


def _parsed(body: bytes) -> Any:
    """orjson is many times faster; what it would change or refuses is the standard library's."""
    if not LONG_NUMBER.search(body):
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(body)
    return json.loads(body, parse_constant=_no_constant, parse_float=_finite, parse_int=_countable)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is larger than any number that can be kept")
    return number


def _countable(text: str) -> int:
    if len(text) > LONGEST_INTEGER:
        raise ValueError(f"an integer has more than {LONGEST_INTEGER} digits")
    return int(text)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _too_deep(max_depth: int) -> HTTPException:
    return HTTPException(422, f"The body nests deeper than {max_depth} levels.")


def _depth(value: Any, enough: int) -> int:
    """How deep a value nests; counting stops once it is more than enough."""
    level, depth = [value], 0
    while level and depth <= enough:
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        depth += 1
    return depth


class JsonRequest(Request):
    """A request whose body is read by `read_json`."""

    async def json(self) -> Any:
        """The body's value."""
        if not hasattr(self, "_json"):
            self._json = read_json(await self.body(), self.app.state.settings.max_depth)
        return self._json


class JsonRoute(APIRoute):
    """A route whose request is a `JsonRequest`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, with our request."""
        handle = super().get_route_handler()

        async def handle_json(request: Request) -> Response:
            return await handle(JsonRequest(request.scope, request.receive))

        return handle_json
