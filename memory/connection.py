"""Connecting to Redis, embedded or not."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import redis
import redis.asyncio
import redis.exceptions
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.retry import Retry as BlockingRetry

from memory.errors import Unavailable
from memory.logs import get_logger
from memory.prompt_connections import make_prompt

BACKOFF = ExponentialWithJitterBackoff(base=0.05, cap=1)
RETRIES = 3
CONNECTIONS = 64
WAIT_SECONDS = 30  # for a connection, where all are in use
SAME_SERVER = (
    *("host", "port", "path", "db", "username", "password", "credential_provider", "protocol"),
    *("socket_timeout", "socket_connect_timeout", "socket_keepalive", "health_check_interval", "client_name"),
    *("ssl_keyfile", "ssl_certfile", "ssl_cert_reqs", "ssl_ca_certs", "ssl_ca_data", "ssl_check_hostname"),
)
BLOCKING_KINDS = (
    (redis.asyncio.UnixDomainSocketConnection, redis.UnixDomainSocketConnection),
    (redis.asyncio.SSLConnection, redis.SSLConnection),
    (redis.asyncio.Connection, redis.Connection),
)


@asynccontextmanager
async def connect(url: str, *, password: str | None = None) -> AsyncIterator[Redis]:
    """A client with a pool of its own; `Unavailable` where the server does not answer or may evict keys.

    A pool makes no retries of its own, so it is given some: a restart of the server then goes unseen. Answers
    are bytes, whatever the URL says of decoding.
    """
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=WAIT_SECONDS,
            retry=Retry(BACKOFF, RETRIES),
            retry_on_error=[redis.exceptions.ConnectionError],
            **({"password": password} if password else {}),
        )
    except ValueError:
        raise Unavailable("REDIS_URL is not a Redis address. Write redis://host:6379 or unix:///path.") from None
    pool.connection_kwargs["decode_responses"] = False
    make_prompt(pool)
    client = Redis(connection_pool=pool)
    try:
        facts = await server_facts(client)
        refuse_eviction(facts)
        for doubt in doubts(facts):
            _say_once(doubt)
        yield client
    finally:
        await client.aclose()
        await pool.aclose()


def blocking_twin(client: Redis) -> "redis.Redis":
    """A client for callers without an event loop: of the same server, on connections of its own."""
    pool = client.connection_pool
    given = {key: value for key, value in pool.connection_kwargs.items() if key in SAME_SERVER}
    kind = next(ours for theirs, ours in BLOCKING_KINDS if issubclass(pool.connection_class, theirs))
    make: Any = redis.BlockingConnectionPool
    twin = make(
        max_connections=CONNECTIONS,
        timeout=WAIT_SECONDS,
        connection_class=kind,
        retry=BlockingRetry(BACKOFF, RETRIES),
        retry_on_error=[redis.exceptions.ConnectionError],
        **given,
    )
    return redis.Redis.from_pool(twin)


def refuse_eviction(facts: Mapping[str, str]) -> None:
    """Refuse a server that may drop keys when it is full: runs would be lost without a word."""
    policy = facts.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        raise Unavailable(
            f"The Redis server may evict keys (maxmemory-policy {policy}). "
            "Run CONFIG SET maxmemory-policy noeviction on it."
        )


def doubts(facts: Mapping[str, str]) -> list[str]:
    """Why a server may forget what it was told, or not take it: sentences, each with the setting to change."""
    found = []
    if facts.get("aof_enabled", "1") == "0":
        found.append(
            "The Redis server keeps no append-only file, so its crash loses runs. "
            "Run CONFIG SET appendonly yes on it, and write appendonly yes into its configuration."
        )
    if facts.get("role", "master") != "master":
        found.append("The Redis server is a replica and takes no writes. Set REDIS_URL to its master.")
    return found


@cache
def _say_once(doubt: str) -> None:
    get_logger(__name__).warning(doubt)


async def server_facts(client: Redis) -> dict[str, str]:
    """The server's INFO as text, for `doubts`; empty where a managed service keeps it to itself."""
    try:
        return {str(key): str(value) for key, value in (await client.info()).items()}
    except redis.exceptions.ResponseError:
        return {}
    except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError) as error:
        if isinstance(error, redis.exceptions.AuthenticationError) or "password" in str(error):
            raise Unavailable("The Redis server refuses our name or password. Set REDIS_PASSWORD.") from error
        raise Unavailable(
            "The Redis server does not answer. Start it, or unset REDIS_URL to use the embedded one."
        ) from error
