"""Envelopes: what agents and workflow steps hand over, each record with where it comes from."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, Field, JsonValue, ValidationError

from memory.errors import Malformed
from memory.json_values import JsonObject
from memory.records import Record

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Source = Annotated[str, Field(min_length=1, max_length=2000)]


def data_sha256(data: Mapping[str, JsonValue]) -> str:
    """The hash of a record's data: of its JSON with sorted keys, without spaces, in UTF-8."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Provenance(Record):
    """Where a record comes from: a URL, a snapshot, a store, or the agent itself (`agent:echo`)."""

    source: Source
    run_id: str
    at: AwareDatetime
    sha256: Sha256  # of the record's data, see `data_sha256`


class EnvelopeRecord(Record):
    """One record with its provenance."""

    data: JsonObject
    provenance: Provenance


class EnvelopeMetadata(Record):
    """Which agent made the envelope, in which run, and when."""

    agent: Annotated[str, Field(min_length=1)]
    run_id: str
    created_at: AwareDatetime
    version: Literal[1] = 1


@dataclass(frozen=True)
class Sourced:
    """A record's data and the source that it was taken from."""

    data: JsonObject
    source: str


class Envelope(Record):
    """Records and who made them. A record without provenance, or changed since, is refused: see `validate`."""

    metadata: EnvelopeMetadata
    records: tuple[EnvelopeRecord, ...] = ()

    @classmethod
    def from_records(
        cls, records: Iterable[JsonObject | Sourced], *, agent: str, run_id: str, at: datetime
    ) -> Self:
        """An envelope of records; one that names no source is the agent's own word."""
        return cls(
            metadata=EnvelopeMetadata(agent=agent, run_id=run_id, created_at=at),
            records=tuple(_record(one, agent, run_id, at) for one in records),
        )

    @classmethod
    def validate(cls, value: Any) -> Self:
        """The envelope that was handed over; `Malformed` where it is none, or a record lacks its provenance."""
        try:
            envelope = cls.model_validate(value)
        except ValidationError as error:
            fault = error.errors()[0]
            place = ".".join(str(part) for part in fault["loc"])
            raise Malformed(f"This is no envelope: {place}: {fault['msg']}.") from None
        for at, record in enumerate(envelope.records):
            if data_sha256(record.data) != record.provenance.sha256:
                raise Malformed(f"This is no envelope: records.{at}: its data is not what its provenance says.")
        return envelope

    @property
    def output(self) -> JsonValue:
        """What a workflow step hands on: the one record's data, else the list of all records' data."""
        found = [record.data for record in self.records]
        return found[0] if len(found) == 1 else list[JsonValue](found)


def _record(given: JsonObject | Sourced, agent: str, run_id: str, at: datetime) -> EnvelopeRecord:
    sourced = given if isinstance(given, Sourced) else Sourced(given, f"agent:{agent}")
    sha256 = data_sha256(sourced.data)
    provenance = Provenance(source=sourced.source, run_id=run_id, at=at, sha256=sha256)
    return EnvelopeRecord(data=sourced.data, provenance=provenance)
