"""`zigral import`: leads into the lead store."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from server.console import answer, note, progress, say

if TYPE_CHECKING:
    from memory.leads import Policy
    from server.lead_import import Counts
    from server.settings import Settings
    from tools.lead_file import LeadFile


def import_leads(
    file: Annotated[Path, typer.Argument(help="The leads: a CSV or an XLSX file.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen, and write nothing.")] = False,
    duplicates: Annotated[
        Literal["skip", "update", "create"], typer.Option(help="What to do with leads that are stored already.")
    ] = "skip",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Read the leads of FILE into the lead store, and keep the rows that were rejected, with the reasons."""
    from dataclasses import asdict

    from server.lead_preview import in_words
    from server.settings import Settings
    from tools.lead_file import read_leads

    leads = read_leads(file)
    if dry_run:
        _preview(leads, as_json=as_json)
        return
    settings = Settings.from_env()
    rejected = settings.data / "imports" / f"{file.stem}-rejected.csv"
    counts = _import(leads, settings, duplicates, rejected)
    if as_json:
        told = asdict(counts)
        answer({"file": file.name, "counts": told, **told, "rejected_csv": str(rejected)})
        return
    say(in_words(counts))
    if counts.rejected:
        say(f"The rejected rows, with line and reason: {rejected}")


def _preview(leads: "LeadFile", *, as_json: bool) -> None:
    from rich.console import Console

    from server import lead_preview

    if as_json:
        for piece in lead_preview.as_json(leads):
            typer.echo(piece, nl=False)
    else:
        lead_preview.show(leads, Console(markup=False, highlight=False, emoji=False))


def _import(leads: "LeadFile", settings: "Settings", policy: "Policy", rejected: Path) -> "Counts":
    import asyncio
    from math import ceil

    from memory.leads import Leads
    from memory.suppressions import Suppressions
    from server.data_server import open_redis
    from server.lead_import import CHUNK, import_rows

    async def work() -> "Counts":
        async with open_redis(settings) as client:
            with progress("Thousands of rows", ceil(leads.records / CHUNK)) as advance:
                return await import_rows(
                    leads,
                    Leads(client),
                    suppressions=Suppressions(client),
                    policy=policy,
                    rejected=rejected,
                    on_chunk=advance,
                )

    try:
        return asyncio.run(work())
    except KeyboardInterrupt:
        note("Stopped. What was imported is kept; run the same command again to go on.")
        raise typer.Exit(130) from None
