from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.errors import NotFound
from tools.guard import Guard, PrivateAddress, SystemResolver, is_public

PRIVATE = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
    *("224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128", "100::/64", "fc00::/7", "fe80::/10", "fec0::/10"),
    *("ff00::/8", "2001:db8::/32", "2002::/16", "2001::/32", "64:ff9b:1::/48", "::/96"),
]


@pytest.mark.parametrize("network", PRIVATE)
@given(data=st.data())
def test_no_address_of_a_special_network_is_public(network: str, data: st.DataObject) -> None:
    within = ip_network(network)
    place = data.draw(st.integers(0, within.num_addresses - 1))
    assert not is_public(ip_address(within[place]))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_a_public_address_is(address: str) -> None:
    assert is_public(ip_address(address))


@given(st.integers(0, 2**32 - 1))
def test_what_carries_an_ipv4_address_is_no_more_public_than_it(number: int) -> None:
    plain = is_public(IPv4Address(number))
    assert is_public(IPv6Address(0xFFFF << 32 | number)) is plain
    assert is_public(IPv6Address((0x64FF9B << 96) | number)) is plain
    assert not is_public(IPv6Address(number))


async def test_localhost_is_judged_by_what_it_resolves_to() -> None:
    with pytest.raises(PrivateAddress, match="leads to a private address"):
        await Guard().addresses("localhost", 80, SystemResolver())


async def test_an_allowed_address_passes_and_no_other_does() -> None:
    guard = Guard(allowed=frozenset({ip_address("127.0.0.1")}))
    assert await guard.addresses("127.0.0.1", 80, SystemResolver()) == [ip_address("127.0.0.1")]
    with pytest.raises(PrivateAddress):
        await guard.addresses("127.0.0.2", 80, SystemResolver())


async def test_a_name_without_an_address_is_not_found() -> None:
    class Nothing:
        async def resolve(self, host: str, port: int) -> list[str]:
            return []

    with pytest.raises(NotFound, match=r"acme\.example"):
        await Guard().addresses("acme.example", 80, Nothing())
