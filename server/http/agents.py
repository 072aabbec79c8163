"""The agents over HTTP: what each can do and how it is doing, and who would be chosen for something, and why."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from memory.pages import CURSOR, PAGE_LIMIT
from nodes.selection import Selection
from server.agent_description import AgentShape, described
from server.http.backend import BackendOf
from server.http.json_body import JsonRoute
from server.http.problems import problems

router = APIRouter(prefix="/api/v1/agents", route_class=JsonRoute, tags=["Agents"])

Limit = Annotated[int, Query(ge=1, le=PAGE_LIMIT)]
Cursor = Annotated[Annotated[str, Field(pattern=f"^{CURSOR.pattern}$")] | SkipJsonSchema[None], Query()]
Wanted = Annotated[str, Query(min_length=1, max_length=200, description="What the agent shall be able to do.")]
OfCapability = Annotated[
    Annotated[str, Field(min_length=1, max_length=200)] | SkipJsonSchema[None],
    Query(description="Agents that can do this alone."),
]


class AgentPage(BaseModel):
    """Some agents, in the order of their registration."""

    items: list[AgentShape]
    next_cursor: str | None


@router.get("", responses=problems())
async def list_agents(
    backend: BackendOf, capability: OfCapability = None, limit: Limit = 100, cursor: Cursor = None
) -> AgentPage:
    """The agents: what they can do, how they are doing."""
    agents = backend.agents
    found = list(agents.registry) if capability is None else agents.registry.with_capability(capability)
    begin = int(cursor or 0)
    items = [described(one, agents.standings.of(one.agent_id)) for one in found[begin : begin + limit]]
    end = begin + limit
    return AgentPage(items=items, next_cursor=str(end) if end < len(found) else None)


@router.get("/select", responses=problems(404))
async def select_agent(backend: BackendOf, capability: Wanted) -> Selection:
    """Who would do it now, with the points of all who can, and the reasons."""
    return backend.agents.caller.select(capability)
