"""A server of the test's own, which it may stop, kill, fill and corrupt."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from memory.embedded import server_binary

PATIENCE = 60.0  # seconds; a server is up in a few hundredths


@dataclass
class Server:
    """A data server in a folder, append-only, on a unix socket."""

    binary: Path
    folder: Path
    flags: tuple[str, ...] = ()
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"unix://{self.folder / 's'}"

    def start(self, *flags: str, ready: bytes = b"+PONG") -> None:
        """Start it and wait until it answers PING with `ready`."""
        options = ("--port", "0", "--unixsocket", self.folder / "s", "--dir", self.folder, "--save", "")
        durable = ("--appendonly", "yes", "--appendfsync", "always")
        with (self.folder / "log").open("ab") as log:
            command = [self.binary, *options, *durable, *self.flags, *flags]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while not self.answer().startswith(ready):
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.01)

    def answer(self) -> bytes:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(PATIENCE)
            try:
                link.connect(str(self.folder / "s"))
                link.sendall(b"PING\r\n")
                return link.recv(100)
            except OSError:
                return b""

    def kill(self) -> None:
        """As by `kill -9`, in the middle of whatever it does."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


def servers() -> dict[str, Path]:
    """The server that Zigral starts by itself, and the `redis-server` on PATH where there is one."""
    found = {"valkey": server_binary()}
    if named := shutil.which("redis-server"):
        found["redis"] = Path(named)
    return found


@pytest.fixture(params=servers().items(), ids=lambda found: found[0])
def server(request: pytest.FixtureRequest, short_folder: Path) -> Iterator[Server]:
    """Each of the servers here in turn, running."""
    server = Server(request.param[1], short_folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture
def one_server(stopped: Server) -> Server:
    """One server, running, where it makes no difference which."""
    stopped.start()
    return stopped


@pytest.fixture
def stopped(short_folder: Path) -> Iterator[Server]:
    """One server that the test starts as it likes."""
    server = Server(server_binary(), short_folder)
    try:
        yield server
    finally:
        server.kill()
