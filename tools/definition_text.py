"""Reading a workflow's definition from JSON or YAML text, to the value that is checked elsewhere.

YAML means what JSON means: its plain words are those of YAML 1.2 (`yes`, `off` and 2026-03-01 are texts), and what
JSON has not is refused: anchors and aliases, which can be made to explode, tags, a second document. A key that
stands twice is refused in both. A number that JSON has not is read as NaN or an infinity, so that the check of the
whole can say where it stands, beside all else that is wrong.
"""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import yaml
from pydantic import JsonValue

from memory.definitions import LARGEST
from memory.errors import Invalid, TooLarge

LARGEST_TEXT = 4 * LARGEST  # bytes: with the white space and comments of people, who indent
DEEPEST_TEXT = 200
LONGEST_INTEGER = 4_000  # digits; Python itself reads 4,300
LONGEST_SHOWN = 80

NULL = re.compile(r"~|null|Null|NULL|")
TRUTH = re.compile(r"(true|True|TRUE)|false|False|FALSE")
INTEGER = re.compile(r"[-+]?[0-9]+")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NO_NUMBER = re.compile(r"[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN")


class Mark(Protocol):
    """Where YAML has come to, counted from 0."""

    line: int


Pairs = list[tuple[str, JsonValue]]
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where it is there: many times faster


def load_definition(path: Path) -> JsonValue:
    """The value in a file; `Invalid` names the file and the line."""
    try:
        size = path.stat().st_size
        if size > LARGEST_TEXT:
            raise _too_large(size, path.name)
        data = path.read_bytes()
    except OSError as error:
        raise Invalid(f"The file cannot be read ({error.strerror}).", where=str(path)) from None
    return read_definition(data, name=path.name)


def read_definition(text: str | bytes, *, name: str = "definition") -> JsonValue:
    """The value that JSON or YAML text says; `Invalid` with the line where it says none."""
    if len(text) > LARGEST_TEXT:
        raise _too_large(len(text), name)
    try:
        decoded = (text.encode("utf-8") if isinstance(text, str) else text).decode("utf-8-sig")
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        place = error.start + 1
        raise Invalid(f"The text is not UTF-8, from place {place} on. Save it as UTF-8.", where=name) from None
    return _json(decoded, name) if decoded.lstrip()[:1] in ("{", "[") else _Yaml(decoded, name).value()


def _too_large(size: int, name: str) -> TooLarge:
    return TooLarge(f"A definition has at most {LARGEST_TEXT:,} bytes as text; this has {size:,}.", where=name)


def _json(text: str, name: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text, object_pairs_hook=_object, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise Invalid(f"This is no JSON: {error.msg}.", where=f"{name}:{error.lineno}") from None
    except RecursionError:
        raise Invalid(f"It is nested more than {DEEPEST_TEXT} deep. Flatten it.", where=name) from None
    except ValueError as error:
        raise Invalid(str(error), where=name) from None
    return value


def _object(pairs: Pairs) -> JsonValue:
    found: dict[str, JsonValue] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"The key {key[:LONGEST_SHOWN]!r} stands twice in one object. Keep one of them.")
        found[key] = value
    return found


def _integer(digits: str) -> float:
    return int(digits) if len(digits) <= LONGEST_INTEGER else math.copysign(math.inf, int(digits[:2]))


class _Yaml:
    """Builds the value from YAML's events, so that nothing is made that JSON has not."""

    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=Loader)
        self._line = 1

    def value(self) -> JsonValue:
        """The one document's value."""
        try:
            event = self._next()
            value = None if isinstance(event, yaml.StreamEndEvent) else self._of(event, 0)
            if not isinstance(self._next(), yaml.StreamEndEvent):
                raise self._invalid("A second document begins here. Put each definition into a file of its own.")
        except yaml.MarkedYAMLError as error:
            self._goes_to(error.problem_mark or error.context_mark)
            raise self._invalid(f"This is no YAML: {error.problem or error.context}.") from None
        except yaml.YAMLError as error:
            raise self._invalid(f"This is no YAML: {str(error).splitlines()[0][:LONGEST_SHOWN]}.") from None
        return value

    def _next(self) -> yaml.Event:
        """The next event that says something."""
        for event in self._events:
            self._goes_to(event.start_mark)
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise self._invalid("Anchors (&) and aliases (*) are not taken. Write the value out, or quote it.")
            if getattr(event, "tag", None) not in (None, "!"):
                raise self._invalid("Tags (!) are not taken. Write a plain value.")
            if not isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent | yaml.DocumentEndEvent):
                return event
        return yaml.StreamEndEvent()

    def _goes_to(self, mark: Mark | None) -> None:
        self._line = mark.line + 1 if mark else self._line

    def _of(self, event: yaml.Event, depth: int) -> JsonValue:
        if depth > DEEPEST_TEXT:
            raise self._invalid(f"It is nested more than {DEEPEST_TEXT} deep. Flatten it.")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(depth)
        if isinstance(event, yaml.SequenceStartEvent):
            found: list[JsonValue] = []
            while not isinstance(inner := self._next(), yaml.SequenceEndEvent):
                found.append(self._of(inner, depth + 1))
            return found
        return self._scalar(event) if isinstance(event, yaml.ScalarEvent) else None

    def _mapping(self, depth: int) -> JsonValue:
        found: dict[str, JsonValue] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._invalid('A key is a text. A template stands in quotes: "{{input.lead}}".')
            if event.value in found:
                raise self._invalid(f"The key {event.value[:LONGEST_SHOWN]!r} stands twice. Keep one of them.")
            found[event.value] = None
            found[event.value] = self._of(self._next(), depth + 1)
        return found

    def _scalar(self, event: yaml.ScalarEvent) -> JsonValue:
        text: str = event.value
        if not event.implicit[0]:
            return text  # it is quoted
        if NULL.fullmatch(text):
            return None
        if truth := TRUTH.fullmatch(text):
            return bool(truth[1])
        if INTEGER.fullmatch(text):
            return _integer(text)
        if NO_NUMBER.fullmatch(text):
            return float(text.replace(".", ""))
        return float(text) if NUMBER.fullmatch(text) else text

    def _invalid(self, sentence: str) -> Invalid:
        return Invalid(sentence, where=f"{self._name}:{self._line}")
