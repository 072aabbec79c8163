"""A whole site: a Redis, a server that works on nothing, and workers that may be killed."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from langgraph_sdk.client import LangGraphClient, get_client

from memory.embedded import open_embedded
from server.app import create_app
from server.http.backend import Backend, open_backend
from server.http_server import HttpServer
from server.listening import listen
from server.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
GRAPHS = Path(__file__).parent / "graphs" / "langgraph.json"
LEASE = "1"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass
class Site:
    """Processes on one Redis. `url` is the first server's."""

    redis_url: str
    data: Path
    port: int = field(default_factory=free_port)
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sdk(self) -> LangGraphClient:
        return get_client(url=self.url)

    def zigral(self, *arguments: str, **environ: str) -> "subprocess.Popen[bytes]":
        known = {"REDIS_URL": self.redis_url, "ZIGRAL_DATA": str(self.data), "ZIGRAL_LEASE_SECONDS": LEASE}
        process = subprocess.Popen(
            [sys.executable, "-m", "server.cli", *arguments, "--config", str(GRAPHS)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **known, **self.environ, **environ},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self.processes.append(process)
        return process

    def worker(self, **environ: str) -> "subprocess.Popen[bytes]":
        return self.zigral("worker", **environ)

    @asynccontextmanager
    async def serving(self, **given: Any) -> AsyncIterator[Backend]:
        """A server in this process: it works on runs as well, unless `concurrency` is 0."""
        settings = Settings(data=self.data, **{"lease_seconds": float(LEASE), **given})
        started = asyncio.Event()
        with listen("127.0.0.1", self.port, settings) as listener:
            async with open_backend(settings, GRAPHS) as backend:
                server = HttpServer(backend, create_app(backend=backend), on_listening=started.set)
                serving = asyncio.create_task(server.serve(sockets=[listener]))
                await started.wait()
                try:
                    yield backend
                finally:
                    server.should_exit = True
                    await serving

    async def serve(self, **environ: str) -> "subprocess.Popen[bytes]":
        """A server in a process of its own, once it answers."""
        process = self.zigral("serve", "--port", str(self.port), **environ)
        async with httpx.AsyncClient() as http:
            for _ in range(600):
                assert process.poll() is None, process.stderr and process.stderr.read().decode()
                try:
                    if (await http.get(f"{self.url}/ok")).status_code == 200:
                        return process
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)
        raise AssertionError("the server did not come up")

    async def working(self, *workers: "subprocess.Popen[bytes]") -> None:
        """Return once these workers say that they work."""
        for process in workers:
            assert process.stderr is not None
            line = await asyncio.to_thread(process.stderr.readline)
            assert b"Working on runs" in line, line + process.stderr.read()

    async def ended(self, process: "subprocess.Popen[bytes]", seconds: float = 60) -> int:
        return await asyncio.to_thread(process.wait, seconds)


@asynccontextmanager
async def site_on(folder: Path) -> AsyncIterator[Site]:
    async with open_embedded(folder / "redis") as url:
        site = Site(url, folder)
        try:
            yield site
        finally:
            for process in site.processes:
                if process.poll() is None:
                    process.send_signal(signal.SIGKILL)
            for process in site.processes:
                process.wait()


@pytest.fixture
async def site(short_folder: Path) -> AsyncIterator[Site]:
    async with site_on(short_folder) as opened:
        yield opened
