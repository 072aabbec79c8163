"""LangGraph's long-term store on a plain Redis of 6.2 or later: for graphs, and for the server's routes.

Each owner has a store of their own, in three keys (their members hold no namespace with NUL or "."):

{zigral:store:OWNER}:items    member -> when it was first put, when last, its value as JSON
{zigral:store:OWNER}:index    every member, in order: what a namespace begins with is a range of it
{zigral:store:OWNER}:spaces   namespace -> how many items it has

A member is its namespace's labels, each ended by NUL, one more NUL, and its key.
"""

import threading
from collections.abc import AsyncIterator, Generator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import redis
from langgraph.store.base import (
    BaseStore,
    GetOp,
    InvalidNamespaceError,
    Item,
    ListNamespacesOp,
    MatchCondition,
    Op,
    PutOp,
    Result,
    SearchItem,
    SearchOp,
    validate_op_namespace,
)
from pydantic_core import PydanticSerializationError, to_jsonable_python
from redis.asyncio import Redis

from memory.answering import answering, answering_blocking
from memory.connection import blocking_twin
from memory.errors import Invalid
from memory.json_text import dumps, load_object
from memory.store_filters import passes
from memory.store_scripts import DELETE, PAGE, PUT
from memory.words import utc_now

PREFIX = "{zigral:store:"
NUL = "\0"
BATCH = 200  # items read at a time
NAMESPACES = 1000  # read at a time


@dataclass(frozen=True)
class Call:
    """A command for Redis, or a script over the store's keys."""

    name: str  # a command's name, or a script's text
    arguments: Sequence[Any]
    is_script: bool = False


Steps = Generator[Call, Any, Any]


class Stores:
    """The stores of all owners on one client, and the connections of those who call without an event loop."""

    def __init__(self, client: Redis) -> None:
        self.client = client
        self._twin: redis.Redis | None = None
        self._lock = threading.Lock()

    def of(self, owner: str) -> "RedisStore":
        """An owner's store."""
        return RedisStore(self, owner)

    def blocking(self) -> "redis.Redis":
        """The client for callers without an event loop."""
        with self._lock:
            if self._twin is None:
                self._twin = blocking_twin(self.client)
            return self._twin

    def close(self) -> None:
        """Close what `blocking` opened; the client is its owner's."""
        with self._lock:
            if self._twin is not None:
                self._twin.close()
            self._twin = None


@asynccontextmanager
async def stores_on(client: Redis) -> AsyncIterator[Stores]:
    """The stores on a client that is there already."""
    stores = Stores(client)
    try:
        yield stores
    finally:
        stores.close()


