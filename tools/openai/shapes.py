"""The shape of an answer: as a JSON schema for the endpoint, and as a check of what came."""

import json
import re
from collections.abc import Iterator
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from tools.openai.chat import Format, Mode
from tools.openai.faults import EmptyAnswer, InvalidJson, SchemaViolation

LONGEST = 200_000  # characters of an answer that are read
LONGEST_TEXT = 4_000  # characters of one text in it

_FENCED = re.compile(r"```(?:json)?[ \t]*\n(.*?)```", re.DOTALL | re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("", text)[:LONGEST_TEXT].strip()


Words = Annotated[str, AfterValidator(_clean)]


class Shape(BaseModel):
    """What an answer must look like. Every field is required, as a strict schema demands; the docstring is told."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


S = TypeVar("S", bound=Shape)


def format_of(shape: type[Shape], mode: Mode) -> Format:
    """What asks an endpoint for the shape."""
    if mode == "json_schema":
        schema = {"name": shape.__name__, "strict": True, "schema": shape.model_json_schema()}
        return {"type": "json_schema", "json_schema": schema}
    return {"type": "json_object"} if mode == "json_object" else None


def spelled_out(shape: type[Shape]) -> str:
    """The shape for a model whose endpoint does not hold it to a schema."""
    schema = json.dumps(shape.model_json_schema(), ensure_ascii=False)
    return f"Answer with one JSON object and nothing else. It must be valid against this JSON schema:\n{schema}"


def read(text: str, shape: type[S]) -> S:
    """The answer; `EmptyAnswer`, `InvalidJson` or `SchemaViolation` where it is none.

    A fence or some prose around the one object is passed over: what it says is checked anyway.
    """
    if not text.strip():
        raise EmptyAnswer
    if len(text) > LONGEST:
        raise InvalidJson("it is far too long")
    try:
        return shape.model_validate(_loaded(text))
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"] if isinstance(part, int) or part.isascii())
        raise SchemaViolation(place[:60] or "its top") from None


def _loaded(text: str) -> object:
    why = "it does not parse"
    for candidate in _candidates(text):
        try:
            return json.loads(candidate, object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
        except _Twice:
            raise InvalidJson("a key stands in it twice") from None
        except (ValueError, RecursionError):
            continue
    raise InvalidJson(why)


def _candidates(text: str) -> Iterator[str]:
    """The whole; what stands in its one fence; what stands between its outer braces."""
    yield text.strip().lstrip("\ufeff")
    fenced = _FENCED.findall(text)
    if len(fenced) == 1:
        yield fenced[0]
    first, last = text.find("{"), text.rfind("}")
    if 0 <= first < last:
        yield text[first : last + 1]


class _Twice(Exception):
    """A key stands twice in one object: which of the two was meant cannot be told."""


def _no_key_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found


def _no_constant(name: str) -> object:
    raise ValueError(name)
