"""What a check is, and making many at once, each within its time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from memory.errors import ZigralError
from memory.harmless import harmless
from memory.logs import get_logger
from memory.redaction import Redactor

Status = Literal["ok", "warning", "failed", "off"]  # off: not configured, and nothing is wrong with that

log = get_logger(__name__)


@dataclass(frozen=True)
class Finding:
    """What a check came to: what was found, and what to do about it ("" where nothing need be done)."""

    status: Status
    found: str
    do: str = ""


@dataclass(frozen=True)
class Check:
    """One thing that can be looked at; `seconds` is the most that it may take."""

    name: str
    look: Callable[[], Awaitable[Finding]]
    seconds: float = 15.0


@dataclass(frozen=True)
class Checked:
    """A check that was made."""

    name: str
    finding: Finding


async def make(checks: Sequence[Check], redactor: Redactor, on_done: Callable[[str], None]) -> list[Checked]:
    """Make all checks at once, and give what they found in their own order, without any secret."""

    async def one(check: Check) -> Checked:
        finding = await _within_its_time(check)
        on_done(check.name)
        said, do = (harmless(redactor(text)) for text in (finding.found, finding.do))
        return Checked(check.name, Finding(finding.status, said, do))

    return list(await asyncio.gather(*map(one, checks)))


async def _within_its_time(check: Check) -> Finding:
    try:
        async with asyncio.timeout(check.seconds):
            return await check.look()
    except TimeoutError:
        return Finding(
            "failed", f"No answer within {check.seconds:g} seconds.", "See whether it runs and can be reached."
        )
    except ZigralError as error:
        return Finding("failed", str(error))
    except OSError as error:
        return Finding("failed", f"{error.filename or 'A file'} cannot be used ({error.strerror or error}).")
    except Exception as error:  # noqa: BLE001 - the door: a check that breaks must not hide what the others found
        log.bind(told=True).opt(exception=error).error("A check broke.")
        return Finding(
            "failed", f"This check broke ({type(error).__name__}).", "The details are in logs/error.log."
        )
