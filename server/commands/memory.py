"""`zigral memory`: interactions into the memory, out of it again, and its index."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from server.console import answer, note, progress, say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from memory.catching_up import Progress
    from memory.indexed_interactions import IndexedInteractions
    from memory.interactions import Recalled, Where
    from server.memory_import import Counts

memory = typer.Typer(name="memory", help="What happened before with people and companies.", no_args_is_help=True)

T = TypeVar("T")

TOLD = 20  # rejected lines that a person sees one by one
LONGEST = 300  # characters of a text in a list


@memory.callback()
def _group() -> None:
    """What happened before with people and companies."""


@memory.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="Interactions, one JSON object a line.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Keep each line of FILE that is an interaction, and say of each other one why it is none."""
    from memory.errors import Conflict, Unavailable
    from server.memory_import import import_lines
    from tools.interaction_file import count_lines

    async def work(interactions: "IndexedInteractions") -> "tuple[Counts, str]":
        with progress("Interactions", count_lines(file)) as advance:
            counts = await import_lines(file, interactions, advance)
        try:
            await _watched(interactions.follow())
        except (Conflict, Unavailable) as error:
            return counts, f"They are kept, and will be indexed by the next search: {error}"
        return counts, ""

    counts, trouble = _with_interactions(work)
    if as_json:
        told = [{"line": line.number, "reason": line.reason} for line in counts.reasons]
        numbers = {name: getattr(counts, name) for name in ("lines", "accepted", "new", "rejected")}
        answer({"file": file.name, **numbers, "rejected_lines": told, "indexed": not trouble})
    else:
        say(
            f"{counts.lines} lines: {counts.accepted} interactions, {counts.new} of them new or changed; "
            f"{counts.rejected} rejected."
        )
        _tell_rejected(counts)
    if trouble:
        note(trouble)


@memory.command()
def search(
    text: Annotated[str, typer.Argument(help="What to look for.")],
    *,
    account: Annotated[str | None, typer.Option(help="A company, by its domain.")] = None,
    person: Annotated[str | None, typer.Option(help="A person, by mail address.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="mail_sent, mail_received, note, outcome or decision.")
    ] = None,
    campaign: Annotated[str | None, typer.Option(help="A campaign, by name.")] = None,
    since: Annotated[str | None, typer.Option(help="From this day on, as 2026-03-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Up to and including this day.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Find what was said or noted before, by meaning and by words, best first."""
    given = {"account": _registered(account), "person": person, "kinds": kind or (), "campaign": campaign}
    where = _where(given, since, until)

    async def work(interactions: "IndexedInteractions") -> "list[Recalled]":
        return await interactions.recall(text, where, limit)

    found = _with_interactions(work)
    if as_json:
        results = [
            {"score": round(one.score, 4), **one.interaction.model_dump(mode="json", exclude={"version"})}
            for one in found
        ]
        answer({"query": text, "results": results})
        return
    for one in found:
        _show(one)
    if not found:
        say("Nothing was found.")


@memory.command()
def reindex(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Make the index anew from the records. Stopped, it goes on with the next search, import or reindex."""

    async def work(interactions: "IndexedInteractions") -> int:
        return await _watched(interactions.reindex())

    done = _with_interactions(work)
    if as_json:
        answer({"indexed": done})
    else:
        say(f"Indexed {done} interactions.")


async def _watched(steps: "AsyncIterator[Progress]") -> int:
    """Go through all steps under a bar; how many changes there were."""
    from contextlib import ExitStack

    done = 0
    with ExitStack() as stack:
        advance: Callable[[str], None] | None = None
        async for step in steps:
            advance = advance or stack.enter_context(progress("Indexed", step.total))
            for _ in range(step.done - done):
                advance("")
            done = step.done
    return done


def _with_interactions(work: "Callable[[IndexedInteractions], Coroutine[Any, Any, T]]") -> "T":
    import asyncio

    from server.data_server import open_redis
    from server.interactions import open_interactions
    from server.settings import Settings

    async def run() -> "T":
        settings = Settings.from_env()
        async with open_redis(settings) as client, open_interactions(settings, client) as interactions:
            return await work(interactions)

    try:
        return asyncio.run(run())
    except KeyboardInterrupt:
        note("Stopped. What was done is kept; run the same command again to go on.")
        raise typer.Exit(130) from None


def _where(given: Mapping[str, object], since: str | None, until: str | None) -> "Where":
    from pydantic import ValidationError

    from memory.errors import Invalid
    from memory.interactions import Where

    try:
        return Where.model_validate({**given, "since": _day(since), "until": _day(until, end=True)})
    except ValidationError as error:
        fault = error.errors()[0]
        name = str(fault["loc"][0]).replace("kinds", "kind")
        raise Invalid(f"{fault['msg'].removeprefix('Value error, ').rstrip('.')}.", where=f"--{name}") from None


def _registered(account: str | None) -> str | None:
    """What was registered of a domain or a web address, as the import keeps it."""
    from tools.addresses import registrable_domain

    if account is None:
        return None
    try:
        return registrable_domain(account if "://" in account else f"https://{account}") or account
    except ValueError:
        return account


def _day(text: str | None, *, end: bool = False) -> datetime | None:
    """A day's first moment in UTC, or with `end` the first after it; a moment with its offset as it is."""
    from datetime import UTC, timedelta

    from memory.errors import Invalid

    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(
            f"{text!r} is no day. Write it as 2026-03-01.", where="--until" if end else "--since"
        ) from None
    if at.tzinfo is not None:
        return at
    whole_day = end and len(text) <= len("2026-03-01")
    return at.replace(tzinfo=UTC) + timedelta(days=1 if whole_day else 0)


def _show(one: "Recalled") -> None:
    item = one.interaction
    who = f"{item.person_name or item.person}, {item.company or item.account}"
    decided = f"  [{item.outcome}{f' {item.due}' if item.due else ''}]" if item.outcome else ""
    say(f"{one.score:.2f}  {item.at:%Y-%m-%d}  {item.kind}  {who}{decided}")
    text = " ".join(item.text.split())
    say(f"      {text if len(text) <= LONGEST else text[:LONGEST].rstrip() + ' …'}")


def _tell_rejected(counts: "Counts") -> None:
    for line in counts.reasons[:TOLD]:
        note(f"line {line.number}: {line.reason}")
    if counts.rejected > TOLD:
        note(f"… and {counts.rejected - TOLD} more; --json has {len(counts.reasons)} of them.")
