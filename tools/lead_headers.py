"""What the columns of a lead file mean: a header's letters and digits decide, without case."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from memory.errors import Invalid
from memory.records import Lead
from tools.wordlists import lists_of

COLUMN_LIMIT = 1000
SHOWN = 20  # headers that a message names
FIELDS = tuple(name for name in Lead.model_fields if name not in ("lead_id", "extra"))

Aliases = Mapping[str, Sequence[str]]


class Column(NamedTuple):
    """A header and how it was understood: a field of `Lead`, or the name that it has in `Lead.extra`."""

    header: str
    name: str
    known: bool


def key_of(header: str) -> str:
    """What of a header counts: "E-mail" and "email" are one name."""
    return "".join(char for char in header.casefold() if char.isalnum())


def understand(headers: Sequence[str], *, where: str, addressed: bool = True) -> tuple[Column, ...]:
    """Each header's column; `Invalid` where they are too many, nameless, twice the same, or hold no address.

    One lead by itself need not be `addressed`: what is to be read about may have no address yet.
    """
    if len(headers) > COLUMN_LIMIT:
        raise Invalid(
            f"the header has more than {COLUMN_LIMIT:,} columns. Leave out those that are not needed.", where=where
        )
    keys = [key_of(header) for header in headers]
    fields = _fields(headers, keys, where)
    if addressed and "email" not in fields.values():
        raise Invalid(_no_address(headers), where=where)
    _refuse_nameless(headers, where)
    taken: Counter[str] = Counter()
    return tuple(
        Column(header, fields[at], known=True)
        if at in fields
        else Column(header, _extra_name(header, taken), False)
        for at, header in enumerate(headers)
    )


def known_fields(headers: Sequence[str]) -> int:
    """How many of the headers name a field, as far as can be told: more under the right delimiter."""
    keys = {key_of(header) for header in headers[:COLUMN_LIMIT]}
    same, instead = _aliases()
    return sum(not keys.isdisjoint((*same[field], *instead[field])) for field in FIELDS)


def stand_ins(columns: Sequence[Column]) -> dict[str, tuple[int, ...]]:
    """By field: the places of further columns that name it, which fill it in a row where its own has nothing."""
    _, instead = _aliases()
    keys = {key_of(column.header): at for at, column in enumerate(columns) if not column.known}
    given = {column.name for column in columns if column.known}
    found = {field: tuple(keys[alias] for alias in instead[field] if alias in keys) for field in given}
    return {field: places for field, places in found.items() if places}


def _fields(headers: Sequence[str], keys: Sequence[str], where: str) -> dict[int, str]:
    """Which field each recognised column fills, by the column's place."""
    same, instead = _aliases()
    found: dict[int, str] = {}
    for field in FIELDS:
        places = [at for at, key in enumerate(keys) if key in same[field]]
        if not places:
            first = next((alias for alias in instead[field] if alias in keys), None)
            places = [at for at, key in enumerate(keys) if key == first]
        if len(places) > 1:
            raise Invalid(_twice(field, [headers[at] for at in places]), where=where)
        found.update(dict.fromkeys(places, field))
    return found


@cache
def _aliases() -> tuple[Aliases, Aliases]:
    """By field: the names that it goes by itself, and those that stand in for it, the best first."""
    lists = lists_of("lead_headers")
    same = {field: (key_of(field), *lists.get(f"{field}_itself", ())) for field in FIELDS}
    return same, {field: lists.get(field, ()) for field in FIELDS}


def _refuse_nameless(headers: Sequence[str], where: str) -> None:
    nameless = [str(at) for at, header in enumerate(headers, 1) if not header.strip()]
    if nameless:
        columns = "column" if len(nameless) == 1 else "columns"
        raise Invalid(f"the header gives {columns} {_listed(nameless)} no name. Name or remove them.", where=where)


def _twice(field: str, headers: Sequence[str]) -> str:
    return f"{len(headers)} columns are the {field}: {_listed(headers)}. Rename or remove all but one."


def _no_address(headers: Sequence[str]) -> str:
    same, instead = _aliases()
    known = _listed([*same["email"], *instead["email"]])
    return f"no column holds the email address. Seen: {_listed(headers)}. Recognised for it: {known}."


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name.strip()[:60] or "(nameless)" for name in names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} and {len(names) - SHOWN:,} more"


def _extra_name(header: str, taken: Counter[str]) -> str:
    """The header's snake_case name, numbered from the second time on."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", header)
    name = re.sub(r"\W+|_+", "_", spaced).strip("_").lower() or "column"
    name = f"_{name}" if name[0].isdigit() else name
    taken[name] += 1
    return name if taken[name] == 1 else f"{name}_{taken[name]}"
