"""What jobs keep between their steps: contexts with versions and checkpoints, on a plain Redis of 6.2 or later.

Each context belongs to an owner, and is not there for any other. All keys share one slot of a cluster:

{zigral:context}:owners                   every owner who ever had a context
{zigral:context}:OWNER:place              how many contexts ever came: the next place in the index
{zigral:context}:OWNER:index              job ids by their places, all of them
{zigral:context}:OWNER:index:TYPE         those of one type
{zigral:context}:OWNER:job:ID             facts of a job
{zigral:context}:OWNER:job:ID:versions    number -> version
{zigral:context}:OWNER:job:ID:times       the checkpoints' times, in microseconds since 1970
{zigral:context}:OWNER:job:ID:texts       time -> checkpoint
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from pydantic import JsonValue
from redis.asyncio import Redis

from memory import context_scripts as scripts
from memory.answering import answering
from memory.context_values import PREFIX, Keys, in_key, micros, read_checkpoint, read_context, stamp_of
from memory.errors import Conflict, Invalid, NotFound, TooLarge
from memory.json_values import JsonObject, written
from memory.pages import Page, next_cursor, page_size, place_of
from memory.records import Context, JobCheckpoint
from memory.words import Clock, utc_now

JOB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,199}")
LONGEST_TYPE = 200  # characters
LARGEST = 4_000_000  # bytes of a context's data


@dataclass(frozen=True)
class Bounds:
    """What is kept of one job, and how much a page holds. Beyond them the oldest go, the latest never."""

    versions: int = 1_000
    checkpoints: int = 1_000
    kept_bytes: int = 64_000_000  # of the versions together, and of the checkpoints together
    page_bytes: int = 8_000_000  # a page ends with the item that reaches it


@dataclass(frozen=True)
class Contexts:
    """The contexts of one owner on one Redis. A server that does not answer is `Unavailable`.

    `prefix` is another where something else is kept in the same way.
    """

    redis: Redis
    owner: str
    clock: Clock = utc_now
    bounds: Bounds = field(default_factory=Bounds)
    prefix: str = PREFIX

    async def create(
        self, job_type: str, context_data: JsonObject, *, job_id: str | None = None, error: JsonValue = None
    ) -> Context:
        """Keep a new context as version 1, under an id of its own where none is given.

        `Conflict` where the job exists; `Invalid` where a value would not come back as it is.
        """
        job_id = str(uuid4()) if job_id is None else _checked(job_id)
        head, data = _head(job_type, error), _data(context_data)
        now = stamp_of(self.clock())
        keys = [*self._keys.of(job_id, "versions"), self._keys.index(), self._keys.place, self._keys.owners]
        done = await self._call(
            scripts.CREATE, keys, job_id, self.owner, now, uuid4().hex, in_key(job_type), head, data
        )
        if done is None:
            raise Conflict(f"There is a context {job_id} already. PUT it to change it.")
        return read_context(job_id, created=done[0], version=done[1], record=_record(done[0], head, data))

    async def put(
        self,
        job_id: str,
        job_type: str,
        context_data: JsonObject,
        *,
        version: int | None = None,
        error: JsonValue = None,
    ) -> Context:
        """The next version of a context; what stood there stays in the history.

        `Conflict` where `version` is not the latest; without it, the latest is followed whatever it is.
        """
        head, data = _head(job_type, error), _data(context_data)
        keys = [*self._known(job_id, "versions"), self._keys.index()]
        expected = "" if version is None else version
        sent = (job_id, expected, stamp_of(self.clock()), uuid4().hex, in_key(job_type), head, data)
        done = await self._call(scripts.PUT, keys, *sent, self.bounds.versions, self.bounds.kept_bytes)
        if done is None:
            raise _unknown(job_id)
        if len(done) == 1:
            raise Conflict(
                f"The context {job_id} is at version {int(done[0])}, not {version}. "
                "Read it again, and put your change on top of it."
            )
        created, updated, number = done
        return read_context(job_id, created=created, version=number, record=_record(updated, head, data))

    async def get(self, job_id: str, version: int | None = None) -> Context:
        """The latest version, or an earlier one; `NotFound` where there is none, or it is not kept any more."""
        found = await self._call(scripts.GET, self._known(job_id, "versions"), "" if version is None else version)
        if found is None:
            raise _unknown(job_id)
        created, latest, number, record = found
        if record is None:
            raise NotFound(
                f"The context {job_id} has no version {version}. It is at {int(latest)}, and keeps up to "
                f"{self.bounds.versions} of its versions."
            )
        return read_context(job_id, created=created, version=number, record=record)

    async def page(
        self, cursor: str | None = None, *, limit: int = 100, job_type: str | None = None
    ) -> Page[Context]:
        """Up to `limit` contexts, those created last first. What comes or goes meanwhile moves nothing."""
        sent = (self._keys.jobs, _score_below(cursor), page_size(limit), self.bounds.page_bytes)
        place, found = await self._call(scripts.LIST, [self._keys.index(job_type)], *sent)
        contexts = (
            read_context(job_id.decode(), created=created, version=version, record=record)
            for job_id, created, version, record in found
        )
        return Page(tuple(contexts), next_cursor(place))

    async def history(self, job_id: str, cursor: str | None = None, *, limit: int = 100) -> Page[Context]:
        """The versions of a context, the latest first."""
        sent = (place_of(cursor), page_size(limit), self.bounds.page_bytes)
        found = await self._call(scripts.HISTORY, self._known(job_id, "versions"), *sent)
        if found is None:
            raise _unknown(job_id)
        place, created, versions = found
        contexts = (read_context(job_id, created=created, version=number, record=text) for number, text in versions)
        return Page(tuple(contexts), next_cursor(place))

    async def delete(self, job_id: str) -> None:
        """Remove the context with its versions and checkpoints; `NotFound` where there is none."""
        keys = [*self._known(job_id, "versions", "times", "texts"), self._keys.index()]
        if not await self._call(scripts.DELETE, keys, job_id):
            raise _unknown(job_id)

    async def checkpoint(self, job_id: str, context_data: JsonObject | None = None) -> JobCheckpoint:
        """Keep a checkpoint of the job, of its context's data where none is given.

        Its time is the clock's, and always later than that of the job's last checkpoint.
        """
        data = b"" if context_data is None else _data(context_data)
        keys = self._known(job_id, "versions", "times", "texts")
        sent = (stamp_of(self.clock()), uuid4().hex, data, self.bounds.checkpoints, self.bounds.kept_bytes)
        kept = await self._call(scripts.CHECKPOINT, keys, *sent)
        if kept is None:
            raise _unknown(job_id)
        return read_checkpoint(job_id, *kept)

    async def checkpoints(self, job_id: str, cursor: str | None = None, *, limit: int = 100) -> Page[JobCheckpoint]:
        """The job's checkpoints, the latest first."""
        place, found = await self._checkpoints(job_id, _score_below(cursor), page_size(limit))
        return Page(tuple(read_checkpoint(job_id, *pair) for pair in found), next_cursor(place))

    async def checkpoint_at(self, job_id: str, at: datetime) -> JobCheckpoint:
        """The checkpoint of that time, else the last before it; `NotFound` where there is none."""
        if at.tzinfo is None:
            raise Invalid("A time needs its offset, such as Z or +02:00.", where="timestamp")
        _, found = await self._checkpoints(job_id, micros(at), 1)
        if not found:
            raise NotFound(f"The context {job_id} has no checkpoint at or before {at.isoformat()}.")
        return read_checkpoint(job_id, *found[0])

    async def _checkpoints(self, job_id: str, up_to: str | int, limit: int) -> tuple[bytes, list[list[bytes]]]:
        keys = self._known(job_id, "times", "texts")
        found = await self._call(scripts.CHECKPOINTS, keys, up_to, limit, self.bounds.page_bytes)
        if found is None:
            raise _unknown(job_id)
        place, checkpoints = found
        return place, checkpoints

    @property
    def _keys(self) -> Keys:
        return Keys(self.owner, self.prefix)

    def _known(self, job_id: str, *parts: str) -> list[str]:
        """The keys of a job that may be there; of an id that no job can have, none is made."""
        if not JOB_ID.fullmatch(job_id):
            raise _unknown(job_id)
        return self._keys.of(job_id, *parts)

    async def _call(self, script: str, keys: Sequence[str], *arguments: str | int | bytes) -> Any:
        async with answering("context store", self.prefix):
            return await self.redis.eval(script, len(keys), *keys, *arguments)


