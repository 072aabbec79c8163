"""Reading every value on a Redis, whatever store it belongs to: for looking somebody up, not for flows."""

from collections.abc import AsyncIterator
from typing import Any

from redis.asyncio import Redis

from memory.answering import answering

STORE = ("data server", "zigral")
KEYS = 500  # asked for at a time
PARTS = 500  # of one large value read at a time


async def every_value(redis: Redis, match: str | None = None) -> AsyncIterator[tuple[bytes, bytes]]:
    """(key, part of its value) of all keys, or of those that match: a string, or an element of what is composed.

    The part of a hash is a field and its value, of a stream an entry's id and its fields, a line each.
    """
    async with answering(*STORE):
        batch: list[bytes] = []
        async for key in redis.scan_iter(match=match, count=KEYS):
            batch.append(key)
            if len(batch) == KEYS:
                async for found in _values(redis, batch):
                    yield found
                batch = []
        async for found in _values(redis, batch):
            yield found


async def _values(redis: Redis, keys: list[bytes]) -> AsyncIterator[tuple[bytes, bytes]]:
    async with redis.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.type(key)
        kinds = await pipe.execute()
    strings = [key for key, kind in zip(keys, kinds, strict=True) if kind == b"string"]
    async with redis.pipeline(transaction=False) as pipe:
        for key in strings:
            pipe.get(key)
        for key, value in zip(strings, await pipe.execute(), strict=True):
            if value is not None:
                yield key, value
    for key, kind in zip(keys, kinds, strict=True):
        async for part in _parts(redis, key, kind):
            yield key, part


async def _parts(redis: Redis, key: bytes, kind: bytes) -> AsyncIterator[bytes]:
    if kind == b"hash":
        async for field, value in redis.hscan_iter(key, count=PARTS):
            yield field + b"\n" + value
    elif kind == b"set":
        async for member in redis.sscan_iter(key, count=PARTS):
            yield member
    elif kind == b"zset":
        async for member, _ in redis.zscan_iter(key, count=PARTS):
            yield member
    elif kind == b"list":
        async for part in _list(redis, key):
            yield part
    elif kind == b"stream":
        async for part in _stream(redis, key):
            yield part


async def _list(redis: Any, key: bytes) -> AsyncIterator[bytes]:
    start = 0
    while found := await redis.lrange(key, start, start + PARTS - 1):
        for part in found:
            yield part
        start += PARTS


async def _stream(redis: Any, key: bytes) -> AsyncIterator[bytes]:
    start = "-"
    while found := await redis.xrange(key, min=start, count=PARTS):
        for name, fields in found:
            yield b"\n".join((name, *(part for pair in fields.items() for part in pair)))
        start = f"({found[-1][0].decode()}"
