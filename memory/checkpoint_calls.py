"""Asking Redis for a saver's steps, from an event loop or without one, and its errors in our own words.

A step is a generator: it yields what it asks of the server, is sent the answer, and returns its result. So
each is written once for both kinds of callers.
"""

import re
import threading
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import redis
import redis.exceptions
from redis.asyncio import Redis
from redis.client import NEVER_DECODE

from memory.checkpoint_layout import THREADS, keys_of
from memory.checkpoint_scripts import Script
from memory.connection import blocking_twin
from memory.errors import Malformed, Refused, Unavailable, ZigralError

T = TypeVar("T")
RAW = {NEVER_DECODE: True}
FOR_NOW = {  # how a server says that it cannot serve now, and what a person may do
    "OOM": "Give it memory (maxmemory)",
    "READONLY": "Point REDIS_URL at the master",
    "MISCONF": "Make space on its disk",
    "NOREPLICAS": "Start its replicas",
    "BUSY": "Wait, or run SCRIPT KILL on it",
    **dict.fromkeys(("LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "UNKILLABLE"), "Wait until it is ready"),
}
CODES = re.compile(rf"\b({'|'.join(FOR_NOW)})\b")  # Redis 6.2 wraps what a script met in an error of its own
CODE_OF = {  # redis-py takes the code out of these
    redis.exceptions.OutOfMemoryError: "OOM",
    redis.exceptions.ReadOnlyError: "READONLY",
    redis.exceptions.BusyLoadingError: "LOADING",
    redis.exceptions.MasterDownError: "MASTERDOWN",
    redis.exceptions.ClusterDownError: "CLUSTERDOWN",
    redis.exceptions.TryAgainError: "TRYAGAIN",
}


@dataclass(frozen=True)
class Ask:
    """One call of a script on one thread's keys."""

    script: Script
    thread: str
    arguments: Sequence[str | bytes | int] = ()


@dataclass(frozen=True)
class Scan:
    """One page of the keys of all threads; the answer is the next cursor (0: no more) and the keys."""

    cursor: int = 0


@dataclass(frozen=True)
class Item(Generic[T]):
    """One of many results."""

    value: T


Steps = Generator[Ask | Scan, Any, T]
Stream = Generator[Ask | Scan | Item[T], Any, None]


class Calls:
    """The connections of a saver and of all its copies."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._twin: redis.Redis | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the connections that callers without an event loop used."""
        with self._lock:
            if self._twin:
                self._twin.close()
            self._twin = None

    async def run(self, steps: Steps[T]) -> T:
        """Take steps to their result, on the event loop."""
        try:
            asked = next(steps)
            while True:
                try:
                    answer = await self._asked(asked)
                except ZigralError as error:
                    asked = steps.throw(error)
                else:
                    asked = steps.send(answer)
        except StopIteration as done:
            result: T = done.value
            return result

    async def stream(self, steps: Stream[T]) -> AsyncIterator[T]:
        """Take steps to their end, on the event loop, and give each result as it comes."""
        answer: Any = None
        while asked := _next(steps, answer):
            if isinstance(asked, Item):
                yield asked.value
                answer = None
                continue
            try:
                answer = await self._asked(asked)
            except ZigralError as error:
                answer = error

    def run_blocking(self, steps: Steps[T]) -> T:
        """Take steps to their result, in the caller's own thread."""
        try:
            asked = next(steps)
            while True:
                try:
                    answer = self._asked_blocking(asked)
                except ZigralError as error:
                    asked = steps.throw(error)
                else:
                    asked = steps.send(answer)
        except StopIteration as done:
            result: T = done.value
            return result

    def stream_blocking(self, steps: Stream[T]) -> Iterator[T]:
        """Take steps to their end, in the caller's own thread."""
        answer: Any = None
        while asked := _next(steps, answer):
            if isinstance(asked, Item):
                yield asked.value
                answer = None
                continue
            try:
                answer = self._asked_blocking(asked)
            except ZigralError as error:
                answer = error

    async def _asked(self, asked: Ask | Scan) -> Any:
        send: Any = self._client.execute_command
        try:
            try:
                return await send(*_command(asked), **RAW)
            except redis.exceptions.NoScriptError:  # a server that was restarted knows no script
                return await send(*_command(asked, whole=True), **RAW)
        except redis.exceptions.RedisError as error:
            raise _in_our_words(error, asked) from error

    def _asked_blocking(self, asked: Ask | Scan) -> Any:
        send: Any = self._blocking().execute_command
        try:
            try:
                return send(*_command(asked), **RAW)
            except redis.exceptions.NoScriptError:
                return send(*_command(asked, whole=True), **RAW)
        except redis.exceptions.RedisError as error:
            raise _in_our_words(error, asked) from error

    def _blocking(self) -> "redis.Redis":
        with self._lock:
            if self._twin is None:
                self._twin = blocking_twin(self._client)
            return self._twin


def _next(steps: Stream[T], answer: Any) -> Ask | Scan | Item[T] | None:
    """What steps ask next when they are given an answer, or the error there was instead; None at the end."""
    try:
        return steps.throw(answer) if isinstance(answer, ZigralError) else steps.send(answer)
    except StopIteration:
        return None


def _command(asked: Ask | Scan, *, whole: bool = False) -> tuple[str | bytes | int, ...]:
    """The command as Redis takes it; a script by its hash, or `whole`."""
    if isinstance(asked, Scan):
        return ("SCAN", asked.cursor, "MATCH", THREADS, "COUNT", 1000)
    script = ("EVAL", asked.script.text) if whole else ("EVALSHA", asked.script.sha)
    return (*script, 2, *keys_of(asked.thread), *asked.arguments)


def _in_our_words(error: redis.exceptions.RedisError, asked: Ask | Scan) -> ZigralError:
    words = str(error)
    if isinstance(error, redis.exceptions.NoPermissionError | redis.exceptions.AuthenticationError):
        return Refused(f"The Redis server does not let our user do this ({words}). Give it the right to.")
    found = CODES.search(words)
    if code := CODE_OF.get(type(error)) or (found and found[1]):
        return Unavailable(f"The Redis server cannot serve now ({code}). {FOR_NOW[code]}, and run again.")
    if isinstance(error, redis.exceptions.ResponseError) and isinstance(asked, Ask):
        kind = "a key of it holds something else" if "WRONGTYPE" in words else "a record of it is damaged"
        return damaged(asked.thread, kind)
    return Unavailable(f"The Redis server does not answer ({words}). Start it, and run again to continue.")


def damaged(thread: str, why: str) -> Malformed:
    """The error that names a thread which cannot be read."""
    name = thread if len(thread) <= 200 else f"{thread[:200]}..."
    return Malformed(
        f"Thread {name!r} cannot be read: {why}. Restore it from a backup, or delete it; others are not touched."
    )
