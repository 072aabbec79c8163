"""What language models cost: a line for each answer that was billed, added up by lead."""

import asyncio
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from memory.errors import Unavailable


@dataclass(frozen=True)
class Usage:
    """Tokens, and US dollars where their price is known."""

    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.usd + other.usd,
        )


@dataclass
class Spending:
    """What was spent by the leads of one folder, kept in the file at `path` so that a kill loses nothing of it.

    Without a path only a total is known, and it begins anew every `seconds`: a server runs for months.
    """

    path: Path | None = None
    seconds: float = 86_400.0
    _total: Usage = Usage()
    _begun: float = field(default_factory=time.monotonic)
    _by_lead: dict[str, Usage] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Spending":
        """What the file says; nothing where there is none."""
        spending = cls(path)
        if path.exists():
            for lead_id, usage in _lines(path):
                spending._count(lead_id, usage)
        return spending

    @property
    def total(self) -> Usage:
        """What all leads have cost so far."""
        if self.path is None and time.monotonic() - self._begun > self.seconds:
            self._total, self._begun = Usage(), time.monotonic()
        return self._total

    def of(self, lead_id: str) -> Usage:
        """What one lead has cost so far."""
        return self._by_lead.get(lead_id, Usage())

    async def add(self, lead_id: str, usage: Usage) -> None:
        """Count what was billed, and write it down; `Unavailable` where that cannot be done."""
        self._count(lead_id, usage)
        if self.path is None:
            return
        line = json.dumps({"lead_id": lead_id, **vars(usage)}) + "\n"
        try:
            await asyncio.to_thread(_append, self.path, line.encode())
        except OSError as error:
            raise Unavailable(
                f"What the model costs could not be written to {self.path} ({error.strerror}). "
                "Make space or allow writing there, and run again."
            ) from error

    def _count(self, lead_id: str, usage: Usage) -> None:
        self._total = self.total + usage
        if self.path is not None:
            self._by_lead[lead_id] = self.of(lead_id) + usage


def _append(path: Path, line: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)


def _lines(path: Path) -> Iterator[tuple[str, Usage]]:
    """The lines that are whole; one that a killed process tore is passed over."""
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                found = json.loads(line)
                usage = Usage(int(found["input_tokens"]), int(found["output_tokens"]), float(found["usd"]))
                yield str(found["lead_id"]), usage
            except (ValueError, KeyError, TypeError):
                continue
