"""The embedded server: shared, found again, stopped by the last one to leave."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import redis
import redis.exceptions

from memory.connection import connect
from memory.embedded import open_embedded
from memory.errors import Unavailable

USER = """
import asyncio, sys
from pathlib import Path
from memory.embedded import open_embedded
from memory.connection import connect
async def main():
    async with open_embedded(Path(sys.argv[1])) as url, connect(url) as client:
        await client.incr("users")
        print((await client.info("server"))["process_id"], flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
"""


def user_of(folder: Path) -> "subprocess.Popen[str]":
    """Another process that uses the folder's server until its stdin is closed."""
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


def server_of(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text()


async def test_what_was_written_is_there_when_the_folder_is_opened_again(short_folder: Path) -> None:
    for count in (1, 2):
        async with open_embedded(short_folder) as url, connect(url) as client:
            assert await client.incr("visits") == count


async def test_nobody_else_on_the_machine_can_read_what_the_server_writes(short_folder: Path) -> None:
    async with open_embedded(short_folder) as url, connect(url) as client:
        await client.set("person", "ada")
        files = [*(short_folder / "appendonlydir").iterdir()]
        assert files
        assert {path.stat().st_mode & 0o077 for path in (*files, short_folder / "appendonlydir")} == {0}


def test_processes_of_one_folder_share_one_server_and_the_last_one_stops_it(short_folder: Path) -> None:
    users = [user_of(short_folder) for _ in range(4)]
    servers = {server_of(user) for user in users}
    assert len(servers) == 1
    for user in users:
        assert alive(next(iter(servers)))
        user.communicate("", timeout=20)
    assert not alive(next(iter(servers)))


async def test_a_killed_user_leaves_no_lock_and_no_server_behind(short_folder: Path) -> None:
    killed = user_of(short_folder)
    server = server_of(killed)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert alive(server)
    async with open_embedded(short_folder) as url, connect(url) as client:
        assert (await client.info("server"))["process_id"] == server
    for _ in range(100):
        if not alive(server):
            break
        await asyncio.sleep(0.05)
    assert not alive(server)


async def test_a_killed_server_comes_back_with_what_was_on_disk(short_folder: Path) -> None:
    async with open_embedded(short_folder) as url, connect(url) as client:
        await client.set("kept", "yes")
        await client.execute_command("WAITAOF", 1, 0, 5000)
        os.kill((await client.info("server"))["process_id"], signal.SIGKILL)
        async with open_embedded(short_folder) as again, connect(again) as second:
            assert await second.get("kept") == b"yes"


async def test_a_folder_with_a_long_path_gets_a_socket_with_a_short_one(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 30)
    async with open_embedded(folder) as url, connect(url) as client:
        assert await client.ping()
        assert len(url.removeprefix("unix://")) <= 107


async def test_a_server_that_may_evict_keys_is_refused(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
    with pytest.raises(Unavailable, match="noeviction"):
        async with connect(redis_url):
            pass


async def test_a_server_that_is_not_there_is_one_clear_sentence(short_folder: Path) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        async with connect(f"unix://{short_folder}/nothing.sock"):
            pass


async def test_something_that_is_no_address_is_named_as_such() -> None:
    with pytest.raises(Unavailable, match="not a Redis address"):
        async with connect("http://localhost"):
            pass
