"""How often one client may ask for something dear, counted on our Redis for all processes together.

A window begins with a client's first request and lasts its whole length by Redis's clock; then it is forgotten. So
processes and machines need not agree on the time, and a refused client knows when it may come back.
"""

import time
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from fastapi import Request
from limits import RateLimitItem, parse
from limits.aio.storage import RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio import Redis

from memory.answering import answering
from server.http.errors import HttpRefusal

PREFIX = "{zigral}:rate"
LOCAL = "local"  # a client on a unix socket has no address
FORWARDING_TRUSTED_BY_UVICORN = "127.0.0.1"  # where nobody tells it otherwise
SAME_SITE = 64  # bits of an IPv6 address that one client has: the rest is its own to choose


class RateLimit:
    """A limit such as `5/minute`. Every process that counts `what` on this Redis shares it."""

    def __init__(self, redis: Redis, limit: str, what: str) -> None:
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix=PREFIX,
            connection_pool=redis.connection_pool,  # type: ignore[arg-type]  # it is passed on as it is
        )
        self._item: RateLimitItem = parse(limit)
        self._limiter = FixedWindowRateLimiter(storage)
        self._what = what

    async def count(self, client: str) -> None:
        """Count one request of this client, or refuse it with the seconds until it may come back."""
        async with answering("rate limit", PREFIX):
            if await self._limiter.hit(self._item, self._what, client):
                return
            ends, _ = await self._limiter.get_window_stats(self._item, self._what, client)
        seconds = self._seconds_until(ends)
        raise HttpRefusal(
            429,
            f"You may do this {self._item.amount} times in {self._window}. Try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )

    def _seconds_until(self, ends: float) -> int:
        """Whole seconds, never too few: Redis rounds what is left of a window, and rounds down too."""
        return max(1, min(ceil(ends - time.time()) + 1, self._item.get_expiry()))

    @property
    def _window(self) -> str:
        count, unit = self._item.multiples, self._item.GRANULARITY.name
        return f"{count} {unit}s" if count > 1 else f"one {unit}"


def client_of(request: Request) -> str:
    """Who asks, as far as the connection tells: an IPv4 address, an IPv6 network, or a socket."""
    app = request.app.state
    return client_at(request, proxies=app.settings.trusted_proxies, is_own_server=app.is_own_server)


def client_at(request: Request, *, proxies: Sequence[str], is_own_server: bool) -> str:
    """The same, where these `proxies` are configured; `is_own_server`: nothing but those is believed.

    A uvicorn that is not ours believes X-Forwarded-For of this machine. Where no proxy is configured nobody may be
    believed, so whom that header made up is counted as the machine that it came from.
    """
    if request.client is None:
        return LOCAL
    peer = (request.client.host, request.client.port)
    if not is_own_server and not proxies and peer in _forwarded(request):
        return FORWARDING_TRUSTED_BY_UVICORN
    return _network(request.client.host)


def _forwarded(request: Request) -> set[tuple[str, int]]:
    """Every client that the header may have put in place of the connection's own."""
    found = set[tuple[str, int]]()
    for part in ",".join(request.headers.getlist("x-forwarded-for")).split(","):
        host, colon, port = part.strip().rpartition(":")
        found.add((part.strip().strip("[]"), 0))
        if colon and port.isdecimal():
            found |= {(host.strip("[]"), int(port[:6])), (host.strip("[]"), 0)}
    return found


def _network(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host[:100] or LOCAL
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), SAME_SITE), strict=False))
