"""`zigral workflow`: a workflow in a file, checked and drawn, kept, run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.console import answer, note, say

if TYPE_CHECKING:
    from memory.definitions import Definition
    from memory.execution_records import Execution
    from memory.json_values import JsonObject
    from server.settings import Settings

workflow = typer.Typer(name="workflow", help="Workflows: checked, drawn, kept, run.", no_args_is_help=True)

STOPPED = "Stopped. Run the same command again to go on from the steps that are finished."
LONGEST = 2_000  # characters of an output that a person sees; --json has all

File = Annotated[Path, typer.Argument(help="The definition: a YAML or a JSON file.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@workflow.callback()
def _group() -> None:
    """Workflows: checked, drawn, kept, run."""


@workflow.command("show")
def show(file: File, as_json: AsJson = False) -> None:
    """Check FILE against the agents that there are, and draw it as Mermaid text."""
    import asyncio

    from memory.workflows import given_form
    from nodes.workflow.drawing import mermaid
    from server.settings import Settings

    definition = asyncio.run(_checked(file, Settings.from_env()))
    if as_json:
        answer({"definition": given_form(definition), "mermaid": mermaid(definition)})
    else:
        say(mermaid(definition))


@workflow.command("create")
def create(file: File, as_json: AsJson = False) -> None:
    """Keep FILE as a workflow, for the server and other workflows to execute by its id."""
    import asyncio

    from server.settings import Settings

    asyncio.run(_create(file, Settings.from_env(), as_json=as_json))


@workflow.command("run")
def run(
    file: File,
    *,
    given: Annotated[str, typer.Option("--input", help="The input: a JSON object, or @FILE with one.")] = "{}",
    reply: Annotated[str | None, typer.Option("--answer", help="The answer to an approval, as JSON.")] = None,
    step: Annotated[str | None, typer.Option(help="The approval that is answered, where several wait.")] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Begin from the start, whatever was run before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run FILE here, a line a step. Run it again with the same input to go on where it stopped or failed."""
    import asyncio

    from server.settings import Settings

    answers = () if reply is None else (_value(reply, "--answer"),)
    try:
        ended = asyncio.run(
            _run(file, _object(given), Settings.from_env(), anew=anew, answers=answers, step_id=step)
        )
    except KeyboardInterrupt:
        note(f"zigral: {STOPPED}")
        raise typer.Exit(130) from None
    if as_json:
        from server.http.execution_shape import shape

        answer(shape(ended))
    else:
        _say_end(ended)
    if ended.status in ("failed", "cancelled"):
        raise typer.Exit(1)


async def _create(file: Path, settings: "Settings", *, as_json: bool) -> None:
    from memory.workflows import Workflows
    from server.data_server import open_redis
    from server.http.auth import NOBODY

    definition = await _checked(file, settings)
    async with open_redis(settings) as redis:
        made = await Workflows(redis, NOBODY).create(definition)
    if as_json:
        answer({"workflow_id": made.workflow_id, "version": made.version})
    else:
        say(f"{made.workflow_id}  {definition.name}  version {made.version}")


async def _run(
    file: Path,
    input_data: "JsonObject",
    settings: "Settings",
    *,
    anew: bool,
    answers: tuple[object, ...],
    step_id: str | None,
) -> "Execution":
    from server.step_text import step_line
    from server.workbench import open_workbench

    async with open_workbench(settings) as bench:
        with _telling(file):
            definition = await bench.checked(_read(file))
        executions = bench.executions(definition, input_data)
        begun = await executions.begin(anew=anew, answers=answers, step_id=step_id)
        if begun.started_at:
            note(f"Going on with execution {begun.execution_id}.")
        return await executions.follow(begun, lambda name, record: note(step_line(name, record)))


async def _checked(file: Path, settings: "Settings") -> "Definition":
    """The definition, once it is known to be right."""
    from server.agents import open_agents
    from server.data_server import open_redis
    from server.definitions import Definitions
    from server.http.auth import NOBODY

    given = _read(file)
    async with open_redis(settings) as redis, open_agents(settings, redis) as agents:
        with _telling(file):
            return await Definitions(redis, agents.registry).checked(given, owner=NOBODY)


def _read(file: Path) -> object:
    from tools.definition_text import load_definition

    return load_definition(file)


@contextmanager
def _telling(file: Path) -> Iterator[None]:
    """Tell all that is wrong with a definition, a line each."""
    from memory.errors import Mistakes

    try:
        yield
    except Mistakes as error:
        for one in error.mistakes:
            note(f"{file}: {one.path + ': ' if one.path else ''}{one.message}")
        raise typer.Exit(2) from None


def _object(text: str) -> "JsonObject":
    from memory.errors import Invalid

    path = Path(text[1:])
    try:
        value = _value(path.read_text(encoding="utf-8") if text.startswith("@") else text, "--input")
    except UnicodeDecodeError:
        raise Invalid("The file is not UTF-8.", where=str(path)) from None
    if not isinstance(value, dict):
        raise Invalid("A workflow's input is a JSON object.", where="--input")
    return value


def _value(text: str, where: str) -> object:
    from memory.errors import Invalid
    from memory.json_text import loads

    try:
        return loads(text)
    except ValueError as error:
        raise Invalid(
            f"This is not JSON ({error}). A text has quotes of its own: '\"yes\"'.", where=where
        ) from None


def _say_end(ended: "Execution") -> None:
    if ended.status == "completed":
        say(_text(ended.output))
    elif ended.status == "paused":
        say("It waits for an answer. Run it again with --answer and any JSON, such as true or '{\"go\": true}':")
        for name, record in ended.steps.items():
            if record.status == "waiting":
                _say_question(name, record.input)
    else:
        say(f"{ended.status}: {ended.error or 'it was stopped'}")
        if ended.status == "failed":
            say("Run it again with the same input to go on from there, or with --anew to begin from the start.")


def _say_question(step_id: str, asked: object) -> None:
    if isinstance(asked, dict) and "question" in asked:
        say(f"  {step_id}: {asked['question']}")
        if asked.get("show") is not None:
            say(_text(asked["show"]))


def _text(value: object) -> str:
    import json

    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…\n(--json has all of it)"
