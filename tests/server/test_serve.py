"""`zigral serve` as a person starts it: it says where it is, serves our own graphs, and leaves when it is told."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from server.settings import VARIABLES

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def started(folder: Path, *words: str, **variables: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and the line in which it says where it listens."""
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES.values()}
    process = subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), "ZIGRAL_DATA": str(folder / "data"), **variables},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    try:
        lines = iter(process.stderr.readline, "")
        yield process, next(line for line in lines if "http://" in line)
    finally:
        process.kill()
        process.wait(30)
        process.stderr.close()


def url_in(line: str) -> str:
    found = re.search(r"http://[\d.]+:\d+", line)
    assert found, line
    return found[0]


def test_a_demo_lead_goes_through_our_own_graph_to_an_approved_mail(
    short_folder: Path, demo_lead: dict[str, Any]
) -> None:
    with started(short_folder, "server.cli", "serve", "--port", "0") as (process, line):
        with httpx.Client(base_url=url_in(line), timeout=60) as http:
            thread = http.post("/threads", json={}).json()["thread_id"]
            runs = f"/threads/{thread}/runs/wait"
            first = http.post(runs, json={"assistant_id": "outreach", "input": {"lead": demo_lead}}).json()
            (request,) = (interrupt["value"] for interrupt in first["__interrupt__"])
            assert demo_lead["email"] in json.dumps(request)
            resume = {"assistant_id": "outreach", "command": {"resume": [{"type": "accept", "args": None}]}}
            assert http.post(runs, json=resume).json()["decision"] == "accept"
            assert http.get(f"/threads/{thread}").json()["status"] == "idle"
            steps = http.get("/metrics").text
            assert len(list((short_folder / "data" / "outbox").glob("*.eml"))) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert "zigral_step_seconds" in steps


def test_uvicorn_serves_the_app_by_its_import_path(short_folder: Path) -> None:
    words = ("uvicorn", "server.app:app", "--port", "0", "--log-level", "info")
    with (
        started(short_folder, *words, ZIGRAL_API_KEYS="ada:ada-key") as (_, line),
        httpx.Client(base_url=url_in(line), timeout=60) as http,
    ):
        assert http.get("/ok").json() == {"ok": True}
        assert http.post("/assistants/search", json={}).status_code == 401
        found = http.post("/assistants/search", json={}, headers={"X-Api-Key": "ada-key"}).json()
        assert sorted(one["graph_id"] for one in found) == ["command", "outreach", "workflow"]
