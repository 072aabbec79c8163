"""`zigral approve`: show the drafts that were proven, and put what you approve into the outbox."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.console import answer, command_name, note, on_terminal, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from memory.records import Result
    from server.run_folder import RunFolder
    from server.settings import Settings


def approve(
    folder: Annotated[Path, typer.Argument(help="The --out folder of a run.")],
    everything: Annotated[bool, typer.Option("--all", help="All that wait, but those in review.")] = False,
    lead: Annotated[str | None, typer.Option(help="One lead, by its id or address.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Show the drafts that wait, ask about each, and write what you approve to outbox/."""
    from memory.errors import Invalid
    from server.run_folder import reopen
    from server.settings import Settings

    if everything and lead:
        raise Invalid("Give either --all or --lead.")
    with reopen(folder) as run:
        if not (everything or lead or on_terminal()):
            raise Invalid("Give --all or --lead, since there is no terminal to ask on.")
        waiting = [result for result in run.results.latest() if _chosen(result, lead)]
        if lead and not waiting:
            raise Invalid(f"No draft for {lead} waits for an approval in {folder}.")
        chosen = _without_review(waiting, lead) if everything or lead else []
        summary = _approve(run, Settings.from_env(), chosen if everything or lead else _ask(waiting))
    if as_json:
        answer(summary)
        return
    say(_in_words(summary, folder))
    if everything and len(waiting) > len(chosen):
        left = len(waiting) - len(chosen)
        say(f"In review: {left} left out. See and approve each with: {command_name()} approve {folder}")


def _chosen(result: "Result", lead: str | None) -> bool:
    named = lead is None or lead.lower() in {result.lead.lead_id, result.lead.email.lower()}
    return named and result.status == "awaiting_approval"


def _without_review(waiting: "list[Result]", lead: str | None) -> "list[Result]":
    if lead:
        return waiting
    return [result for result in waiting if result.qualification and result.qualification.status == "qualified"]


def _ask(waiting: "list[Result]") -> "Iterator[Result]":
    """Those that a person approves, each as soon as they said so; Ctrl-C ends the questions."""
    for number, result in enumerate(waiting, start=1):
        draft, verdict = result.draft, result.qualification
        if draft is None or verdict is None:
            continue
        say(f"\n[{number}/{len(waiting)}] To: {result.lead.email}   ({verdict.status}, score {verdict.score})")
        say(f"Subject: {draft.subject}\n\n{draft.body}\n\nIt rests on:")
        say("\n".join((*_sources(result), *_known_before(result))))
        try:
            approved = typer.confirm("Approve?", default=False, err=True)
        except typer.Abort:
            note("\nStopped. What you approved is kept.")
            return
        if approved:
            yield result


def _sources(result: "Result") -> "Iterator[str]":
    """Each quotation that the mail cites, with the page that it stands on."""
    cited = {fact_id for claim in result.draft.claims for fact_id in claim.fact_ids} if result.draft else set()
    urls = {snapshot.id: snapshot.url for snapshot in result.snapshots}
    for fact in result.facts:
        if fact.id in cited:
            yield f"  “{fact.quote}”\n    {urls.get(fact.snapshot_id, '')}"


def _known_before(result: "Result") -> "Iterator[str]":
    """What was said or decided earlier, for whoever approves."""
    if standing := result.standing:
        yield from (f"Known from before: {one}" for one in (standing.caution, *standing.remarks) if one)


def _approve(run: "RunFolder", settings: "Settings", chosen: "Iterable[Result]") -> dict[str, object]:
    """Approve what is chosen, one by one. Questions are asked between two runs of the loop, where Ctrl-C works."""
    import asyncio
    from contextlib import AsyncExitStack

    from memory.errors import Unavailable, ZigralError
    from memory.spending import Spending
    from memory.words import utc_now
    from server.assembly import closed_inputs, open_services
    from server.engines import offline_engine
    from server.job import open_runner
    from server.report import write_report

    approved = 0
    refused: list[dict[str, str]] = []
    stack = AsyncExitStack()
    with asyncio.Runner() as loop:
        services = loop.run(stack.enter_async_context(open_services(settings)))
        loop.run(services.run_places.add(run.path, utc_now()))
        rules = offline_engine(services.workers)  # asked nothing: what is written is only proven once more
        runner = open_runner(run, services, closed_inputs(run.path), engine=rules, spending=Spending())
        try:
            for result in chosen:
                try:
                    loop.run(services.suppressions.refuse(result.lead.email))
                    loop.run(runner.approve(result))
                    approved += 1
                except Unavailable:
                    raise
                except ZigralError as error:
                    refused.append({"lead_id": result.lead.lead_id, "email": result.lead.email, "why": str(error)})
        finally:
            loop.run(stack.aclose())
    write_report(run.path)
    return {"approved": approved, "refused": refused, "outbox": str(run.outbox.folder)}


def _in_words(summary: dict[str, object], folder: Path) -> str:
    for refusal in summary["refused"]:  # type: ignore[attr-defined]
        note(f"not approved: {refusal['why']}")
    if not summary["approved"]:
        return "Nothing was approved."
    return f"{summary['approved']} approved, in {summary['outbox']}.\nReport:  {folder / 'report.html'}"
