"""The worker processes: off the loop, one bad page costs nobody else, and none outlives its parent."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from memory.errors import Malformed
from tools.workers import Inline, Workers, open_workers


def refuse(text: str) -> str:
    raise Malformed(f"not {text}")


def never_end(stubborn: bool) -> None:
    while True:
        try:
            time.sleep(0.01)
        except Exception:
            if not stubborn:
                raise


def never_end_the_first_time(begun: Path) -> str:
    if begun.exists():
        return "again"
    begun.touch()
    return time.sleep(60) or "the first time"


@pytest.mark.parametrize("inline", [True, False])
async def test_every_form_gives_back_what_the_function_returns_or_raises(inline: bool) -> None:
    async with open_workers(1) as pool:
        workers: Workers = Inline() if inline else pool
        assert await workers.run(len, "four") == 4
        with pytest.raises(Malformed, match="not that"):
            await workers.run(refuse, "that")


async def test_the_loop_stays_free_while_a_worker_is_busy() -> None:
    async with open_workers(1) as workers:
        await workers.run(len, "")  # the process is there
        busy = asyncio.create_task(workers.run(time.sleep, 0.3))
        ticks = 0
        while not busy.done():
            await asyncio.sleep(0.01)
            ticks += 1
        assert ticks > 5


async def test_a_page_that_kills_its_worker_fails_alone() -> None:
    async with open_workers(1) as workers:
        with pytest.raises(Malformed, match="died of it, twice"):
            await workers.run(os._exit, 1)
        assert await workers.run(len, "after") == 5


async def test_what_runs_beside_a_page_that_kills_its_worker_is_run_again(tmp_path: Path) -> None:
    async with open_workers(2) as workers:
        # a pool sees the death of a process that it began just now only when another one has done its work
        await asyncio.gather(workers.run(time.sleep, 0.3), workers.run(time.sleep, 0.3))
        beside = asyncio.create_task(workers.run(never_end_the_first_time, tmp_path / "begun"))
        while not (tmp_path / "begun").exists():  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.01)
        with pytest.raises(Malformed, match="died"):
            await workers.run(os._exit, 1)
        assert await beside == "again"


@pytest.mark.parametrize("stubborn", [True, False])
async def test_work_without_end_is_left_and_its_worker_goes_on(stubborn: bool) -> None:
    async with open_workers(1, seconds=0.2) as workers:
        worker = await workers.run(os.getpid)
        with pytest.raises(Malformed, match=r"more than 0\.2 seconds"):
            await workers.run(never_end, stubborn)
        assert await workers.run(os.getpid) == worker


def test_no_worker_outlives_a_parent_that_was_killed() -> None:
    script = (
        "import asyncio, os, time\nfrom tools.workers import open_workers\n"
        "async def main():\n"
        "    async with open_workers(1) as workers:\n"
        "        print(await workers.run(os.getpid), flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "if __name__ == '__main__':\n    asyncio.run(main())"
    )
    root = Path(__file__).resolve().parents[2]
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert parent.stdout is not None
    assert int(parent.stdout.readline()) != parent.pid
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    # the worker holds the other end of the pipe: only when it is gone do we read the end
    assert parent.communicate(timeout=20)[0] == ""
