"""`zigral agents`: the agents, what each can do, how it is doing; and the tools that they may use."""

from typing import TYPE_CHECKING, Annotated

import typer

from server.console import answer, say

if TYPE_CHECKING:
    from server.agent_description import AgentShape
    from server.agents import Agents
    from server.settings import Settings


def agents(
    capability: Annotated[
        str | None, typer.Option(help="Those alone that can do this, and who would be chosen for it.")
    ] = None,
    tools: Annotated[bool, typer.Option("--tools", help="The tools that agents may use.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """List the agents: what each can do, and how it is doing."""
    import asyncio

    from server.settings import Settings

    asyncio.run(_tell(Settings.from_env(), capability, as_json=as_json, tools=tools))


async def _tell(settings: "Settings", capability: str | None, *, tools: bool, as_json: bool) -> None:
    from server.agents import open_agents
    from server.data_server import open_redis

    async with open_redis(settings) as redis, open_agents(settings, redis) as opened:
        if tools:
            _tell_tools(opened, capability, as_json)
        elif capability:
            _tell_choice(opened, capability, as_json)
        else:
            _tell_agents(opened, as_json)


def _tell_agents(opened: "Agents", as_json: bool) -> None:
    shapes = _shapes(opened)
    if as_json:
        answer({"items": [one.model_dump(mode="json") for one in shapes]})
        return
    for one in shapes:
        _say_agent(one)


def _tell_choice(opened: "Agents", capability: str, as_json: bool) -> None:
    """Who can do it, the best first, with what each has points for."""
    choice = opened.caller.select(capability)
    if as_json:
        able = [one.model_dump(mode="json") for one in _shapes(opened, capability)]
        answer({"items": able, "selection": choice.model_dump(mode="json")})
        return
    say(f"{choice.why}\n")
    for score in choice.scores:
        say(f"{score.agent_id:12} {score.points:g} points of 100")
        for part in score.parts:
            say(f"  {part.name:8} {part.points:4g} of {part.most:2}  {part.why}")


def _tell_tools(opened: "Agents", capability: str | None, as_json: bool) -> None:
    from server.agent_description import described_tool

    found = list(opened.tools) if capability is None else opened.tools.with_capability(capability)
    if as_json:
        answer({"items": [described_tool(one).model_dump(mode="json") for one in found]})
        return
    for one in found:
        say(f"{one.name:20} {one.capability:10} {one.description}")


def _shapes(opened: "Agents", capability: str | None = None) -> list["AgentShape"]:
    from server.agent_description import described

    able = list(opened.registry) if capability is None else opened.registry.with_capability(capability)
    return [described(one, opened.standings.of(one.agent_id)) for one in able]


def _say_agent(one: "AgentShape") -> None:
    say(f"{one.agent_id:12} {one.health:11} {_measures(one)}".rstrip())
    for ability in one.capabilities:
        say(f"  {ability.name:14} {ability.description}".rstrip())
    if one.last_error:
        say(f"  last error: {one.last_error}")


def _measures(one: "AgentShape") -> str:
    told = [f"{one.load} under way"] if one.load else []
    told += [f"{one.measures.calls} calls, {one.measures.failures} failed"] if one.measures.calls else []
    told += [f"{one.measures.latency_mean:.2g} s a call"] if one.measures.latency_mean is not None else []
    return ", ".join(told)
