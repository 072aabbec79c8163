"""Which domains take mail, asked of a DNS server of the test's own."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from typer.testing import CliRunner

from server.cli import app
from tools.mail_domains import DnsMailDomains, system_resolver

ZONE = {
    ("mail.example", "MX"): "10 mx.mail.example.",
    ("two.example", "MX"): "10 mx.a.example.",
    ("null.example", "MX"): "0 .",
    ("plain.example", "A"): "192.0.2.1",
    ("six.example", "AAAA"): "2001:db8::1",
    ("alias.example", "CNAME"): "mail.example.",
    ("silent.example", "TXT"): '"never answered for"',
    ("broken.example", "TXT"): '"answered with SERVFAIL"',
    ("empty.example", "TXT"): '"exists, and takes nothing"',
}
NAMES = {name for name, _ in ZONE}


class Server(asyncio.DatagramProtocol):
    """Answers from `ZONE`; a name that is not there does not exist."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.waiting = self.most_waiting = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        self.asked.append(f"{name} {dns.rdatatype.to_text(query.question[0].rdtype)}")
        self.waiting += 1
        self.most_waiting = max(self.waiting, self.most_waiting)
        if name != "silent.example":
            asyncio.get_running_loop().call_later(0.01, self._answer, query, name, address)

    def _answer(self, query: Any, name: str, address: Any) -> None:
        self.waiting -= 1
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name == "broken.example":
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in NAMES:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            self._add(answer, name, dns.rdatatype.to_text(query.question[0].rdtype))
        self.transport.sendto(answer.to_wire(), address)

    def _add(self, answer: Any, name: str, kind: str) -> None:
        if alias := ZONE.get((name, "CNAME")):
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", alias))
            name = alias.rstrip(".")
        if record := ZONE.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, record))


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Server, str]]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(Server, local_addr=("127.0.0.1", 0))
    try:
        yield server, "{}:{}".format(*transport.get_extra_info("sockname"))
    finally:
        transport.close()


@contextmanager
def serving_beside() -> Iterator[str]:
    """The same from a thread, for a command that has a loop of its own."""
    started, stop = threading.Event(), threading.Event()
    place: list[str] = []

    async def serve() -> None:
        async with serving() as (_, address):
            place.append(address)
            started.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    started.wait(30)
    try:
        yield place[0]
    finally:
        stop.set()
        thread.join(30)


async def ask(*domains: str, seconds: float = 5.0) -> dict[str, str]:
    async with serving() as (_, address):
        checked = DnsMailDomains(system_resolver(address), seconds=seconds)
        return dict(await checked.ask(domains))


@pytest.mark.parametrize(
    ("domain", "takes_mail"),
    [
        ("mail.example", "yes"),
        ("MAIL.example", "yes"),
        ("alias.example", "yes"),
        ("plain.example", "yes"),
        ("six.example", "yes"),
        ("null.example", "no"),
        ("empty.example", "no"),
        ("gone.example", "no"),
        ("a..example", "no"),
        ("x" * 64 + ".example", "no"),
        ("broken.example", "unknown"),
    ],
)
async def test_a_domain_takes_mail_by_its_mx_else_by_its_own_address(domain: str, takes_mail: str) -> None:
    assert await ask(domain) == {domain: takes_mail}


async def test_what_is_not_answered_in_time_is_unknown_and_holds_up_no_other() -> None:
    assert await ask("silent.example", "mail.example", seconds=0.3) == {
        "silent.example": "unknown",
        "mail.example": "yes",
    }


async def test_where_nobody_listens_all_is_unknown() -> None:
    async with serving() as (_, address):
        pass
    checked = DnsMailDomains(system_resolver(address), seconds=0.5)
    assert await checked.ask(["mail.example"]) == {"mail.example": "unknown"}


async def test_a_domain_is_asked_for_once_and_a_few_at_a_time() -> None:
    async with serving() as (server, address):
        checked = DnsMailDomains(system_resolver(address), at_once=5)
        names = [f"h{number}.example" for number in range(40)]
        assert set((await checked.ask([*names, *names])).values()) == {"no"}
        await checked.ask(names)
    assert sorted(server.asked) == sorted(f"{name} MX" for name in names)
    assert server.most_waiting <= 5


LEADS = "".join(f"ada@{name}.example,Ada,Lind,Acme\n" for name in ("mail", "null", "gone", "broken", "plain"))


def test_import_warns_of_domains_that_take_no_mail_and_counts_those_that_it_could_not_ask(
    short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(short_folder)
    monkeypatch.setenv("ZIGRAL_DATA", str(short_folder / "data"))
    monkeypatch.delenv("REDIS_URL", raising=False)
    Path("leads.csv").write_text(f"Email,First Name,Last Name,Company\n{LEADS}ada@gone.example,,,\n")
    with serving_beside() as address:
        monkeypatch.setenv("ZIGRAL_DNS", address)
        dry = json.loads(_import("--dry-run", "--json"))
        told = json.loads(_import("--json"))
        shown = _import("--dry-run")
    warned = {row["normalized"]["email"]: "no_mx" in row["warnings"] for row in dry["rows"] if "warnings" in row}
    assert [email for email, no_mx in warned.items() if no_mx] == ["ada@null.example", "ada@gone.example"]
    assert dry["mx"] == told["mx"] == {"no_mx": 2, "unknown": 1}
    assert told["warnings"] == {"missing_website": 5, "no_mx": 2}
    assert "2 at domains that take no mail, 1 of which the DNS did not say" in shown
    assert "mx" not in json.loads(_import("--dry-run", "--json", mx=False))


def _import(*options: str, mx: bool = True) -> str:
    outcome = CliRunner().invoke(app, ["import", "leads.csv", *(["--check-mx"] if mx else []), *options])
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout
