"""The agents over HTTP: what each can do and how it is doing, and who would be chosen for something, and why."""

from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from memory.pages import CURSOR, PAGE_LIMIT
from nodes.selection import Selection
from server.agent_description import AgentShape, ToolShape, described, described_tool
from server.http.backend import BackendOf
from server.http.json_body import JsonRoute
from server.http.problems import problems

router = APIRouter(prefix="/api/v1", route_class=JsonRoute, tags=["Agents"])

Limit = Annotated[int, Query(ge=1, le=PAGE_LIMIT)]
Cursor = Annotated[Annotated[str, Field(pattern=f"^{CURSOR.pattern}$")] | SkipJsonSchema[None], Query()]
Wanted = Annotated[str, Query(min_length=1, max_length=200, description="What the agent shall be able to do.")]
OfCapability = Annotated[
    Annotated[str, Field(min_length=1, max_length=200)] | SkipJsonSchema[None],
    Query(description="Those that can do this alone."),
]
Item = TypeVar("Item")


class AgentPage(BaseModel):
    """Some agents, in the order of their registration."""

    items: list[AgentShape]
    next_cursor: str | None


class ToolPage(BaseModel):
    """Some tools, in the order of their registration."""

    items: list[ToolShape]
    next_cursor: str | None


@router.get("/agents", responses=problems())
async def list_agents(
    backend: BackendOf, capability: OfCapability = None, limit: Limit = 100, cursor: Cursor = None
) -> AgentPage:
    """The agents: what they can do, how they are doing.

    What the last error said is told where there are no two keys: it may name what another asked for.
    """
    agents = backend.agents
    found = list(agents.registry) if capability is None else agents.registry.with_capability(capability)
    some, next_cursor = _page(found, limit, cursor)
    alone = len(backend.settings.api_keys) < 2
    items = [described(one, agents.standings.of(one.agent_id), with_error=alone) for one in some]
    return AgentPage(items=items, next_cursor=next_cursor)


@router.get("/agents/select", responses=problems(404))
async def select_agent(backend: BackendOf, capability: Wanted) -> Selection:
    """Who would do it now, with the points of all who can, and the reasons."""
    return backend.agents.caller.select(capability)


@router.get("/tools", responses=problems())
async def list_tools(
    backend: BackendOf, capability: OfCapability = None, limit: Limit = 100, cursor: Cursor = None
) -> ToolPage:
    """What agents may use of the outside world and of our own checks."""
    tools = backend.agents.tools
    found = list(tools) if capability is None else tools.with_capability(capability)
    some, next_cursor = _page(found, limit, cursor)
    return ToolPage(items=[described_tool(one) for one in some], next_cursor=next_cursor)


def _page(found: Sequence[Item], limit: int, cursor: str | None) -> tuple[Sequence[Item], str | None]:
    """A page of what stays as it is as long as the process runs."""
    begin, end = int(cursor or 0), int(cursor or 0) + limit
    return found[begin:end], str(end) if end < len(found) else None
