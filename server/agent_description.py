"""What people and programs are told of an agent: what it can do, how it is called, and how it is doing."""

from functools import lru_cache

from pydantic import BaseModel

from memory.agents import AgentStanding, Health
from memory.json_values import JsonObject
from nodes.agents.agent import Agent, Anything, Capability
from tools.registry import Tool


class CapabilityShape(BaseModel):
    """One thing that it can do. `input` and `output` are JSON schemas: of the parameters, and of one record's data.

    The numbers are what one call usually takes: pages, a model's tokens, US dollars, mails drafted, seconds.
    """

    name: str
    description: str
    input: JsonObject
    output: JsonObject
    pages: int
    tokens: int
    usd: float
    mails: int
    seconds: float


class Measures(BaseModel):
    """Of all processes. Counts are since the first call; the others are of the latest calls, null without any."""

    calls: int
    failures: int
    success: float | None
    latency_mean: float | None
    latency_p95: float | None


class AgentShape(BaseModel):
    """An agent. `load`: calls under way. `health`: `degraded` where most of its latest calls failed,
    `unavailable` while it is spared after too many failures in a row."""

    agent_id: str
    name: str
    capabilities: list[CapabilityShape]
    cost: float
    timeout: float
    attempts: int
    concurrency: int
    health: Health
    load: int
    measures: Measures
    last_error: str | None
    last_error_at: str | None
    spared_until: str | None


def described(agent: Agent, standing: AgentStanding, *, with_error: bool = True) -> AgentShape:
    """The agent, and how it is doing. Its last error may name what somebody asked it for."""
    told = standing.model_dump(mode="json")
    return AgentShape(
        agent_id=agent.agent_id,
        name=agent.name or agent.agent_id,
        capabilities=[_capability(one) for one in agent.abilities],
        cost=agent.cost,
        timeout=agent.limits.timeout,
        attempts=agent.limits.attempts,
        concurrency=agent.limits.concurrency,
        health=standing.health,
        load=standing.load,
        measures=Measures(**{name: told[name] for name in Measures.model_fields}),
        last_error=standing.last_error if with_error else None,
        last_error_at=told["last_error_at"],
        spared_until=told["spared_until"],
    )


def _capability(one: Capability) -> CapabilityShape:
    return CapabilityShape(
        name=one.name,
        description=one.description,
        input=schema_of(one.input),
        output=schema_of(one.output),
        pages=one.pages,
        tokens=one.tokens,
        usd=one.usd,
        mails=one.mails,
        seconds=one.seconds,
    )


@lru_cache(1_000)
def schema_of(model: type[BaseModel]) -> JsonObject:
    """The JSON schema of a model; of one that takes anything, no more than that it is an object."""
    return {"type": "object"} if model is Anything else model.model_json_schema()


class ToolShape(BaseModel):
    """Something that agents may use. `input` is the JSON schema of what it takes."""

    name: str
    capability: str
    description: str
    input: JsonObject


def described_tool(tool: Tool) -> ToolShape:
    """The tool, and what it takes."""
    return ToolShape(
        name=tool.name, capability=tool.capability, description=tool.description, input=schema_of(tool.input)
    )
