"""What a key of Redis belongs to: the thing that is shown, exported or removed as one."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

Kind = Literal["lead", "interaction", "thread", "run", "context", "task", "workflow", "item", "answer", "other"]

OURS = (b"zigral:suppressions", b"zigral:erasing", b"zigral:run-folders")
PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("lead", re.compile(r"zigral:lead:(?P<id>[0-9a-f]{16})(?::copies)?")),
    ("interaction", re.compile(r"zigral:\{interactions\}:record:(?P<id>.+)")),
    ("answer", re.compile(r"(?P<id>zigral:answer:.+)", re.DOTALL)),
    ("context", re.compile(r"\{zigral:context\}:(?P<owner>[^:]*):job:(?P<id>.+?)(?::(?:versions|times|texts))?")),
    ("task", re.compile(r"\{zigral:task\}:(?P<owner>[^:]*):job:(?P<id>.+?)(?::versions)?")),
    ("workflow", re.compile(r"\{zigral:workflow\}:(?P<owner>[^:]*):job:(?P<id>.+?)(?::versions)?")),
    ("item", re.compile(r"\{zigral:store:(?P<owner>.*)\}:items", re.DOTALL)),
    ("thread", re.compile(r"\{zigral\}:thread:(?P<id>.+?)(?::(?:runs|pending))?")),
    ("thread", re.compile(r"\{zigral\}:execution:(?P<id>.+?)(?::steps)?")),
    ("run", re.compile(r"\{zigral\}:(?:run|events):(?P<id>.+)")),
    ("thread", re.compile(r"\{zigral:(?P<id>(?!context\}|task\}|workflow\}|store:).*)\}:[co]", re.DOTALL)),
)
# Sets of names that lie beside a thing and go with it.
INDEXES = re.compile(
    r"zigral:lead:(?:index|count)|zigral:\{interactions\}:.*|\{zigral:store:.*\}:(?:index|spaces)"
    r"|\{zigral:(?:context|task|workflow)\}:(?:owners|[^:]*:(?:place|index.*))"
    r"|\{zigral\}:(?:threads|executions):.*|\{zigral:[^:]+\}:fence",
    re.DOTALL,
)


@dataclass(frozen=True)
class Unit:
    """One thing that is held: its kind, its id, and whose it is where it has an owner."""

    kind: Kind
    id: str
    owner: str = ""


def unit_of(key: bytes, part: bytes) -> Unit | None:
    """The unit that a part of a value belongs to; None for what goes with others, and for our own lists."""
    if key.startswith(OURS):
        return None
    name = key.decode("utf-8", "surrogateescape")
    for kind, pattern in PATTERNS:
        if found := pattern.fullmatch(name):
            given = found.groupdict()
            owner = given.get("owner") or ""
            if kind == "item":  # a field of the hash, with its value behind it
                return Unit("item", part.partition(b"\n")[0].decode("utf-8", "surrogateescape"), owner)
            return Unit(kind, given["id"], unquote(owner, errors="surrogateescape"))
    return None if INDEXES.fullmatch(name) else Unit("other", name)
