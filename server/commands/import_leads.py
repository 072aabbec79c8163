"""`zigral import`: leads into the lead store."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from server.console import answer, note, progress, say, working

if TYPE_CHECKING:
    from memory.leads import Policy
    from server.lead_import import Counts
    from server.mx_warnings import MxCheck
    from server.settings import Settings
    from tools.lead_file import LeadFile


def import_leads(
    file: Annotated[Path, typer.Argument(help="The leads: a CSV or an XLSX file.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen, and write nothing.")] = False,
    duplicates: Annotated[
        Literal["skip", "update", "create"], typer.Option(help="What to do with leads that are stored already.")
    ] = "skip",
    check_mx: Annotated[bool, typer.Option("--check-mx", help="Ask the DNS which domains take mail.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Read the leads of FILE into the lead store, and keep the rows that were rejected, with the reasons."""
    from server.lead_preview import in_words, warnings_in_words
    from server.settings import Settings
    from tools.lead_file import read_leads

    with working(f"Reading {file.name} through"):
        leads = read_leads(file)
    settings = Settings.from_env()
    mx = _mx_check(settings) if check_mx else None
    if dry_run:
        _preview(leads, mx, as_json=as_json)
        return
    rejected = settings.data / "imports" / f"{file.stem}-rejected.csv"
    counts = _import(leads, settings, duplicates, rejected, mx)
    if as_json:
        told = counts.totals()
        more = {"warnings": dict(counts.warnings), **({"mx": mx.counts()} if mx else {})}
        answer({"file": file.name, "counts": told, **told, **more, "rejected_csv": str(rejected)})
        return
    say(in_words(counts))
    for line in warnings_in_words(counts, mx):
        say(line)
    if counts.rejected:
        say(f"The rejected rows, with line and reason: {rejected}")


def _mx_check(settings: "Settings") -> "MxCheck":
    from server.mx_warnings import MxCheck
    from tools.mail_domains import DnsMailDomains, system_resolver

    return MxCheck(DnsMailDomains(system_resolver(settings.dns)))


def _preview(leads: "LeadFile", mx: "MxCheck | None", *, as_json: bool) -> None:
    from rich.console import Console

    from server import lead_preview

    if as_json:
        for piece in lead_preview.as_json(leads, mx):
            typer.echo(piece, nl=False)
    else:
        lead_preview.show(leads, Console(markup=False, highlight=False, emoji=False), mx)


def _import(
    leads: "LeadFile", settings: "Settings", policy: "Policy", rejected: Path, mx: "MxCheck | None"
) -> "Counts":
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
                    mx=mx,
                )

    try:
        return asyncio.run(work())
    except KeyboardInterrupt:
        note("Stopped. What was imported is kept; run the same command again to go on.")
        raise typer.Exit(130) from None
