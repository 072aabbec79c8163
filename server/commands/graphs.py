"""`zigral graphs`: each flow as Mermaid text."""

from typing import TYPE_CHECKING, Annotated

import typer

from server.console import answer, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.run_inputs import Compiled


def graphs(
    name: Annotated[str | None, typer.Argument(help="One flow; all of them where none is named.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Draw each flow as Mermaid text."""
    import asyncio

    from memory.errors import NotFound
    from server.studio import outreach, undone_command, workflow

    makers: dict[str, Callable[[], Compiled]] = {
        "outreach": lambda: asyncio.run(outreach()),
        "command": undone_command,
        "workflow": lambda: asyncio.run(workflow({})),
    }
    if name is not None and name not in makers:
        raise NotFound(f"There is no flow {name!r}. There is: {', '.join(makers)}.")
    chosen = {one: make().get_graph().draw_mermaid() for one, make in makers.items() if name in (None, one)}
    if as_json:
        answer(chosen)
    else:
        say("\n".join(chosen.values()))
