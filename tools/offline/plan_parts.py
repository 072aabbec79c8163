"""Splitting a command into its parts: sentences, and what is joined by "and", "then" and the like."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.offline.plan_kinds import Found, kind_of
from tools.offline.plan_marks import Part, part_of, plain
from tools.planning import PlanKind

MOST_PARTS = 12
LONGEST = 2_000  # characters of a command that are read for its kind

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+|;\s*")
_JOINED = re.compile(
    r",?\s+(?:and then|then|and also|and|und dann|und|et puis|puis|et|, then)\s+|,\s+|:\s+", re.IGNORECASE
)


@dataclass(frozen=True)
class Asked:
    """One thing that is asked for, with all its words."""

    kind: PlanKind
    part: Part


def asked_in(command: str) -> tuple[tuple[Asked, ...], tuple[Part, ...]]:
    """What is asked for, in order, and the parts that are none of ours."""
    asked: list[Asked] = []
    refused: list[Part] = []
    for kind, part in parts_in(command):
        if kind is None or kind == "none":
            refused.append(part)
        elif asked and asked[-1].kind == kind:
            asked[-1] = Asked(kind, Part(f"{asked[-1].part.text} {part.text}"))
        else:
            asked.append(Asked(kind, part))
    return tuple(asked), tuple(refused)


def parts_in(command: str) -> Iterator[tuple[Found | None, Part]]:
    """Every part with its kind; None: it asks for nothing that we know."""
    for sentence in [one for one in _SENTENCE.split(command[:LONGEST].strip()) if one.strip()][:MOST_PARTS]:
        yield from _joined(plain(sentence))


def _joined(sentence: str) -> Iterator[tuple[Found | None, Part]]:
    """A sentence's parts: it is cut where both sides ask for something."""
    begun = 0
    for found in _JOINED.finditer(sentence):
        before, after = part_of(sentence[begun : found.start()]), part_of(sentence[found.end() :])
        kind = kind_of(before)
        if kind is not None and kind_of(after) is not None and after.begins_anew:
            yield kind, before
            begun = found.end()
    last = part_of(sentence[begun:])
    yield kind_of(last), last
