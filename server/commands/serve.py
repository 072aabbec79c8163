"""`zigral serve`: the graphs of a langgraph.json over HTTP."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.console import answer, note

if TYPE_CHECKING:
    import socket

    from server.settings import Settings


def serve(
    *,
    config: Annotated[Path | None, typer.Option(help="A langgraph.json; Zigral's own if not given.")] = None,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port; 0 takes a free one.")] = 8000,
    as_json: Annotated[bool, typer.Option("--json", help="Say where it listens as one JSON document.")] = False,
) -> None:
    """Serve graphs over the LangGraph protocol, until Ctrl-C or SIGTERM."""
    import asyncio

    from server.listening import listen
    from server.settings import Settings

    settings = Settings.from_env()
    with listen(host, port, settings) as listener:
        if not settings.api_keys:
            note("No ZIGRAL_API_KEYS: this server answers this machine alone, and whoever is on it.")
        asyncio.run(_serve(settings, config, listener, as_json=as_json))


async def _serve(settings: "Settings", config: Path | None, listener: "socket.socket", *, as_json: bool) -> None:
    from server.app import create_app
    from server.http.backend import open_backend
    from server.http_server import HttpServer
    from server.node_threads import leave_if_threads_stay

    host, port = listener.getsockname()[:2]
    where = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    async with open_backend(settings, config) as backend:
        app = create_app(backend=backend)
        graphs = list(backend.graphs)

        def tell() -> None:
            note(f"Serving {', '.join(graphs)} at {where} (docs: {where}/docs).")
            if as_json:
                answer({"url": where, "graphs": graphs})

        server = HttpServer(backend, app, on_listening=tell)
        await server.serve(sockets=[listener])
    await leave_if_threads_stay()
