"""From a template's text to its parts, with the position of the first thing that cannot be read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import NoReturn

from pydantic import JsonValue

from memory.errors import Invalid
from tools.templates.filters import FILTERS, misfit
from tools.templates.syntax import Expression, Filter, Path, Template
from tools.templates.values import listed, short

LONGEST_TEMPLATE = 64 * 1024  # characters
MOST_EXPRESSIONS = 1_000  # in one text
MOST_FILTERS = 20  # after one path
MOST_KEYS = 50  # in one path
LONGEST_CACHED = 1_000  # characters: the cache of the rest would be the largest thing in the process
ROOTS = ("input", "steps", "item", "index")

BLANK = re.compile(r"\s*")
WORD = re.compile(r"[^\W\d][\w-]*")
TEXT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
KEY = re.compile(r"\.([\w-]+)|\[\s*([0-9]+)\s*\]|\[\s*('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\s*\]", re.DOTALL)
NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?(?![\w.])")
EMPTY = re.compile(r"\[\s*\]|\{\s*\}")
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}
CONSTANTS: dict[str, JsonValue] = {"true": True, "false": False, "null": None}
DUNDER = re.compile(r"__\w*__")


def parse(text: str) -> Template:
    """The template that `text` says; `Invalid`, with the character's position, where it says none."""
    return _parse_short(text) if len(text) <= LONGEST_CACHED else _parse(text)


def _parse(text: str) -> Template:
    if len(text) > LONGEST_TEMPLATE:
        raise Invalid(f"A template has at most {LONGEST_TEMPLATE:,} characters; this has {len(text):,}.")
    return Template(text, tuple(_parts(text)))


_parse_short = lru_cache(maxsize=4096)(_parse)


def _parts(text: str) -> Iterator[str | Expression]:
    at = count = 0
    while (begins := text.find("{{", at)) >= 0:
        count += 1
        if count > MOST_EXPRESSIONS:
            raise _invalid(
                begins, f"A text has at most {MOST_EXPRESSIONS:,} templates. Split it over several steps."
            )
        if begins > at:
            yield text[at:begins]
        reader = _Reader(text, begins + 2)
        yield reader.expression()
        at = reader.at
    if at < len(text) or not text:
        yield text[at:]


def _invalid(position: int, sentence: str) -> Invalid:
    return Invalid(sentence, where=f"character {position + 1}")


@dataclass
class _Reader:
    """Reads one expression; `at` is where it has come to."""

    text: str
    at: int

    def expression(self) -> Expression:
        begins = self.at - 2
        keys, position = self._path()
        filters: list[Filter] = []
        while not self._takes("}}"):
            if self._ends():
                raise _invalid(begins, "The template that begins here is never closed by }}.")
            if not self._takes("|"):
                self._stray("After a path or a filter comes | with a filter, or }}.")
            if len(filters) == MOST_FILTERS:
                raise _invalid(self.at, f"A path has at most {MOST_FILTERS} filters.")
            filters.append(self._filter())
        has_default = any(one.name == "default" for one in filters)
        if not has_default and (reason := misfit([one.name for one in filters])):
            raise _invalid(begins, reason)
        return Expression(Path(keys, has_default, position), tuple(filters))

    def _path(self) -> tuple[tuple[str, ...], int]:
        self._blank()
        position = self.at
        root = WORD.match(self.text, position)
        if not root or root[0] not in ROOTS:
            raise _invalid(position, self._no_root(root[0] if root else ""))
        self.at = root.end()
        keys = [root[0]]
        while found := KEY.match(self.text, self.at):
            keys.append(found[1] or found[2] or _unquoted(found[3], self.at))
            if DUNDER.fullmatch(keys[-1]):
                raise _invalid(self.at, f"{short(keys[-1])} is no key: templates read data, never attributes.")
            self.at = found.end()
        if len(keys) > MOST_KEYS:
            raise _invalid(position, f"A path has at most {MOST_KEYS} keys.")
        if root[0] == "steps" and len(keys) == 1:
            raise _invalid(position, "After steps comes a step's id: steps.qualify_lead.")
        if root[0] == "index" and len(keys) > 1:
            raise _invalid(position, "index is a number, and has nothing below it.")
        return tuple(keys), position

    def _no_root(self, word: str) -> str:
        if not word and (self._ends() or self.text.startswith("}}", self.at)):
            return "A template names a path: {{input.lead.email}}."
        found = short(word or self.text[self.at])
        return f"A path begins with input, steps, item or index, not with {found}. There is nothing else to read."

    def _filter(self) -> Filter:
        self._blank()
        position = self.at
        word = WORD.match(self.text, position)
        if not word:
            self._stray("After | comes a filter's name.")
        if word[0] not in FILTERS:
            raise _invalid(position, _unknown_filter(word[0]))
        self.at = word.end()
        arguments = tuple(self._arguments())
        known = FILTERS[word[0]]
        if fault := known.fault(arguments):
            raise _invalid(position, fault)
        return Filter(known.name, known.apply, arguments, known.makes)

    def _arguments(self) -> Iterator[JsonValue]:
        if not self._takes("(") or self._takes(")"):
            return
        yield self._literal()
        while not self._takes(")"):
            if not self._takes(","):
                self._stray("After an argument comes a comma or ).")
            yield self._literal()

    def _literal(self) -> JsonValue:
        self._blank()
        for pattern in (TEXT, NUMBER, EMPTY, WORD):
            if found := pattern.match(self.text, self.at):
                value = self._value(pattern, found)
                self.at = found.end()
                return value
        return self._stray("An argument is a text in quotes, a number, true, false, null, [] or {}.")

    def _value(self, pattern: re.Pattern[str], found: re.Match[str]) -> JsonValue:
        if pattern is TEXT:
            return _unquoted(found[0], self.at)
        if pattern is NUMBER:
            return self._number(found)
        if pattern is EMPTY:
            return [] if found[0].startswith("[") else {}
        if found[0] not in CONSTANTS:
            raise _invalid(
                self.at, f"{short(found[0])} is no argument: write it in quotes, or true, false or null."
            )
        return CONSTANTS[found[0]]

    def _number(self, found: re.Match[str]) -> JsonValue:
        if not found[1] and not found[2]:
            return int(found[0])
        number = float(found[0])
        if number in (float("inf"), float("-inf")):
            raise _invalid(self.at, f"{short(found[0])} is larger than any number that can be kept.")
        return number

    def _blank(self) -> None:
        found = BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _takes(self, sign: str) -> bool:
        self._blank()
        taken = self.text.startswith(sign, self.at)
        self.at += len(sign) if taken else 0
        return taken

    def _ends(self) -> bool:
        return self.at >= len(self.text)

    def _stray(self, wanted: str) -> NoReturn:
        if self._ends():
            raise _invalid(len(self.text), f"The template ends too early. {wanted}")
        raise _invalid(self.at, f"{short(self.text[self.at])} cannot stand here. {wanted}")


def _unknown_filter(name: str) -> str:
    close = get_close_matches(name[:100].lower(), FILTERS, n=1)
    meant = f" Did you mean {close[0]}?" if close else f" There are {', '.join(FILTERS)}."
    return f"There is no filter {short(name)}.{meant}"


def _unquoted(quoted: str, position: int) -> str:
    def meant(found: re.Match[str]) -> str:
        if found[1] not in ESCAPES:
            raise _invalid(
                position + 1 + found.start(), f"{found[0]!r} is no escape; there are {listed(list(ESCAPES))}."
            )
        return ESCAPES[found[1]]

    return ESCAPE.sub(meant, quoted[1:-1])
