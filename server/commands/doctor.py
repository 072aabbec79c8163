"""`zigral doctor`: what is configured, what is reachable, and what to do about the rest."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from server.console import answer, progress, say

if TYPE_CHECKING:
    from server.doctor.check import Check, Checked
    from server.settings import Settings

STYLES = {"ok": "green", "warning": "yellow", "failed": "red", "off": "bright_black"}
WIDEST = 110  # columns


def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False) -> None:
    """Say what is configured, what is reachable, and what to do about the rest. Exit 1 where something fails."""
    from memory.errors import Invalid
    from server.doctor.check import Check, Checked, Finding
    from server.doctor.checks import checks_of
    from server.doctor.machine import python
    from server.settings import Settings

    try:
        settings, wrong = Settings.from_env(), []
        checks = checks_of(settings)
    except Invalid as error:  # the other checks would look at the defaults, and mislead
        settings, checks = Settings(), [Check("python", python)]
        wrong = [Checked("settings", Finding("failed", str(error), "Correct them; .env.example explains each."))]
    found = [*_made(checks, settings), *wrong]
    failed = [one for one in found if one.finding.status == "failed"]
    if as_json:
        answer({"version": 1, "ok": not failed, "checks": [_row(one) for one in found]})
    else:
        _show(found)
    if failed:
        raise typer.Exit(1)


def _made(checks: "list[Check]", settings: "Settings") -> "list[Checked]":
    import asyncio

    from memory.redaction import Redactor
    from server.doctor.check import make

    with progress("Checks", len(checks)) as advance:
        return asyncio.run(make(checks, Redactor(settings.secrets()), advance))


def _row(one: "Checked") -> dict[str, str]:
    return {"name": one.name, "status": one.finding.status, "found": one.finding.found, "do": one.finding.do}


def _show(found: "list[Checked]") -> None:
    import shutil
    import textwrap

    width = min(shutil.get_terminal_size((WIDEST, 0)).columns, WIDEST)
    for one in found:
        lines = [f"{one.name:<12} {one.finding.found}"] + (
            [f"{'':<12} -> {one.finding.do}"] if one.finding.do else []
        )
        told = [textwrap.fill(line, width - 9, subsequent_indent=" " * 13) for line in lines]
        status = f"{one.finding.status:<8}"
        if sys.stdout.isatty():
            status = typer.style(status, fg=STYLES[one.finding.status])
        typer.echo(f"{status} " + "\n".join(told).replace("\n", "\n         "))
    counts = {status: sum(one.finding.status == status for one in found) for status in STYLES}
    say("\n" + ", ".join(f"{number} {status}" for status, number in counts.items() if number) + ".")
