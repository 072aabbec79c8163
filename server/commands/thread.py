"""`zigral thread`: what is kept of each run, step by step, and going back to a step with another profile."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from server.console import answer, say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from memory.checkpoints import RedisSaver
    from server.thread_fork import Outcome
    from server.thread_reading import Step

thread = typer.Typer(name="thread", help="What is kept of each run, step by step.", no_args_is_help=True)

T = TypeVar("T")
LONGEST = 400  # characters of a field that a person sees; --json has all

Id = Annotated[str, typer.Argument(help="The thread's id: of `zigral run`, the run_id in runs.jsonl.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
At = Annotated[str | None, typer.Option(help="A step's id, as `history` shows it.")]


@thread.callback()
def _group() -> None:
    """What is kept of each run, step by step."""


@thread.command("list")
def list_threads(
    limit: Annotated[int, typer.Option(min=1, help="The latest N.")] = 100, as_json: AsJson = False
) -> None:
    """List the threads, the latest first, with what each waits for."""
    from server.thread_reading import overview

    lines = _with_saver(lambda saver: overview(saver, limit))
    if as_json:
        answer({"threads": [asdict(line) for line in lines]})
        return
    for line in lines:
        say(f"{line.thread_id}  {line.status:8}  {_moment(line.at)}  {line.waits_for}".rstrip())
    if not lines:
        say("No thread is kept yet. `zigral run` makes one for each lead.")


@thread.command("show")
def show(thread_id: Id, at: At = None, as_json: AsJson = False) -> None:
    """Show a thread's state, as it is now or was after a step."""
    from server.jsonable import plain
    from server.thread_reading import fields, latest, line_of

    found = _with_saver(lambda saver: latest(saver, thread_id, at))
    line = line_of(thread_id, found)
    state = {name: plain(value) for name, value in fields(found).items()}
    if as_json:
        answer({**asdict(line), "checkpoint_id": found.checkpoint["id"], "values": state})
        return
    say(f"{line.thread_id}  {line.status}  {_moment(line.at)}  {line.waits_for}\n")
    for name, value in state.items():
        say(f"{name}: {_shown(value)}")


@thread.command("history")
def show_history(thread_id: Id, as_json: AsJson = False) -> None:
    """List a thread's steps, the last one first: the node, what it changed, and when."""
    from server.thread_reading import history

    steps = [step for step, _ in _with_saver(lambda saver: history(saver, thread_id))]
    if as_json:
        answer({"thread_id": thread_id, "steps": [asdict(step) for step in steps]})
        return
    for step in steps:
        say(f"{step.checkpoint_id}  {_moment(step.at)}  {_made_by(step):12}  {', '.join(step.changed)}".rstrip())


@thread.command("fork")
def fork_thread(
    thread_id: Id,
    at: At = None,
    icp: Annotated[Path | None, typer.Option(help="Another profile.")] = None,
    offer: Annotated[Path | None, typer.Option(help="Another offer.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run on from a step on a new thread, with another profile or offer, and say what comes out differently."""
    import asyncio

    from server.settings import Settings
    from server.thread_fork import Change, fork

    before, after = asyncio.run(fork(Settings.from_env(), thread_id, at, Change.read(icp, offer)))
    if as_json:
        answer({"before": asdict(before), "after": asdict(after), "differs": _differences(before, after)})
        return
    say(f"New thread: {after.thread_id}\n")
    differs = _differences(before, after)
    for name, (was, now) in differs.items():
        say(f"{name}: {was} -> {now}")
    if not differs:
        say("It comes out the same.")


def _differences(before: "Outcome", after: "Outcome") -> dict[str, tuple[object, object]]:
    """What differs, by name: before and after. Verdicts go by their criterion's id."""
    one, other = asdict(before), asdict(after)
    names = [name for name in one if name not in {"thread_id", "verdicts"}]
    found: dict[str, tuple[object, object]] = {n: (one[n], other[n]) for n in names if one[n] != other[n]}
    for criterion in sorted({*before.verdicts, *after.verdicts}):
        was, now = before.verdicts.get(criterion), after.verdicts.get(criterion)
        if was != now:
            found[f"criterion {criterion}"] = (was, now)
    return found


def _with_saver(work: "Callable[[RedisSaver], Awaitable[T]]") -> T:
    import asyncio

    from memory.checkpoints import saver_on
    from server.data_server import open_redis
    from server.settings import Settings

    async def run() -> T:
        async with open_redis(Settings.from_env()) as client, saver_on(client) as saver:
            return await work(saver)

    return asyncio.run(run())


def _moment(at: str) -> str:
    return at[:19].replace("T", " ")


def _made_by(step: "Step") -> str:
    return ", ".join(step.nodes) or step.source


def _shown(value: object) -> str:
    import json

    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text)} characters; --json has all)"
