"""Whether a domain takes mail, asked of the DNS as RFC 5321 has it: its MX records, else its own address."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from typing import Literal, Protocol

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
from dns.asyncresolver import Resolver
from dns.rdtypes.ANY.MX import MX

from memory.errors import Unavailable

TakesMail = Literal["yes", "no", "unknown"]
SECONDS = 5.0  # for a question, with all its repetitions
AT_ONCE = 50
REMEMBERED = 100_000  # domains


class MailDomains(Protocol):
    """Tells which domains take mail."""

    async def ask(self, domains: Iterable[str]) -> dict[str, TakesMail]:
        """For each domain; "unknown" where the DNS did not say in time."""
        ...


def system_resolver(server: str | None = None) -> Resolver:
    """The machine's own, or the one at `server` (an IP address and a port, as in 127.0.0.1:53)."""
    if server is None:
        try:
            return Resolver()
        except dns.resolver.NoResolverConfiguration as error:
            raise Unavailable("This machine names no DNS server. Name one in ZIGRAL_DNS.") from error
    host, _, port = server.rpartition(":")
    resolver = Resolver(configure=False)
    resolver.nameservers, resolver.port = [host.strip("[]")], int(port)
    return resolver


class DnsMailDomains:
    """Asks a resolver, a few questions at a time, and remembers what the last domains said. For one event loop."""

    def __init__(self, resolver: Resolver, *, seconds: float = SECONDS, at_once: int = AT_ONCE) -> None:
        self._resolver = resolver
        self._seconds = seconds
        self._turns = asyncio.Semaphore(at_once)
        self._known: OrderedDict[str, TakesMail] = OrderedDict()

    async def ask(self, domains: Iterable[str]) -> dict[str, TakesMail]:
        """For each domain, asked at most once at a time."""
        wanted = set(domains)
        fresh = sorted(wanted - self._known.keys())
        answers = dict(zip(fresh, await asyncio.gather(*map(self._in_turn, fresh)), strict=True))
        told = {domain: answers.get(domain) or self._known[domain] for domain in wanted}
        self._known.update(answers)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return told

    async def _in_turn(self, domain: str) -> TakesMail:
        async with self._turns:
            try:
                return await self._takes_mail(domain)
            except (dns.exception.Timeout, dns.resolver.NoNameservers, OSError):
                return "unknown"
            except dns.exception.DNSException:  # a name that the DNS cannot have
                return "no"

    async def _takes_mail(self, domain: str) -> TakesMail:
        name = dns.name.from_text(domain)
        try:
            answer = await self._resolver.resolve(name, dns.rdatatype.MX, lifetime=self._seconds)
        except dns.resolver.NXDOMAIN:
            return "no"
        except dns.resolver.NoAnswer:
            return "yes" if await self._has_address(name) else "no"
        hosts = [record.exchange for record in answer if isinstance(record, MX)]
        return "yes" if any(host != dns.name.root for host in hosts) else "no"  # "." is the null MX of RFC 7505

    async def _has_address(self, name: dns.name.Name) -> bool:
        for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
            try:
                await self._resolver.resolve(name, kind, lifetime=self._seconds)
            except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN):
                continue
            return True
        return False
