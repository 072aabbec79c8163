"""The HTTP server as an ASGI app: `uvicorn server.app:app`, or `create_app` for one with other settings."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from server.http import (
    agents,
    assistants,
    command,
    contexts,
    metrics,
    runs,
    states,
    store,
    system,
    tasks,
    threads,
    workflows,
)
from server.http.auth import Auth
from server.http.backend import Backend, open_backend
from server.http.bounds import Bounds
from server.http.errors import add_error_handlers
from server.http.problems import details
from server.settings import Settings
from server.version import zigral_version

PROTOCOL: Sequence[APIRouter] = (
    assistants.router,
    threads.router,
    states.router,
    runs.router,
    store.router,
)
OURS: Sequence[APIRouter] = (
    system.router,
    metrics.router,
    contexts.router,
    agents.router,
    command.router,
    tasks.router,
    workflows.router,
)
EXPOSED = ("Content-Location", "Location", "X-Pagination-Total", "X-Pagination-Next", "Retry-After")


def create_app(
    settings: Settings | None = None, config: Path | None = None, *, backend: Backend | None = None
) -> FastAPI:
    """The app that serves the graphs of `config` (a langgraph.json; ours if None).

    It opens its backend when it starts, unless it is given one that is open already.
    """
    settings = backend.settings if backend else settings or Settings.from_env()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_backend(settings, config) as app.state.backend:
            yield

    app = FastAPI(
        title="Zigral",
        version=zigral_version(),
        description="The LangGraph server protocol, and what Zigral has beside it.",
        lifespan=None if backend else lifespan,
        middleware=_middleware(settings),
        redirect_slashes=False,
        redoc_url=None,
    )
    app.state.settings, app.state.backend = settings, backend
    app.state.is_own_server = backend is not None  # else a uvicorn that may believe more than it is told
    for router in OURS:
        app.include_router(router)
    for router in PROTOCOL:
        app.include_router(router, responses=details())
    add_error_handlers(app)
    return app


def _middleware(settings: Settings) -> list[Middleware]:
    """Outermost first: browsers' questions are answered before anybody is asked for a key."""
    return [
        Middleware(Slashes),
        Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            allow_credentials="*" not in settings.cors_origins,
            allow_private_network=True,
            expose_headers=EXPOSED,
        ),
        Middleware(Auth, settings=settings),
        Middleware(Bounds, settings=settings),
    ]


class Slashes:
    """Takes a path with a slash at its end as the one without, so that nobody is redirected."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its path without the slash."""
        if scope["type"] == "http" and len(scope["path"]) > 1 and scope["path"].endswith("/"):
            scope = {**scope, "path": scope["path"].rstrip("/") or "/"}
        await self._app(scope, receive, send)


def __getattr__(name: str) -> FastAPI:
    """`app`, made when uvicorn asks for it and not when this module is imported."""
    if name == "app":
        return create_app()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
