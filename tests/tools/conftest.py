"""A web of our own on this machine: servers that say whatever a test wants, and names that lead to them."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from memory.errors import NotFound
from tools.guard import Guard
from tools.live_web import Limits, LiveWeb
from tools.politeness import Turns

HERE = "127.0.0.1"
Speak = Callable[[asyncio.StreamWriter], Awaitable[None]]


def answer(body: bytes = b"", *, status: str = "200 OK", **headers: str) -> bytes:
    """A whole answer; a header named None is left out, and `content_length` may lie."""
    sent = {"Content-Type": "text/html", "Content-Length": str(len(body))}
    sent |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in sent.items() if value)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


@dataclass
class Site:
    """A server on 127.0.0.1. `pages` has the answers by path; `asked` is what came in."""

    pages: dict[str, bytes | Speak] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)  # "host path"
    heads: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    port: int = 0
    at_once: int = 0
    most_at_once: int = 0
    on_request: Callable[[str], Awaitable[None]] | None = None

    def url(self, path: str = "/", host: str = "acme.example", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        """What was asked for, but for robots.txt."""
        return [path for path in (asked.split(" ")[1] for asked in self.asked) if path != "/robots.txt"]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.at_once -= 1
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ", 2)[1].decode()
        host = next(line[6:] for line in head.decode().split("\r\n") if line.lower().startswith("host: "))
        self.asked.append(f"{host.partition(':')[0]} {path}")
        self.heads.append(head)
        length = next(
            (line[16:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length: ")), b"0"
        )
        self.bodies.append(await reader.readexactly(int(length)))
        if self.on_request:
            await self.on_request(path)
        page = self.pages.get(path, answer(status="404 Not Found"))
        if isinstance(page, bytes):
            writer.write(page)
            await writer.drain()
        else:
            await page(writer)


@asynccontextmanager
async def serving(host: str = HERE, tls: ssl.SSLContext | None = None, port: int = 0) -> AsyncIterator[Site]:
    site = Site()
    server = await asyncio.start_server(site.serve, host, port, ssl=tls)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()


@dataclass
class Names:
    """A resolver of the test's own: every name leads here, but for those in `told`. A list is told in turn."""

    told: Mapping[str, Sequence[str] | list[Sequence[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        found = self.told.get(host, [HERE])
        if not found:
            raise NotFound(f"There is no host {host}.")
        if isinstance(found[0], str):
            return [str(address) for address in found]
        return found[min(self.asked.count(host), len(found)) - 1]


@dataclass
class FakeTime:
    """A clock that stands still but for those who sleep."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


@dataclass
class TestBed:
    """What makes a LiveWeb that may reach the test's servers, and whose pauses take no time."""

    __test__ = False

    time: FakeTime = field(default_factory=FakeTime)
    names: Names = field(default_factory=Names)

    def web(self, *sites: Site, limits: Limits | None = None, **more: Any) -> LiveWeb:
        given: dict[str, Any] = {
            "contact": "mailto:marta@zigral-demo.example",
            "resolver": self.names,
            "guard": Guard(allowed=frozenset({ip_address(HERE)})),
            "ports": frozenset({80, 443, *(site.port for site in sites)}),
            "limits": limits or Limits(seconds=5, robots_seconds=5),
            "turns": Turns(self.time, self.time.sleep),
        }
        return LiveWeb(**(given | more))


@pytest.fixture
def bed() -> TestBed:
    return TestBed()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as made:
        yield made


@pytest.fixture
async def open_site() -> AsyncIterator[Callable[..., Awaitable[Site]]]:
    """Opens further servers, which end with the test."""
    async with AsyncExitStack() as stack:

        async def open_one(host: str = HERE, tls: ssl.SSLContext | None = None, port: int = 0) -> Site:
            return await stack.enter_async_context(serving(host, tls, port))

        yield open_one


@pytest.fixture
def reply() -> Callable[..., bytes]:
    """Makes a whole HTTP answer out of a body."""
    return answer


@dataclass(frozen=True)
class Authority:
    """Signs certificates for the test's servers. `file` is what a client is told to trust."""

    folder: Path
    file: str
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def server_context(self, *, names: Sequence[str], days: int = 1, trusted: bool = True) -> ssl.SSLContext:
        """For a server with a certificate for `names` that ends in `days`, signed by us or by itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        unsigned = _unsigned("server", "authority" if trusted else "server", key, days=days)
        certificate = unsigned.add_extension(alternatives, critical=False).sign(
            self.key if trusted else key, hashes.SHA256()
        )
        path = self.folder / f"{certificate.serial_number}.pem"
        path.write_bytes(certificate.public_bytes(Encoding.PEM) + _private(key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("authority")
    key = ec.generate_private_key(ec.SECP256R1())
    root = x509.BasicConstraints(ca=True, path_length=None)
    certificate = _unsigned("authority", "authority", key, days=1).add_extension(root, critical=True)
    signed = certificate.sign(key, hashes.SHA256())
    (folder / "authority.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    return Authority(folder, str(folder / "authority.pem"), signed, key)


def _unsigned(name: str, issuer: str, key: ec.EllipticCurvePrivateKey, *, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return x509.CertificateBuilder(
        issuer_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]),
        subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=30),
        not_valid_after=now + timedelta(days=days),
    )


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
