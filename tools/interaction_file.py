"""Reading interactions from JSON lines: each line on its own, so that a bad one keeps no other out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydantic import ConfigDict, ValidationError

from memory.errors import Malformed, NotFound
from memory.records import Interaction
from tools.addresses import registrable_domain

LONGEST = 1_000_000  # bytes of a line
SKIPPED = 64 * 1024  # bytes of a line that is too long, read at a time


class Written(Interaction):
    """A line as a person or a program wrote it: a key that is misspelt is a mistake, and not passed over."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class Line:
    """One line, counted from 1: an interaction, or the reason why it is none."""

    number: int
    item: Interaction | None = None
    reason: str = ""


def read_interactions(path: Path) -> Iterator[Line]:
    """Each line that is not blank, as a stream. `NotFound` where there is no such file, `Malformed` if it is empty.

    The account becomes the registrable domain: "shop.acme.co.uk" and "acme.co.uk" are one company.
    """
    lines = 0
    with _opened(path) as file:
        for number, line in enumerate(_lines(file), start=1):
            if line is None or line.strip():
                lines += 1
                yield _read(number, line)
    if not lines:
        raise Malformed(f"{path} has no lines in it. Each line is one interaction, as a JSON object.")


def count_lines(path: Path) -> int:
    """How many lines the file has, blank ones too."""
    with _opened(path) as file:
        return sum(1 for _ in _lines(file))


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise NotFound(f"{path} cannot be read ({error.strerror}). Name a file of JSON lines.") from error


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Each line; None for one that is too long, the rest of which is skipped."""
    while line := file.readline(LONGEST):
        whole = line.endswith(b"\n") or len(line) < LONGEST
        ended = whole
        while not ended and (rest := file.readline(SKIPPED)):
            ended = rest.endswith(b"\n")
        yield line if whole else None


def _read(number: int, line: bytes | None) -> Line:
    if line is None:
        return Line(number, reason=f"The line is longer than {LONGEST:,} bytes.")
    try:
        given = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError:
        return Line(number, reason="The line is not UTF-8.")
    except (ValueError, RecursionError) as error:
        return Line(number, reason=f"The line is no JSON ({str(error) or 'nested too deeply'}).")
    if not isinstance(given, dict):
        return Line(number, reason="The line is no JSON object.")
    try:
        item = Written.model_validate(given)
    except ValidationError as error:
        return Line(number, reason=_reason(error))
    account = registrable_domain(f"https://{item.account}")
    return Line(number, Interaction.model_validate(item.model_dump() | {"account": account}))


def _refuse(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _reason(error: ValidationError) -> str:
    """Every mistake of a line, by its key. What stands there is not repeated: it may be private."""
    parts = []
    for fault in error.errors(include_url=False, include_input=False):
        key = ".".join(str(part) for part in fault["loc"]) or "the line"
        words = {"missing": "is missing.", "extra_forbidden": "is no key of an interaction."}
        message = words.get(fault["type"], fault["msg"].removeprefix("Value error, "))
        parts.append(f"{key[:60]} {message}" if fault["type"] in words else f"{key[:60]}: {message}")
    return " ".join(parts)
