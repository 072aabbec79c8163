"""Checking what goes into an agent and what comes out of it, at the boundary and nowhere else."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeGuard

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

from memory.envelopes import Envelope, EnvelopeMetadata, Sourced
from memory.errors import Invalid, Malformed
from memory.json_values import JsonObject, written
from memory.mistakes import path_of, read_parameters
from nodes.agents.agent import Agent, Anything, Capability, Made, One, Task
from nodes.agents.faults import BadOutput

LARGEST = 8_000_000  # characters of all records' data, as JSON
MOST_RECORDS = 10_000  # of one envelope


def taken(capability: Capability, parameters: JsonObject) -> JsonObject:
    """The parameters as the capability's model takes them, as JSON; `Mistakes` with each one's path."""
    if capability.input is Anything:
        return parameters
    read = read_parameters(parameters, capability.input, of=capability.name)
    plain: JsonObject = read.model_dump(mode="json", by_alias=True)
    return plain


def enveloped(agent: Agent, capability: Capability, task: Task, made: Made, at: datetime) -> Envelope:
    """What the agent gave, in an envelope of its own; `BadOutput` where it cannot be used."""
    metadata = EnvelopeMetadata(agent=agent.agent_id, run_id=task.run_id, created_at=at)
    if isinstance(made, Envelope):
        envelope = _validated(agent, made).model_copy(update={"metadata": metadata})
    else:
        envelope = _packed(agent, task, _records(agent, made), at)
    size = sum(_checked(agent, capability, number, one.data) for number, one in enumerate(envelope.records))
    if size > LARGEST:
        raise _too_large(agent)
    return envelope


def _too_large(agent: Agent) -> BadOutput:
    return BadOutput(agent.agent_id, f"it is larger than {LARGEST // 1_000_000} MB.")


def _packed(agent: Agent, task: Task, records: Sequence[Sourced], at: datetime) -> Envelope:
    try:
        return Envelope.from_records(records, agent=agent.agent_id, run_id=task.run_id, at=at)
    except ValidationError as error:
        raise BadOutput(agent.agent_id, _first_fault("provenance", error)) from None
    except (TypeError, ValueError):
        raise BadOutput(agent.agent_id, "a record is not JSON.") from None


def _validated(agent: Agent, made: Envelope) -> Envelope:
    _bound(agent, made.records)
    try:
        return Envelope.validate(made)
    except Malformed as error:
        raise BadOutput(agent.agent_id, str(error)) from None


def _records(agent: Agent, made: object) -> list[Sourced]:
    several = made if isinstance(made, Sequence) and not isinstance(made, str | bytes) else [made]
    _bound(agent, several)
    return [_sourced(agent, number, one) for number, one in enumerate(several)]


def _bound(agent: Agent, records: Sequence[object]) -> None:
    if len(records) > MOST_RECORDS:
        raise BadOutput(agent.agent_id, f"more than {MOST_RECORDS:,} records at once.")


def _sourced(agent: Agent, number: int, made: object) -> Sourced:
    """One record: plain JSON, apart from whatever the agent keeps and may still change."""
    if not _is_one(made):
        raise BadOutput(
            agent.agent_id,
            f"records[{number}] is of the type {type(made).__name__}, which is no record. "
            "Return a dict, a model, a Sourced, a list of them, or an Envelope.",
        )
    source = made.source if isinstance(made, Sourced) else f"agent:{agent.agent_id}"
    data = _plain(agent, number, made.data if isinstance(made, Sourced) else made)
    return Sourced(data, source)


def _is_one(made: object) -> TypeGuard[One]:
    return isinstance(made, dict | BaseModel | Sourced)


def _plain(agent: Agent, number: int, data: object) -> JsonObject:
    place = f"records[{number}]"
    try:
        plain = to_jsonable_python(data, by_alias=True)
        is_large = len(to_json(plain)) > LARGEST
    except (PydanticSerializationError, ValueError, RecursionError):
        raise BadOutput(agent.agent_id, f"{place} is not JSON.") from None
    if not isinstance(plain, dict):
        raise BadOutput(agent.agent_id, f"{place} is no object.")
    if is_large:  # before anybody walks through it
        raise _too_large(agent)
    return plain


def _checked(agent: Agent, capability: Capability, number: int, data: JsonObject) -> int:
    """How long the record's JSON is."""
    place = f"records[{number}]"
    try:
        text = written(data, place)
        if capability.output is not Anything:
            capability.output.model_validate_json(text)
    except ValidationError as error:
        raise BadOutput(agent.agent_id, _first_fault(place, error)) from None
    except Invalid as error:
        raise BadOutput(agent.agent_id, str(error)) from None
    except (TypeError, ValueError):
        raise BadOutput(agent.agent_id, f"{place} is not JSON.") from None
    return len(text)


def _first_fault(root: str, error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{path_of(root, fault['loc'])}: {fault['msg']}."
