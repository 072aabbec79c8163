"""`zigral worker`: more hands for the runs of one or more servers on the same Redis."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.console import note

if TYPE_CHECKING:
    from server.settings import Settings


def worker(
    *,
    config: Annotated[Path | None, typer.Option(help="A langgraph.json; Zigral's own if not given.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=1000, help="How many runs at a time.")] = 32,
) -> None:
    """Work on runs, until Ctrl-C or SIGTERM: then the steps under way are finished, and the runs handed back."""
    import asyncio

    from server.settings import Settings

    asyncio.run(_work(Settings.from_env().model_copy(update={"concurrency": concurrency}), config))


async def _work(settings: "Settings", config: Path | None) -> None:
    import asyncio
    import signal

    from server.http.backend import open_backend
    from server.node_threads import leave, leave_if_threads_stay

    asked = asyncio.Event()

    def told() -> None:
        if asked.is_set():
            leave(1)
        asked.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, told)
    async with open_backend(settings, config) as backend:
        note(f"Working on runs of {', '.join(backend.graphs)}, {settings.concurrency} at a time.")
        await asked.wait()
        await backend.drain()
    await leave_if_threads_stay()
