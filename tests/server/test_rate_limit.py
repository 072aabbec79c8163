"""How often a client may ask: counted for all processes together, by who it really is."""

import pytest
from fastapi import Request
from redis.asyncio import Redis

from memory.connection import connect
from memory.errors import Invalid, Unavailable
from server.http.errors import HttpRefusal
from server.http.rate_limit import RateLimit, client_at
from server.settings import Settings


async def refused(limit: RateLimit, client: str) -> int:
    """The seconds that the client is told to stay away."""
    with pytest.raises(HttpRefusal) as refusal:
        await limit.count(client)
    assert refusal.value.status == 429
    return int(refusal.value.headers["Retry-After"])


async def test_the_sixth_in_a_minute_is_told_when_to_come_back(redis_client: Redis) -> None:
    limit = RateLimit(redis_client, "5/minute", "command")
    for _ in range(5):
        await limit.count("10.0.0.1")
    assert 1 <= await refused(limit, "10.0.0.1") <= 60
    await limit.count("10.0.0.2")


async def test_processes_share_a_limit_and_keep_to_our_keys(redis_client: Redis, redis_url: str) -> None:
    await RateLimit(redis_client, "1/hour", "command").count("10.0.0.1")
    async with connect(redis_url) as other:
        assert await refused(RateLimit(other, "1/hour", "command"), "10.0.0.1") > 3000
    keys = [key.decode() for key in await redis_client.keys("*")]
    assert keys
    assert all(key.startswith("{zigral}:rate:") for key in keys)


async def test_a_window_that_is_over_is_forgotten(redis_client: Redis) -> None:
    limit = RateLimit(redis_client, "2/minute", "command")
    for _ in range(2):
        await limit.count("10.0.0.1")
    await refused(limit, "10.0.0.1")
    (key,) = await redis_client.keys("{zigral}:rate:*")
    assert 0 < await redis_client.ttl(key) <= 60
    await redis_client.pexpire(key, 1)
    while await redis_client.exists(key):
        pass
    for _ in range(2):
        await limit.count("10.0.0.1")


async def test_being_refused_makes_nobody_wait_longer(redis_client: Redis) -> None:
    limit = RateLimit(redis_client, "1/minute", "command")
    await limit.count("10.0.0.1")
    (key,) = await redis_client.keys("{zigral}:rate:*")
    await redis_client.expire(key, 20)
    assert [await refused(limit, "10.0.0.1") <= 21 for _ in range(3)] == [True, True, True]


async def test_without_redis_nobody_is_let_in(redis_client: Redis) -> None:
    limit = RateLimit(redis_client, "5/minute", "command")
    await redis_client.shutdown(nosave=True)
    with pytest.raises(Unavailable, match="did not answer"):
        await limit.count("10.0.0.1")


def asking(host: str | None, port: int = 5000, forwarded: str | None = None) -> Request:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return Request(
        {"type": "http", "client": (host, port) if host is not None else None, "headers": headers, "path": "/"}
    )


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, "local"),
        ("", "local"),
        ("no address", "no address"),
    ],
)
def test_a_client_is_its_address_or_its_network(host: str | None, client: str) -> None:
    assert client_at(asking(host), proxies=(), is_own_server=True) == client


def test_on_our_own_server_a_forged_header_changes_nothing() -> None:
    for forged in ("1.2.3.4", "10.0.0.1", "10.0.0.1:5000", "a, b", ""):
        assert client_at(asking("10.0.0.1", forwarded=forged), proxies=(), is_own_server=True) == "10.0.0.1"


@pytest.mark.parametrize(
    ("host", "port", "header"),
    [
        ("1.2.3.4", 0, "1.2.3.4"),
        ("1.2.3.4", 0, "9.9.9.9, 1.2.3.4"),
        ("1.2.3.4", 7, "1.2.3.4:7"),
        ("2001:db8::1", 0, "2001:db8::1"),
        ("2001:db8::1", 443, "[2001:db8::1]:443"),
        ("no address", 0, "no address"),
    ],
)
def test_whom_a_forwarding_header_made_up_is_the_machine_that_sent_it(host: str, port: int, header: str) -> None:
    """A uvicorn that is not ours believes its own machine, and takes the header's client for the real one."""
    assert client_at(asking(host, port, header), proxies=(), is_own_server=False) == "127.0.0.1"


def test_a_configured_proxy_is_believed() -> None:
    assert client_at(asking("1.2.3.4", 0, "1.2.3.4"), proxies=("10.0.0.5",), is_own_server=False) == "1.2.3.4"


@pytest.mark.parametrize("text", ["0", "off", " OFF "])
def test_a_limit_can_be_turned_off(text: str) -> None:
    assert Settings.from_env({"ZIGRAL_RATE_LIMIT": text}).rate_limit is None


@pytest.mark.parametrize("text", ["5/minute", "100/hour", "5 per minute", "3/10 seconds", "1/DAY"])
async def test_a_limit_is_a_count_and_a_time(text: str, redis_client: Redis) -> None:
    limit = Settings.from_env({"ZIGRAL_RATE_LIMIT": text}).rate_limit
    assert limit is not None
    await RateLimit(redis_client, limit, "command").count("10.0.0.1")


@pytest.mark.parametrize(
    "text", ["5", "five/minute", "-1/minute", "0/minute", "5/fortnight", "5/minute;1/second", "5/0 hours"]
)
def test_a_limit_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match=r"ZIGRAL_RATE_LIMIT: .*5/minute"):
        Settings.from_env({"ZIGRAL_RATE_LIMIT": text})
