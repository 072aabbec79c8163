"""Reading the two files that a user writes, with the line and the key of all that is wrong in them.

load_icp(Path("icp.toml")), load_offer(Path("offer.toml"))     from files
parse_icp({...}), parse_offer({...})                           from JSON objects with the same keys
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from memory.errors import Invalid
from memory.profile import Icp, Offer
from memory.profile_checks import Mistake, Table, icp_mistakes, offer_mistakes, tables
from tools.profile_mistakes import mistakes_of
from tools.rules import parse_rule
from tools.toml_files import TomlFile, read_toml

MOST_SHOWN = 20  # mistakes in one message

Profile = TypeVar("Profile", Icp, Offer)
Check = Callable[[Table], Sequence[Mistake]]


def load_icp(path: Path) -> Icp:
    """The profile in the file at `path`; `Invalid` names each mistake with its line."""
    return _loaded(Icp, read_toml(path), _all_icp_mistakes)


def load_offer(path: Path) -> Offer:
    """The offer in the file at `path`; `Invalid` names each mistake with its line."""
    return _loaded(Offer, read_toml(path), offer_mistakes)


def parse_icp(data: object) -> Icp:
    """The profile in an object with the file's keys; `Invalid` names each mistake by its key."""
    return _parsed(Icp, data, _all_icp_mistakes, "icp")


def parse_offer(data: object) -> Offer:
    """The offer in an object with the file's keys; `Invalid` names each mistake by its key."""
    return _parsed(Offer, data, offer_mistakes, "offer")


def _loaded(model: type[Profile], file: TomlFile, check: Check) -> Profile:
    found = _read(model, file.data, check)
    if not isinstance(found, list):
        return found
    found.sort(key=lambda mistake: file.line_of(mistake.path))
    raise _invalid([(f"{file.name}:{file.line_of(mistake.path)}", str(mistake)) for mistake in found])


def _parsed(model: type[Profile], data: object, check: Check, name: str) -> Profile:
    if not isinstance(data, Mapping):
        raise Invalid("must be an object with the keys of the file.", where=name)
    found = _read(model, data, check)
    if not isinstance(found, list):
        return found
    raise _invalid([(name, str(mistake)) for mistake in found])


def _all_icp_mistakes(data: Table) -> list[Mistake]:
    return [*icp_mistakes(data), *_unreadable_rules(data)]


def _unreadable_rules(data: Table) -> Iterator[Mistake]:
    for number, criterion in tables(data, "criteria"):
        rule = criterion.get("rule")
        try:
            if isinstance(rule, str):
                parse_rule(rule)
        except Invalid as error:
            yield Mistake(("criteria", number, "rule"), f"at {error}")


def _read(model: type[Profile], data: Table, check: Check) -> Profile | list[Mistake]:
    """The model, or every mistake in it, those between its parts included and one a place."""
    mistakes = {mistake.path: mistake for mistake in check(data)}
    try:
        valid = model.model_validate(data)
    except ValidationError as error:
        for mistake in mistakes_of(error, data, model):
            if mistake.path or not mistakes:
                mistakes.setdefault(mistake.path, mistake)
    return list(mistakes.values()) if mistakes else valid


def _invalid(mistakes: list[tuple[str, str]]) -> Invalid:
    """One error for all mistakes, from their places and sentences; the first place is the error's own."""
    (where, first), *others = mistakes[:MOST_SHOWN]
    lines = [first, *(f"{place}: {sentence}" for place, sentence in others)]
    if len(mistakes) > MOST_SHOWN:
        lines.append(f"and {len(mistakes) - MOST_SHOWN} more.")
    return Invalid("\n".join(lines), where=where)
