"""Connecting to the very address that was checked, under the name that was asked for."""

import ssl
from collections.abc import Sequence
from itertools import zip_longest

import httpx

from tools.guard import Address, Guard, Resolver

MOST_TRIED = 4  # addresses of a name


class PinnedTransport(httpx.AsyncBaseTransport):
    """Resolves a name once for each request, checks every address, and connects to those alone.

    Host and SNI carry the name, and the certificate must be the name's. No connection is used twice: the pool
    knows them by address, and another name at the same address has another certificate.
    """

    def __init__(self, *, resolver: Resolver, guard: Guard, trusted: ssl.SSLContext) -> None:
        self._resolver = resolver
        self._guard = guard
        alone = httpx.Limits(max_keepalive_connections=0)
        self._inner = httpx.AsyncHTTPTransport(verify=trusted, trust_env=False, limits=alone)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = await self._guard.addresses(url.host, port, self._resolver)
        failed: httpx.TransportError = httpx.ConnectError("no address")
        for address in _in_turn(addresses)[:MOST_TRIED]:
            try:
                return await self._inner.handle_async_request(_pinned(request, str(address)))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = error
        raise failed

    async def aclose(self) -> None:
        await self._inner.aclose()


def _in_turn(addresses: Sequence[Address]) -> list[Address]:
    """IPv4 and IPv6 alternating, since one of them may not be had here at all."""
    kinds = [[address for address in addresses if address.version == version] for version in (4, 6)]
    kinds.sort(key=lambda kind: addresses[0] not in kind)
    return [address for pair in zip_longest(*kinds) for address in pair if address]


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,  # Host is among them, with the name
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )
