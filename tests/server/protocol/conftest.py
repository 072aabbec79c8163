"""A real server for the protocol's tests, in this process: one event loop, a socket, the SDK."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
import pytest_asyncio

from server.app import create_app
from server.http.backend import open_backend
from server.http_server import HttpServer
from server.listening import listen
from server.settings import Settings

GRAPHS = Path(__file__).parent / "graphs" / "langgraph.json"
Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
KEYS = {"ada": "a" * 32, "bob": "b" * 32}


@asynccontextmanager
async def served(settings: Settings, config: Path = GRAPHS) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server of these settings that listens on a free port."""
    started = asyncio.Event()
    with listen("127.0.0.1", 0, settings) as listener:
        async with open_backend(settings, config) as backend:
            server = HttpServer(backend, create_app(backend=backend), on_listening=started.set)
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            await started.wait()
            async with httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=30
            ) as http:
                try:
                    yield http
                finally:
                    server.should_exit = True
            await serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def runs_http() -> AsyncIterator[httpx.AsyncClient]:
    """A client of one server of the graphs that runs are tried on, for all tests of a file."""
    with TemporaryDirectory(prefix="zigral-") as name:
        async with served(Settings(data=Path(name)), GRAPHS.with_name("runs.json")) as client:
            yield client


@pytest.fixture
def serve(short_folder: Path) -> Serve:
    """Serves the graphs of these tests; keywords are settings."""

    def start(config: Path = GRAPHS, **settings: Any) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        return served(Settings(data=short_folder, **settings), config)

    return start


@pytest.fixture(scope="module")
def module_serve() -> Iterator[Serve]:
    """The same, for a server that a whole module shares."""
    with TemporaryDirectory(prefix="zigral-") as folder:

        def start(config: Path = GRAPHS, **settings: Any) -> AbstractAsyncContextManager[httpx.AsyncClient]:
            return served(Settings(data=Path(folder), **settings), config)

        yield start


@pytest.fixture(scope="session")
def two_keys() -> dict[str, str]:
    """The keys of two owners, for a module whose `door` takes them."""
    return KEYS


@pytest_asyncio.fixture(loop_scope="module")
async def ada(door: httpx.ASGITransport) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a module's `door`, with a key."""
    async with _client(door, "ada") as http:
        yield http


@pytest_asyncio.fixture(loop_scope="module")
async def bob(door: httpx.ASGITransport) -> AsyncIterator[httpx.AsyncClient]:
    """Another owner's."""
    async with _client(door, "bob") as http:
        yield http


def _client(door: httpx.ASGITransport, name: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=door, base_url="http://127.0.0.1", headers={"X-Api-Key": KEYS[name]})