class RedisStore(BaseStore):
    """One owner's store. Without embeddings a search's `query` finds nothing that its filter would not."""

    supports_ttl = False

    def __init__(self, stores: Stores, owner: str) -> None:
        self._stores = stores
        self._keys = [f"{PREFIX}{owner}}}:{part}" for part in ("items", "index", "spaces")]

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """What each operation answers, in order. Of several writes to one item in a batch the last holds."""
        steps, answer = self._steps(ops), None
        try:
            while True:
                answer = await self._ask(steps.send(answer))
        except StopIteration as done:
            return cast("list[Result]", done.value)

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """As `abatch`, for callers without an event loop; it blocks the one who calls."""
        steps, answer = self._steps(ops), None
        try:
            while True:
                answer = self._ask_blocking(steps.send(answer))
        except StopIteration as done:
            return cast("list[Result]", done.value)

    def _steps(self, ops: Iterable[Op]) -> Steps:
        """Reads first, then writes: within a batch nobody sees what it is about to change."""
        results: list[Result] = []
        writes: dict[tuple[tuple[str, ...], str], PutOp] = {}
        for op in ops:
            _refuse_bad_namespace(op)
            if isinstance(op, PutOp):
                writes[op.namespace, op.key] = op
                results.append(None)
            elif isinstance(op, GetOp):
                results.append((yield from self._get(op)))
            elif isinstance(op, SearchOp):
                results.append((yield from self._search(op)))
            else:
                results.append((yield from self._namespaces(op)))
        for op in writes.values():
            yield from self._write(op)
        return results

    def _get(self, op: GetOp) -> Steps:
        stored = yield Call("HGET", (self._keys[0], _member(op.namespace, op.key)))
        return None if stored is None else Item(**_fields(op.namespace, op.key, stored))

    def _write(self, op: PutOp) -> Steps:
        place = (_member(op.namespace, op.key), _bytes(NUL.join(op.namespace)))
        if op.value is None:
            yield Call(DELETE, place, is_script=True)
        else:
            yield Call(PUT, (*place, utc_now().isoformat(), _written(op.value)), is_script=True)

    def _search(self, op: SearchOp) -> Steps:
        """Without a filter just the page; with one, everything before it has to be read as well."""
        start, skip = (op.offset, 0) if not op.filter else (0, op.offset)
        found: list[SearchItem] = []
        while len(found) < skip + op.limit:
            wanted = BATCH if op.filter else min(BATCH, op.limit - len(found))
            page = yield Call(PAGE, (*_range(op.namespace_prefix), start, wanted), is_script=True)
            items = [SearchItem(**_fields(*_place(member), stored)) for member, stored in zip(*page, strict=True)]
            found += [item for item in items if passes(item.value, op.filter or {})]
            if len(items) < wanted:
                break
            start += wanted
        return found[skip : skip + op.limit]

    def _namespaces(self, op: ListNamespacesOp) -> Steps:
        cursor, found = 0, set[tuple[str, ...]]()
        while True:
            cursor, page = yield Call("HSCAN", (self._keys[2], cursor, "COUNT", NAMESPACES))
            names = (tuple(_text(name).split(NUL)) for name in (page[::2] if isinstance(page, list) else page))
            found |= {name[: op.max_depth] for name in names if _matches(name, op.match_conditions or ())}
            if int(cursor) == 0:
                return sorted(found)[op.offset : op.offset + op.limit]

    async def _ask(self, call: Call) -> Any:
        async with answering("store", PREFIX):
            if call.is_script:
                return await self._stores.client.eval(call.name, len(self._keys), *self._keys, *call.arguments)
            return await self._stores.client.execute_command(call.name, *call.arguments)  # type: ignore[no-untyped-call]

    def _ask_blocking(self, call: Call) -> Any:
        with answering_blocking("store", PREFIX):
            if call.is_script:
                return self._stores.blocking().eval(call.name, len(self._keys), *self._keys, *call.arguments)
            return self._stores.blocking().execute_command(call.name, *call.arguments)  # type: ignore[no-untyped-call]


def _refuse_bad_namespace(op: Op) -> None:
    try:
        validate_op_namespace(op)
    except InvalidNamespaceError as error:
        raise Invalid(str(error)) from error
    if isinstance(op, PutOp | GetOp) and not op.namespace:
        raise Invalid("A namespace has at least one label.")


def _member(namespace: tuple[str, ...], key: str) -> bytes:
    return _bytes(f"{NUL.join((*namespace, ''))}{NUL}{key}")


def _place(member: bytes) -> tuple[tuple[str, ...], str]:
    """The namespace and the key that a member stands for: no label is empty, so the first two NULs part them."""
    labels, _, key = _text(member).partition(NUL + NUL)
    return tuple(labels.split(NUL)), key


def _range(prefix: tuple[str, ...]) -> tuple[bytes, bytes]:
    """The members whose namespace begins with these labels, as bounds of ZRANGEBYLEX."""
    if not prefix:
        return b"-", b"+"
    begin = _bytes(NUL.join(prefix))
    return b"[" + begin + b"\0", b"(" + begin + b"\1"


def _matches(namespace: tuple[str, ...], conditions: Iterable[MatchCondition]) -> bool:
    return all(_matches_one(namespace, condition) for condition in conditions)


def _matches_one(namespace: tuple[str, ...], condition: MatchCondition) -> bool:
    path, size = condition.path, len(condition.path)
    part = namespace[:size] if condition.match_type == "prefix" else namespace[-size:] if size else ()
    return len(part) == size and all(wanted in {"*", label} for label, wanted in zip(part, path, strict=True))


def _fields(namespace: tuple[str, ...], key: str, stored: bytes) -> dict[str, Any]:
    created, updated, value = stored.split(b"\n", 2)
    return {
        "namespace": namespace,
        "key": key,
        "value": load_object(value),
        "created_at": datetime.fromisoformat(created.decode()),
        "updated_at": datetime.fromisoformat(updated.decode()),
    }


def _written(value: Mapping[str, Any]) -> bytes:
    """The value as JSON on one line; what is no JSON is written as pydantic writes it."""
    try:
        return dumps(value)
    except TypeError:
        pass
    try:
        return dumps(to_jsonable_python(value, bytes_mode="base64", inf_nan_mode="null"))
    except PydanticSerializationError as error:
        raise Invalid(f"A store keeps JSON, and this value is none ({error}).") from error


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Invalid("Namespaces and keys are text, without halves of surrogate pairs.") from None


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
