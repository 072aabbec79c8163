"""What a call brings back: a status, headers, and JSON or text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from memory.errors import Invalid, Malformed
from memory.json_text import loads
from memory.json_values import JsonObject, written
from tools.addresses import shown
from tools.decoding import charset_of, decoded
from tools.request import Answer, Head

READABLE = ("json", "xml", "yaml", "javascript", "graphql", "x-www-form-urlencoded")


@dataclass(frozen=True)
class HttpAnswer:
    """Headers are by their names in small letters. `text` is None where the answer is `json`."""

    status: int
    headers: Mapping[str, str]
    json: JsonValue = None
    text: str | None = None

    @property
    def output(self) -> JsonObject:
        """The answer as one JSON object: `status`, `headers`, and `json` or `text`."""
        content: JsonObject = {"json": self.json} if self.text is None else {"text": self.text}
        return {"status": self.status, "headers": dict(self.headers), **content}


def is_readable(head: Head) -> bool:
    """Whether it says that it is text of some kind, or nothing at all."""
    kind = _kind(head)
    return not kind or kind.startswith("text/") or any(word in kind for word in READABLE)


def read_answer(answer: Answer, name: str, *, without: bool) -> HttpAnswer:
    """`answer` read as what it says it is; `without` content there is nothing to read."""
    if without or answer.status in (204, 304):
        return HttpAnswer(answer.status, answer.headers, text="")
    if not is_readable(answer):
        raise Malformed(f"{name} answered with {shown(_kind(answer))}, which is neither JSON nor text.")
    if "json" in _kind(answer) and answer.content.strip():
        return HttpAnswer(answer.status, answer.headers, json=_json(answer.content, name))
    text = decoded(answer.content, charset_of(answer.headers.get("content-type", "")))
    if text is None or "\0" in text:
        raise Malformed(f"{name} answered with what is neither JSON nor text.")
    return HttpAnswer(answer.status, answer.headers, text=text)


def _json(content: bytes, name: str) -> JsonValue:
    try:
        value = cast(JsonValue, loads(content))
        written(value, "json")
    except (ValueError, RecursionError, Invalid):
        raise Malformed(f"{name} says that it answers with JSON, and does not.") from None
    return value


def _kind(head: Head) -> str:
    return head.headers.get("content-type", "").partition(";")[0].strip().lower()