def _checked(job_id: str) -> str:
    if not JOB_ID.fullmatch(job_id):
        raise Invalid(
            "An id is 1 to 200 letters, digits, and . _ : @ - after the first. Leave it out to get one.",
            where="job_id",
        )
    return job_id


def _unknown(job_id: str) -> NotFound:
    return NotFound(f"There is no context {job_id[:80]!r}.")


def _head(job_type: str, error: JsonValue) -> bytes:
    if not 1 <= len(job_type) <= LONGEST_TYPE:
        raise Invalid(f"A type is 1 to {LONGEST_TYPE} characters.", where="job_type")
    kind, fault = written(job_type, "job_type"), written(error, "error")
    return _bounded(f"[{kind},{fault}]", "error")


def _data(context_data: JsonObject) -> bytes:
    return _bounded(written(context_data, "context_data"), "context_data")


def _bounded(text: str, where: str) -> bytes:
    data = text.encode()
    if len(data) > LARGEST:
        raise TooLarge(f"It is larger than {LARGEST // 1_000_000} MB. Keep large things elsewhere.", where=where)
    return data


def _record(updated: bytes, head: bytes, data: bytes) -> bytes:
    return b"\n".join((updated, head, data))


def _score_below(cursor: str | None) -> str:
    """The range of scores that goes on after a page."""
    place = place_of(cursor)
    return f"({place}" if place else "+inf"
