"""Which addresses of the internet may be connected to: public ones, and no other."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Protocol

from memory.errors import Malformed, NotFound, Refused, Unavailable
from tools.addresses import shown

Address = IPv4Address | IPv6Address

GLOBAL_UNICAST = ip_network("2000::/3")
NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits
# Beside what Python's ipaddress calls not global.
NEVER = tuple(
    map(
        ip_network,
        (
            "100.64.0.0/10",  # carriers' own
            "192.0.0.0/24",
            "192.88.99.0/24",  # 6to4 relays
            "198.18.0.0/15",
            "240.0.0.0/4",
            "168.63.129.16/32",  # a cloud's own services, in public dress
            "2001::/23",  # Teredo and other protocols' own
            "2001:db8::/32",
            "2002::/16",  # 6to4: any IPv4 address
            "3fff::/20",
        ),
    )
)


class PrivateAddress(Refused):
    """A name leads to an address that is not of the public internet."""


class Resolver(Protocol):
    """Finds the addresses of a name."""

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """Every address of `host`; `NotFound` where there is no such name."""
        ...


@dataclass(frozen=True)
class SystemResolver:
    """Asks as every program on this machine does."""

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            if error.errno in (socket.EAI_NONAME, socket.EAI_NODATA):
                raise NotFound(f"There is no host {shown(host)}. Correct the website.") from error
            raise Unavailable(f"The address of {shown(host)} was not found. Try again later.") from error
        except UnicodeError as error:
            raise Malformed(f"{shown(host)} is not the name of a host. Correct the website.") from error
        return [str(address[0]) for *_, address in found]


@dataclass(frozen=True)
class Guard:
    """Lets public addresses pass, and those in `allowed`, such as a test's own server; or, `private`, any."""

    allowed: frozenset[Address] = frozenset()
    private: bool = False

    async def addresses(self, host: str, port: int, resolver: Resolver) -> list[Address]:
        """Where `host` may be connected to; `PrivateAddress` where even one of its addresses is not public."""
        given = literal(host)
        texts = [str(given)] if given else await resolver.resolve(host, port)
        if not texts:
            raise NotFound(f"There is no host {shown(host)}. Correct the website.")
        found = list(dict.fromkeys(map(ip_address, texts)))
        for address in found:
            if not self._lets_pass(address):
                raise PrivateAddress(f"{shown(host)} leads to a private address and is not read.")
        return found

    def _lets_pass(self, address: Address) -> bool:
        return self.private or address in self.allowed or is_public(address)


def is_public(address: Address) -> bool:
    """Whether an address, and the IPv4 address that it may stand for, is of the public internet."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address in NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address.scope_id or address not in GLOBAL_UNICAST:
            return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    return address.is_global and not special and not any(address in network for network in NEVER)


def literal(host: str) -> Address | None:
    """The address that `host` spells in the one usual way; numbers in other spellings are refused.

    What is refused is what a browser would take for an IPv4 address: 2130706433, 0x7f.1, 0177.0.0.1.
    """
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        pass
    last = host.rstrip(".").rpartition(".")[2]
    if last.isdigit() or _is_hexadecimal(last):
        raise PrivateAddress(f"{shown(host)} is an address spelled as a number, which may be private: not read.")
    return None


def _is_hexadecimal(label: str) -> bool:
    digits = label.lower().removeprefix("0x")
    return digits != label.lower() and all(digit in "0123456789abcdef" for digit in digits)
