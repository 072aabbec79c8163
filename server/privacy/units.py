"""What a key of Redis belongs to: the thing that is shown, exported or removed as one."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

Kind = Literal[
    "lead",
    "interaction",
    "thread",
    "run",
    "context",
    "note",
    "task",
    "workflow",
    "item",
    "answer",
    "value",
    "space",
    "message",
    "dead letter",
    "token",
    "agent",
    "other",
]

OURS = (b"zigral:suppressions", b"zigral:erasing", b"zigral:run-folders")
JOB = r":(?P<owner>[^:]*):job:(?P<id>.+?)"
MAILBOX = r"\{zigral:messages\}:(?P<owner>[^:]*):(?P<id>[^:]*)"
SPACE = r"\{zigral:state\}:(?P<owner>[^:]*):(?P<id>[^:]*)"
PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("lead", re.compile(r"zigral:lead:(?P<id>[0-9a-f]{16})(?::copies)?")),
    ("interaction", re.compile(r"zigral:\{interactions\}:record:(?P<id>.+)")),
    ("answer", re.compile(r"(?P<id>zigral:answer:.+)", re.DOTALL)),
    ("context", re.compile(rf"\{{zigral:context\}}{JOB}(?::(?:versions|times|texts))?")),
    ("task", re.compile(rf"\{{zigral:task\}}{JOB}(?::versions)?")),
    ("workflow", re.compile(rf"\{{zigral:workflow\}}{JOB}(?::versions)?")),
    ("item", re.compile(r"\{zigral:store:(?P<owner>.*)\}:items", re.DOTALL)),
    ("value", re.compile(rf"{SPACE}(?::snapshot:[^:]*)?")),
    ("space", re.compile(rf"{SPACE}:(?:versions|snapshots)")),
    ("message", re.compile(MAILBOX)),
    ("dead letter", re.compile(rf"{MAILBOX}:dead")),
    ("token", re.compile(r"(?P<id>\{zigral:messages\}:[^:]*:[^:]*:sent:.*)")),
    ("agent", re.compile(r"\{zigral\}:agent:(?P<id>.+)")),
    ("thread", re.compile(r"\{zigral\}:thread:(?P<id>.+?)(?::(?:runs|pending))?")),
    ("thread", re.compile(r"\{zigral\}:execution:(?P<id>.+?)(?::steps)?")),
    ("run", re.compile(r"\{zigral\}:(?:run|events):(?P<id>.+)")),
    ("thread", re.compile(r"\{zigral:(?P<id>(?!context\}|task\}|workflow\}|store:).*)\}:(?:[co]|undo)", re.DOTALL)),
)
# Of what is composed, one element is a thing, by what it begins with: a field of a hash, an entry's id of a stream.
ELEMENTS: dict[Kind, re.Pattern[str]] = {
    "item": re.compile(r"(?P<name>[^\n]*)"),
    "value": re.compile(r"(?P<name>.*)\n\d+\n[0-9a-f]+\n[^\n]*", re.DOTALL),
    "message": re.compile(r"(?P<name>[^\n]*)"),
    "dead letter": re.compile(r"(?P<name>[^\n]*)"),
}
# Sets of names that lie beside a thing and go with it.
INDEXES = re.compile(
    r"zigral:lead:(?:index|count)|zigral:\{interactions\}:.*|\{zigral:store:.*\}:(?:index|spaces)"
    r"|\{zigral:(?:context|task|workflow)\}:(?:owners|[^:]*:(?:place|index.*))"
    r"|\{zigral\}:(?:threads|executions):.*|\{zigral:[^:]+\}:fence",
    re.DOTALL,
)

SHOWN = 100  # characters of an id that are told: a note's is its text


@dataclass(frozen=True)
class Unit:
    """One thing that is held: its kind, its id, and whose it is where it has an owner.

    An element of a space or a mailbox has its name behind the space's or the agent's, after a NUL.
    """

    kind: Kind
    id: str
    owner: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """The space or the agent, and the element's name."""
        place, _, name = self.id.partition("\0")
        return place, name

    @property
    def shown(self) -> str:
        """The id for people to read."""
        return " ".join(self.id.replace("\0", " ").split())[:SHOWN]


def unit_of(key: bytes, part: bytes) -> Unit | None:
    """The unit that a part of a value belongs to; None for what goes with others, and for our own lists."""
    if key.startswith(OURS):
        return None
    name = key.decode("utf-8", "surrogateescape")
    for kind, pattern in PATTERNS:
        if found := pattern.fullmatch(name):
            given = found.groupdict()
            owner = given.get("owner") or ""
            if kind == "item":  # its owner is in the key as it is
                return Unit("item", _element(kind, part), owner)
            place = given["id"]
            if kind in ELEMENTS:
                place = f"{unquote(place, errors='surrogateescape')}\0{_element(kind, part)}"
            elif kind == "space":
                place = unquote(place, errors="surrogateescape")
            return Unit(kind, place, unquote(owner, errors="surrogateescape"))
    return None if INDEXES.fullmatch(name) else Unit("other", name)


def _element(kind: Kind, part: bytes) -> str:
    text = part.decode("utf-8", "surrogateescape")
    found = ELEMENTS[kind].match(text)
    return found["name"] if found else text.partition("\n")[0]
