"""`zigral graphs`: each flow as Mermaid text."""

from typing import Annotated

import typer

from server.console import answer, say


def graphs(
    name: Annotated[str | None, typer.Argument(help="One flow; all of them where none is named.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Draw each flow as Mermaid text."""
    import asyncio

    from memory.errors import NotFound
    from server.studio import outreach, workflow

    made = {"outreach": asyncio.run(outreach()), "workflow": asyncio.run(workflow({}))}
    drawn = {graph_id: graph.get_graph().draw_mermaid() for graph_id, graph in made.items()}
    if name is not None and name not in drawn:
        raise NotFound(f"There is no flow {name!r}. There is: {', '.join(drawn)}.")
    chosen = {name: drawn[name]} if name else drawn
    if as_json:
        answer(chosen)
    else:
        say("\n".join(chosen.values()))
