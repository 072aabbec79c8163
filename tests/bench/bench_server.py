"""How fast runs are over HTTP: `runs/wait` on a graph of three nodes, one client and 64; beside `langgraph dev`."""

import asyncio
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
PROJECT = {
    "steps.py": """
import operator
from typing import Annotated
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

class State(TypedDict, total=False):
    text: str
    trail: Annotated[list[str], operator.add]

async def one(state: State) -> State: return {"trail": ["one"]}
async def two(state: State) -> State: return {"trail": ["two"]}
async def three(state: State) -> State: return {"trail": ["three"]}

steps = StateGraph(State).add_node(one).add_node(two).add_node(three)
steps.add_edge(START, "one").add_edge("one", "two").add_edge("two", "three").add_edge("three", END)
""",
    "langgraph.json": '{"dependencies": ["."], "graphs": {"steps": "./steps.py:steps"}}',
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def serving(command: list[str], folder: Path, port: int, **environ: str) -> Iterator[tuple[str, int]]:
    """A server in a process group of its own, once it answers; its URL and process id."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environ}
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise RuntimeError((folder / "server.log").read_text()[-2000:])
            try:
                if httpx.get(f"{url}/ok").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url, process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def cpu_seconds(pid: int) -> float:
    """What a process and its threads have used of the cores."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(url: str, pid: int, *, clients: int, runs: int) -> str:
    """Each client waits for one run after another, each on a thread of its own."""
    times: list[float] = []
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=httpx.Limits(max_connections=clients)) as http:

        async def client(count: int) -> None:
            for _ in range(count):
                thread = (await http.post("/threads", json={})).json()["thread_id"]
                began = time.perf_counter()
                body = {"assistant_id": "steps", "input": {"text": "x"}}
                answer = await http.post(f"/threads/{thread}/runs/wait", json=body)
                times.append(time.perf_counter() - began)
                assert answer.json()["trail"] == ["one", "two", "three"], answer.text

        await client(5)  # warm
        times.clear()
        began, used = time.perf_counter(), cpu_seconds(pid)
        await asyncio.gather(*(client(runs // clients) for _ in range(clients)))
        seconds = time.perf_counter() - began
    ordered = sorted(times)
    p50, p95 = statistics.median(ordered) * 1000, ordered[int(len(ordered) * 0.95)] * 1000
    busy = (cpu_seconds(pid) - used) / len(times)
    return (
        f"{clients:3} clients: p50 {p50:6.1f} ms, p95 {p95:6.1f} ms, {len(times) / seconds:5.1f} runs a second; "
        f"the server's own time {busy * 1000:.1f} ms a run: {1 / busy:.0f} a second and core"
    )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="zigral-") as name:
        folder = Path(name)
        for file, text in PROJECT.items():
            (folder / file).write_text(text)
        port, other = free_port(), free_port()
        ours = [sys.executable, "-m", "server.cli", "serve", "--config", "langgraph.json", "--port", str(port)]
        dev = [
            str(Path(sys.executable).parent / "langgraph"),
            "dev",
            "--no-browser",
            "--no-reload",
            "--port",
            str(other),
        ]
        for title, command, at in (("zigral serve", ours, port), ("langgraph dev", dev, other)):
            try:
                with serving(command, folder, at, ZIGRAL_DATA=str(folder / "data")) as (url, pid):
                    print(f"{title}, on {os.cpu_count()} cores:")
                    print("   ", asyncio.run(measure(url, pid, clients=1, runs=100)))
                    print("   ", asyncio.run(measure(url, pid, clients=64, runs=640)))
            except (OSError, RuntimeError) as error:
                print(f"{title}: did not start ({str(error)[-300:]})")


if __name__ == "__main__":
    main()
