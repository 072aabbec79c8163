"""How refusals are told of in /openapi.json."""

from http import HTTPStatus
from typing import Any

ALWAYS = (400, 401, 403, 408, 413, 415, 422, 429, 503)  # what any route may answer

TEXT = {"type": "string"}
FAULT = {"type": "object", "properties": {"path": TEXT, "message": TEXT}, "required": ["path", "message"]}
PROBLEM = {
    "title": "Problem",
    "description": "A refusal, by RFC 9457. `errors` says each thing that is wrong, where several may be.",
    "type": "object",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "errors": {"type": "array", "items": FAULT},
    },
    "required": ["type", "title", "status", "detail"],
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that refuses with these statuses beside those of every route."""
    content = {"application/problem+json": {"schema": PROBLEM}}
    return _all(content, (*ALWAYS, *statuses))


def details() -> dict[int | str, dict[str, Any]]:
    """The `responses` of the LangGraph protocol's routes: a sentence in `detail`."""
    detail = {"title": "Detail", "type": "object", "properties": {"detail": TEXT}, "required": ["detail"]}
    return _all({"application/json": {"schema": detail}}, (*ALWAYS, 404, 409))


def _all(content: dict[str, Any], every: tuple[int, ...]) -> dict[int | str, dict[str, Any]]:
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in every}
