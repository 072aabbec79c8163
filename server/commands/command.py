"""`zigral command`: a sentence planned, shown as people read it, and run where that is wanted."""

from typing import TYPE_CHECKING, Annotated

import typer

from server.console import answer, note, say, working

if TYPE_CHECKING:
    from pydantic import JsonValue

    from graphs.command import CommandState
    from memory.execution_records import Execution

STOPPED = "Stopped. What was done is kept, and a server or a worker on the same data goes on with the rest."


def command(
    text: Annotated[str, typer.Argument(help="What is to be done, in a sentence.")],
    *,
    execute: Annotated[bool, typer.Option("--execute", help="Run the plan here and now.")] = False,
    engine: Annotated[str, typer.Option(help="offline, openai or auto.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Plan what TEXT asks for, and say what it would take; with --execute run it. Nothing is ever sent."""
    import asyncio

    try:
        asyncio.run(_work(text, engine, execute=execute, as_json=as_json))
    except KeyboardInterrupt:
        note(f"zigral: {STOPPED}")
        raise typer.Exit(130) from None


async def _work(text: str, engine: str, *, execute: bool, as_json: bool) -> None:
    from server.engines import with_engine
    from server.plan_text import plan_lines
    from server.settings import Settings
    from server.step_text import step_line
    from server.workbench import open_workbench

    settings = with_engine(engine, Settings.from_env())
    async with open_workbench(settings, working=execute) as bench:
        with working("Planning"):
            state = await bench.plan(text, execute=execute)
        if state.error:
            _refuse(state.error, as_json=as_json)
        if not as_json:
            say("\n".join(plan_lines(state, bench.registry)))
        ended = None
        if state.execution_id:
            ended = await bench.follow(state.execution_id, lambda name, record: note(step_line(name, record)))
    _tell(state, ended, as_json=as_json)


def _refuse(error: str, *, as_json: bool) -> None:
    """Say why there is no plan, and end."""
    if as_json:
        answer({"error": error})
    else:
        say(error)
    raise typer.Exit(1)


def _tell(state: "CommandState", ended: "Execution | None", *, as_json: bool) -> None:
    from server.http.command import planned
    from server.http.execution_shape import shape
    from server.plan_text import result_lines

    if as_json:
        answer(planned(state) | ({"execution": shape(ended)} if ended else {}))
    elif ended is None:
        say(f"Nothing has run. The plan is kept as the context {state.job_id}; --execute runs it.")
    elif ended.status == "completed":
        say("\n".join(result_lines(_last_output(ended))))
        if any(isinstance(step.output, dict) and step.output.get("leads") == [] for step in ended.steps.values()):
            say("The lead store has no such lead. `zigral import FILE` brings leads into it.")
    else:
        say(f"{ended.status}: {ended.error or 'it was stopped'}")
    if ended and ended.status != "completed":
        raise typer.Exit(1)


def _last_output(ended: "Execution") -> "JsonValue":
    """What the plan's last step came to."""
    return list(ended.steps.values())[-1].output
