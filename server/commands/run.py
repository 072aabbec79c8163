"""`zigral run`: import a file of leads, and run `outreach` for each of them, up to the approval."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.console import answer, note, progress, say, working

if TYPE_CHECKING:
    from server.job import Job
    from server.run_summary import RunSummary
    from server.settings import Settings

INTERRUPTED = "Stopped. What was finished is kept; run the same command again to continue."


def run(
    file: Annotated[Path, typer.Argument(help="The leads: a CSV or an XLSX file.")],
    *,
    icp: Annotated[Path | None, typer.Option(help="The ideal customer profile.")] = None,
    offer: Annotated[Path | None, typer.Option(help="The offer.")] = None,
    web: Annotated[str | None, typer.Option(help="A folder of saved pages, or live.")] = None,
    out: Annotated[Path, typer.Option(help="The folder for the results.")] = Path("out/run"),
    engine: Annotated[str, typer.Option(help="offline, openai, or auto: openai where there is a key.")] = "auto",
    limit: Annotated[int | None, typer.Option(min=1, help="Run the first N leads only.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Leads at a time.")] = 8,
    refresh: Annotated[bool, typer.Option("--refresh", help="Read the pages of finished leads again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Research, qualify and write to each lead of FILE, up to your approval. Run again to continue."""
    from server.assembly import read_inputs
    from server.engines import choose, name_of
    from server.input_notes import input_notes
    from server.job import Job
    from server.run_folder import begin
    from server.settings import Settings
    from tools.lead_file import read_leads

    settings = Settings.from_env()
    kind = choose(engine, settings)
    inputs = read_inputs(settings, icp=icp, offer=offer, web=web)
    with working(f"Reading {file.name} through"):
        leads = read_leads(file)
    for sentence in input_notes(inputs, chosen=(icp, offer)):
        note(f"zigral: {sentence}")
    begun = begin(
        out,
        icp=inputs.icp_path,
        offer=inputs.offer_path,
        web_sha256=inputs.web_sha256,
        engine=name_of(kind, settings),
        refresh=refresh,
    )
    with begun as folder:
        summary = _run(Job(leads, folder, inputs, limit, kind, refresh), settings, concurrency)
    if as_json:
        answer(summary.as_json())
    else:
        say("\n".join(summary.lines()))
    if summary.stopped:
        note(f"zigral: {summary.stopped}")
        raise typer.Exit(130 if summary.stopped == INTERRUPTED else 2)


def _run(job: "Job", settings: "Settings", concurrency: int) -> "RunSummary":
    import asyncio

    total = min(job.leads.records, job.limit or job.leads.records)
    with progress("Leads", total) as advance:
        try:
            return asyncio.run(
                job.run(settings, concurrency=concurrency, on_result=lambda result: advance(result.lead.company))
            )
        except KeyboardInterrupt:
            return job.conclude(stopped=INTERRUPTED)
