"""Splitting a command into its parts: sentences, and what is joined by "and", "then" and the like."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from tools.offline.plan_kinds import Found, kind_of
from tools.offline.plan_marks import QUOTED, Part, part_of, plain
from tools.planning import PlanKind

MOST_PARTS = 12
MOST_JOINTS = 24  # of a sentence
REACH = 200  # characters after a joint that tell whether something is asked for there
LONGEST = 2_000  # characters of a command that are read, its quotations not counted

_HIDE = "\ue000"  # a sign that no alphabet has
_HIDDEN = re.compile(f"“{_HIDE}(\\d+){_HIDE}”")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+|;\s*")
_JOINED = re.compile(
    r",?\s+(?:and then|then|and also|and|und dann|und|et puis|puis|et|, then)\s+|,\s+", re.IGNORECASE
)
_CIRCUMSTANCE = re.compile(
    r"^(?!from (?:now|today)|in (?:the )?future)"
    r"((?:for|in|on|before|after|if|when|once|as|regarding|about|from|für|pour|avant|après) [^,]{3,80}), (.+)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Asked:
    """One thing that is asked for, with all its words."""

    kind: PlanKind
    part: Part


def asked_in(command: str) -> tuple[tuple[Asked, ...], tuple[Part, ...]]:
    """What is asked for, in order, and the parts that are none of ours.

    A part that only leans on the one before ("sort them by interest"), or says nothing alone, belongs to it.
    """
    asked: list[Asked] = []
    refused: list[Part] = []
    for kind, part in parts_in(command):
        if asked and kind != "none" and (kind is None or _belongs(kind, part, asked[-1])):
            asked[-1] = Asked(asked[-1].kind, Part(f"{asked[-1].part.text}{part.joint}{part.text}"))
        elif kind is None or kind == "none":
            refused.append(part)
        else:
            asked.append(Asked(kind, part))
    return tuple(asked), tuple(refused)


def _belongs(kind: Found, part: Part, before: Asked) -> bool:
    """Whether a part goes with the one before: the same work, leaning on it, or what an answer shall say."""
    again = kind == "outreach" and (part.has("new_one") or part.has("to_them")) and not part.has("somebody_else")
    said = kind == "context" and (part.begins("style") or part.begins("we_are"))
    return (
        kind == before.kind
        or part.leans
        or (before.kind == "follow_up" and (again or said))
        or (before.kind == "outreach" and kind == "context" and part.begins("style"))
    )


def parts_in(command: str) -> Iterator[tuple[Found | None, Part]]:
    """Every part with its kind; None: it asks for nothing that we know. A quotation is never cut."""
    quoted: list[str] = []

    def hidden(found: re.Match[str]) -> str:
        quoted.append(found.group())
        return f"“{_HIDE}{len(quoted) - 1}{_HIDE}”"

    said = QUOTED.sub(hidden, command.replace(_HIDE, " ")).strip()[:LONGEST]
    sentences = (one for one in _SENTENCE.split(said) if one.strip())
    parts = (found for sentence in sentences for found in _joined(_turned(plain(sentence))))
    for kind, part in islice(parts, MOST_PARTS):
        yield kind, Part(_HIDDEN.sub(lambda found: quoted[int(found[1])], part.text), part.joint)


def _turned(sentence: str) -> str:
    """A sentence that begins with a circumstance ("For the HVAC batch, write…"), its verb first."""
    return _CIRCUMSTANCE.sub(lambda found: f"{found[2]}, {found[1][:1].lower()}{found[1][1:]}", sentence)


def _joined(sentence: str) -> Iterator[tuple[Found | None, Part]]:
    """A sentence's parts: it is cut where what follows asks for something."""
    begun, joint = 0, " "
    for found in islice(_JOINED.finditer(sentence), MOST_JOINTS):
        after = part_of(sentence[found.end() : found.end() + REACH])
        if after.begins_anew and kind_of(after) not in {None, "none"}:
            before = part_of(sentence[begun : found.start()], joint)
            yield kind_of(before), before
            begun, joint = found.end(), found.group()
    last = part_of(sentence[begun:], joint)
    yield kind_of(last), last
