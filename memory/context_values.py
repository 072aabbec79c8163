"""A context as it lies in the store: its keys, its times, and the three lines of a version."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from memory.errors import Malformed, Unavailable
from memory.records import Context, JobCheckpoint

PREFIX = "{zigral:context}:"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)  # a clock that says more is wrong; times are exact until 2255


@dataclass(frozen=True)
class Keys:
    """The keys of one owner. No name can reach into another's: what could is written as %3A and the like."""

    owner: str
    prefix: str = PREFIX

    @property
    def owners(self) -> str:
        return f"{self.prefix}owners"

    @property
    def place(self) -> str:
        return f"{self.prefix}{in_key(self.owner)}:place"

    @property
    def jobs(self) -> str:
        """What the keys of the jobs begin with."""
        return f"{self.prefix}{in_key(self.owner)}:job:"

    def index(self, job_type: str | None = None) -> str:
        """All jobs, or those of a type."""
        end = "" if job_type is None else f":{in_key(job_type)}"
        return f"{self.prefix}{in_key(self.owner)}:index{end}"

    def of(self, job_id: str, *parts: str) -> list[str]:
        """The job's hash, and then its parts: versions, times, texts."""
        job = f"{self.jobs}{job_id}"
        return [job, *(f"{job}:{part}" for part in parts)]


def in_key(name: str) -> str:
    """A name that may hold anything, as a part of a key."""
    return quote(name, safe="", errors="surrogatepass")


def micros(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - EPOCH) // timedelta(microseconds=1)


def stamp_of(now: datetime) -> int:
    """What the clock says, in microseconds; `Unavailable` where it cannot be right."""
    if not EPOCH < now < LATEST:
        raise Unavailable(f"This machine's clock says {now.year}. Set it right.")
    return micros(now)


def time_of(stamp: bytes | str | int) -> datetime:
    """The time that a stored number of microseconds means."""
    return EPOCH + timedelta(microseconds=int(stamp))


def read_context(job_id: str, *, created: bytes, version: bytes, record: bytes) -> Context:
    """A stored version; `Malformed` where it cannot be read."""
    try:
        updated, head, data = record.decode().split("\n", 2)
        job_type, error = json.loads(head)
        return Context(
            job_id=job_id,
            job_type=job_type,
            context_data=json.loads(data),
            created_at=time_of(created),
            updated_at=time_of(updated),
            version=int(version),
            error=error,
        )
    except (ValueError, OverflowError) as fault:  # of JSON, UTF-8, pydantic and our own lines
        raise Malformed(f"The context {job_id} cannot be read from the store. Delete it.") from fault


def read_checkpoint(job_id: str, stamp: bytes, data: bytes) -> JobCheckpoint:
    """A stored checkpoint; `Malformed` where it cannot be read."""
    try:
        return JobCheckpoint(job_id=job_id, timestamp=time_of(stamp), context_data=json.loads(data))
    except (ValueError, OverflowError) as fault:
        raise Malformed(f"A checkpoint of {job_id} cannot be read from the store. Delete the context.") from fault
