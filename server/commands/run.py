"""`zigral run`: import a file of leads, and run `outreach` for each of them, up to the approval."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.console import answer, note, on_terminal, say

if TYPE_CHECKING:
    from server.assembly import Inputs
    from server.run_folder import RunFolder
    from server.settings import Settings


def run(
    file: Annotated[Path, typer.Argument(help="The leads: a CSV file.")],
    icp: Annotated[Path | None, typer.Option(help="The ideal customer profile.")] = None,
    offer: Annotated[Path | None, typer.Option(help="The offer.")] = None,
    web: Annotated[str | None, typer.Option(help="A folder of saved pages.")] = None,
    out: Annotated[Path, typer.Option(help="The folder for the results.")] = Path("out"),
    engine: Annotated[str, typer.Option(help="offline, openai or auto.")] = "auto",
    limit: Annotated[int | None, typer.Option(min=1, help="Run the first N leads only.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Leads at a time.")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Research, qualify and write to each lead of FILE, up to your approval. Run again to continue."""
    import asyncio

    from memory.errors import Invalid
    from server.assembly import read_inputs
    from server.run_folder import begin
    from server.settings import Settings
    from tools.lead_file import read_leads

    if engine not in {"offline", "openai", "auto"}:
        raise Invalid(f"There is no engine {engine!r}. Use offline, openai or auto.")
    settings = Settings.from_env()
    inputs = read_inputs(settings, icp=icp, offer=offer, web=web)
    read_leads(file)  # a file that cannot be read stops us before anything is written
    with begin(out, icp=inputs.icp_path, offer=inputs.offer_path, web=inputs.web_name) as folder:
        job = Job(file=file, settings=settings, inputs=inputs, folder=folder, engine=engine, limit=limit)
        try:
            summary = asyncio.run(job.run(concurrency))
        except KeyboardInterrupt:
            note("Stopped. Everything finished is kept; run the same command again to continue.")
            raise typer.Exit(130) from None
    if as_json:
        answer(summary)
    else:
        say(_in_words(summary))
