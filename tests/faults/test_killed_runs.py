"""F1, F18: whatever is killed and when, running again ends as if nothing had happened."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
STEPS = ("recall", "research", "extract", "qualify", "draft", "prove", "critique")

# Runs one lead of the demo, naming each node on stdout as it starts, and hangs in the one that it is told.
ONE_LEAD = """
import asyncio, json, sys, time
from pathlib import Path
from memory.snapshots import Snapshots
from server.assembly import DEMO, open_services, outreach_graph, read_inputs
from server.engines import offline_engine
from server.settings import Settings
from tools.lead_file import read_leads
from tools.mail import FolderOutbox
from tools.workers import Inline

async def main(folder, hang_in):
    inputs = read_inputs(Settings(), icp=DEMO / "icp.toml", offer=DEMO / "offer.toml", web=str(DEMO / "web"))
    lead = next(row.lead for row in read_leads(DEMO / "leads.csv").rows() if row.lead)
    async with open_services(Settings(data=folder / "data")) as services:
        flow = outreach_graph(inputs, engine=offline_engine(Inline()), workers=Inline(),
                              snapshots=Snapshots(folder), outbox=FolderOutbox(folder / "outbox"))
        graph = flow.compile(services.checkpointer)
        config = {"configurable": {"thread_id": "t"}}
        begun = (await graph.aget_state(config)).values
        given = None if begun else {"lead": lead}
        async for event in graph.astream(given, config, stream_mode="tasks", durability="sync"):
            if "input" in event:
                print(event["name"], flush=True)
                if event["name"] == hang_in:
                    time.sleep(60)
        state = (await graph.aget_state(config)).values
        print(json.dumps([state["draft"].sha256, state["status"]]), flush=True)

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


def one_lead(folder: Path, hang_in: str = "") -> list[str]:
    """What the run says; where it hangs it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", ONE_LEAD, str(folder), hang_in],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line.strip())
        if said[-1] == hang_in:
            process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    return said


def test_a_kill_in_any_node_costs_that_node_and_no_other(short_folder: Path) -> None:
    undisturbed = one_lead(short_folder / "undisturbed")
    assert tuple(undisturbed[: len(STEPS)]) == STEPS
    disturbed = short_folder / "disturbed"
    for number, step in enumerate(STEPS):
        again = STEPS[max(0, number - 1) : number]  # the one that was killed before
        assert one_lead(disturbed, hang_in=step) == [*again, step]
    assert one_lead(disturbed)[-1] == undisturbed[-1]


def zigral(*arguments: str | Path, data: Path) -> "subprocess.Popen[bytes]":
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "ZIGRAL_DATA": str(data)}
    command = [sys.executable, "-m", "server.cli", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def run_demo(folder: Path) -> "subprocess.Popen[bytes]":
    demo = ROOT / "demo"
    inputs = ("--icp", demo / "icp.toml", "--offer", demo / "offer.toml", "--web", demo / "web")
    return zigral("run", demo / "leads.csv", *inputs, "--out", folder / "out", "--json", data=folder / "data")


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "out" / "runs.jsonl").read_bytes().splitlines()]


def essence(results: list[dict[str, Any]]) -> dict[str, Any]:
    return {r["lead"]["email"]: (r["status"], r["draft"] and r["draft"]["sha256"]) for r in results}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("undisturbed")
    process = run_demo(folder)
    assert process.wait(timeout=120) == 0
    return essence(lines(folder))


@pytest.mark.parametrize("moment", [0, 1, 5])
def test_a_run_that_was_killed_after_some_results_goes_on_and_does_none_twice(
    short_folder: Path, undisturbed: dict[str, Any], moment: int
) -> None:
    process = run_demo(short_folder)
    path = short_folder / "out" / "runs.jsonl"
    while process.poll() is None and (not path.exists() or path.read_bytes().count(b"\n") < moment):
        pass
    process.kill()
    process.communicate()
    assert run_demo(short_folder).wait(timeout=120) == 0
    assert essence(lines(short_folder)) == undisturbed
    assert len(lines(short_folder)) == len(undisturbed)


def test_a_torn_last_line_is_done_anew_and_the_others_are_not(
    short_folder: Path, undisturbed: dict[str, Any]
) -> None:
    assert run_demo(short_folder).wait(timeout=120) == 0
    path = short_folder / "out" / "runs.jsonl"
    whole = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(whole[:-1]) + whole[-1][: len(whole[-1]) // 2])
    assert run_demo(short_folder).wait(timeout=120) == 0
    assert path.read_bytes().splitlines(keepends=True)[:-1] == whole[:-1]
    assert essence(lines(short_folder)) == undisturbed


def test_ctrl_c_stops_with_a_sentence_and_running_again_continues(
    short_folder: Path, undisturbed: dict[str, Any]
) -> None:
    process = run_demo(short_folder)
    path = short_folder / "out" / "runs.jsonl"
    while process.poll() is None and not path.exists():
        pass
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    if process.returncode != 0:  # else it was quicker than we
        assert process.returncode == 130
        assert b"run the same command again" in said
    assert b"Traceback" not in said
    assert run_demo(short_folder).wait(timeout=120) == 0
    assert essence(lines(short_folder)) == undisturbed
