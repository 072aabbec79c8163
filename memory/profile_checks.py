"""What must hold between the parts of a profile or an offer, beside what each part demands of itself.

These checks read plain tables, as a file or a JSON body gives them, and pass over what is not of
its kind: so they say all that is wrong at once, even where the parts are not valid yet.
"""

import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from memory.words import Answer

Key = str | int
Path = tuple[Key, ...]
Table = Mapping[str, object]

LONGEST_KEY = 80  # characters of a key that are shown
VERDICTS: tuple[Answer, ...] = ("yes", "no", "unknown")


@dataclass(frozen=True)
class Mistake:
    """Something wrong at `path`; `sentence` begins with its verb: "is missing."."""

    path: Path
    sentence: str

    def __str__(self) -> str:
        return f"{spelled(self.path)} {self.sentence}"


def spelled(path: Path) -> str:
    """The path as a person writes it: `criteria[0].weight`, counted from 0."""
    keys = "".join(f"[{key}]" if isinstance(key, int) else f".{_key(key)}" for key in path)
    return keys.removeprefix(".") or "the whole"


def _key(key: str) -> str:
    return key if key.isidentifier() and len(key) <= LONGEST_KEY else json.dumps(key[:LONGEST_KEY])


def tables(data: Table, key: str) -> Iterator[tuple[int, Table]]:
    """The tables of the list under `key`, with their numbers."""
    rows = data.get(key)
    for number, row in enumerate(rows if isinstance(rows, (list, tuple)) else ()):
        if isinstance(row, Mapping):
            yield number, row


def icp_mistakes(data: Table) -> list[Mistake]:
    """All that is wrong between the parts of a profile."""
    return [*_repeated(data, "criteria"), *_criteria(data), *_weightless(data), *_tests(data)]


def basis_mistake(rule: object, question: object) -> str | None:
    """What is wrong where a criterion has not exactly one of the two."""
    if rule is None and question is None:
        return "needs a rule or a question."
    return None if rule is None or question is None else "has a rule and a question; keep one of them."


def offer_mistakes(data: Table) -> list[Mistake]:
    """All that is wrong between the parts of an offer."""
    return [*_repeated(data, "statements"), *_untranslated(data), *_unspoken(data)]


def _repeated(data: Table, key: str) -> Iterator[Mistake]:
    first: dict[object, int] = {}
    for number, row in tables(data, key):
        name = row.get("id")
        if isinstance(name, str) and first.setdefault(name, number) != number:
            yield Mistake((key, number, "id"), f"is {name!r}, as that of {spelled((key, first[name]))} is already.")


def _criteria(data: Table) -> Iterator[Mistake]:
    for number, criterion in tables(data, "criteria"):
        if sentence := basis_mistake(criterion.get("rule"), criterion.get("question")):
            yield Mistake(("criteria", number), sentence)
        if criterion.get("id") == "qualified":
            yield Mistake(("criteria", number, "id"), "is 'qualified', which the tests use for the whole.")


def _weightless(data: Table) -> Iterator[Mistake]:
    criteria = [criterion for _, criterion in tables(data, "criteria")]
    weights = [criterion.get("weight", 0) for criterion in criteria if criterion.get("kind") != "never"]
    if criteria and all(isinstance(weight, (int, float)) and weight <= 0 for weight in weights):
        yield Mistake(("criteria",), "have no weight above 0 on a must or should, so there is no score.")


def _tests(data: Table) -> Iterator[Mistake]:
    ids = {id_ for _, criterion in tables(data, "criteria") if isinstance(id_ := criterion.get("id"), str)}
    for number, test in tables(data, "tests"):
        yield from _lead(("tests", number, "lead"), test.get("lead"))
        expected = test.get("expect")
        for key, answer in expected.items() if isinstance(expected, Mapping) else ():
            if sentence := _expectation(key, answer, ids):
                yield Mistake(("tests", number, "expect", key), sentence)


def _expectation(key: str, answer: object, ids: Set[str]) -> str | None:
    if key == "qualified":
        return None if isinstance(answer, bool) else "must be true or false."
    if key not in ids:
        return "names no criterion of this profile."
    return None if answer in VERDICTS else 'must be "yes", "no" or "unknown".'


def _lead(path: Path, lead: object) -> Iterator[Mistake]:
    for key, value in lead.items() if isinstance(lead, Mapping) else ():
        if not isinstance(value, (str, int, float)):
            yield Mistake((*path, key), "must be a text, a number, true or false.")
        elif key == "employees" and (isinstance(value, bool) or not isinstance(value, int)):
            yield Mistake((*path, key), "must be a whole number.")


def _own_language(data: Table) -> str:
    language = data.get("language", "en")
    return language if isinstance(language, str) else "en"


def _untranslated(data: Table) -> Iterator[Mistake]:
    for field in ("what", "audience", "call_to_action"):
        texts = data.get(field)
        if isinstance(texts, Mapping) and _own_language(data) not in texts:
            yield Mistake((field,), f"has no text in {_own_language(data)!r}, the offer's own language.")


def _unspoken(data: Table) -> Iterator[Mistake]:
    spoken = [statement.get("language") or _own_language(data) for _, statement in tables(data, "statements")]
    if spoken and _own_language(data) not in spoken:
        yield Mistake(("statements",), f"has none in {_own_language(data)!r}, the offer's own language.")
