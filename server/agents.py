"""The one place that makes all agents of a process, with what each of them needs.

Ours are joined by those of installed packages (the entry point group `zigral.agents`) and of the files that
`ZIGRAL_AGENTS` names.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import stamina.instrumentation
from redis.asyncio import Redis

from memory.agents import AgentStandings
from memory.answers import RedisAnswers
from memory.commons import Commons
from memory.contexts import Contexts
from memory.errors import Unavailable
from memory.interactions import Interactions
from memory.leads import Leads
from memory.redaction import Redactor
from memory.result_rows import ResultRows
from memory.run_places import RunPlaces
from memory.shared_standings import SharedStandings, telling
from memory.snapshots import Snapshots
from memory.spending import Spending
from memory.suppressions import Suppressions
from memory.words import utc_now
from nodes.agents.agent import Agent
from nodes.agents.analyst import AnalystAgent
from nodes.agents.calling import LocalCaller
from nodes.agents.copywriter import CopywriterAgent
from nodes.agents.echo import Echo
from nodes.agents.lead_steps import LeadSteps
from nodes.agents.loading import bring
from nodes.agents.recall import RecallAgent
from nodes.agents.records import RecordsAgent
from nodes.agents.research import ResearchAgent
from nodes.agents.sales import SalesAgent
from nodes.registry import AgentRegistry
from server.assembly import DEMO, PROCESSES, Inputs, http_calls, read_inputs
from server.engines import choose, open_engine
from server.interactions import lingering_interactions
from server.settings import Settings
from tools.analysis.data import StoredData
from tools.analysis.running import DuckDbSql
from tools.engine import Engine
from tools.mail_domains import DnsMailDomains, MailDomains, system_resolver
from tools.registry import ToolRegistry
from tools.toolbox import Ports, toolbox
from tools.workers import open_workers


@dataclass(frozen=True)
class Agents:
    """All agents of a process, who calls them, and how they are doing."""

    registry: AgentRegistry
    caller: LocalCaller
    standings: AgentStandings
    tools: ToolRegistry
    interactions: Interactions


@asynccontextmanager
async def open_agents(settings: Settings, redis: Redis) -> AsyncIterator[Agents]:
    """The agents of this process, on the Redis in use. `Invalid` names what of the operator's cannot be used.

    They read the web that `ZIGRAL_WEB` names, else the demo's saved pages, as Studio does.
    """
    stamina.instrumentation.set_on_retry_hooks([])  # it would print a line for each retry
    inputs = await asyncio.to_thread(read_inputs, settings, web=settings.web or str(DEMO / "web"))
    async with _open_ports(settings, redis, inputs) as ports, _open_engine(settings, redis, ports) as engine:
        registry = AgentRegistry(_ours(redis, inputs, engine, ports))
        await asyncio.to_thread(bring, registry, settings.agents)
        standings, tools = SharedStandings(redis=redis), toolbox(ports)
        redact = Redactor(settings.secrets())
        caller = LocalCaller(registry, tools, standings, redact=redact, commons_of=partial(Commons, redis))
        async with telling(standings, lambda: [agent.agent_id for agent in registry]):
            yield Agents(registry, caller, standings, tools, ports.interactions)


@asynccontextmanager
async def _open_ports(settings: Settings, redis: Redis, inputs: Inputs) -> AsyncIterator[Ports]:
    mail_domains = await asyncio.to_thread(_mail_domains, settings)
    calls = await asyncio.to_thread(http_calls, settings)
    async with open_workers(PROCESSES) as workers, lingering_interactions(settings, redis) as interactions:
        yield Ports(
            web=inputs.web,
            workers=workers,
            snapshots=Snapshots(settings.data),
            interactions=interactions,
            mail_domains=mail_domains,
            calls=calls,
        )


def _open_engine(settings: Settings, redis: Redis, ports: Ports) -> AbstractAsyncContextManager[Engine]:
    return open_engine(
        choose("auto", settings),
        settings,
        workers=ports.workers,
        spending=Spending(),
        answers=RedisAnswers(redis, settings.model_cache_days),
    )


def _ours(redis: Redis, inputs: Inputs, engine: Engine, ports: Ports) -> list[Agent]:
    steps = LeadSteps(
        web=ports.web,
        workers=ports.workers,
        snapshots=ports.snapshots,
        interactions=ports.interactions,
        engine=engine,
        icp=inputs.icp,
        offer=inputs.offer,
        clock=utc_now,
    )
    leads, results = Leads(redis), ResultRows(RunPlaces(redis))
    records = RecordsAgent(
        leads=leads,
        interactions=ports.interactions,
        suppressions=Suppressions(redis),
        results=results,
        contexts=lambda owner: Contexts(redis, owner),
        icp=inputs.icp,
        offer=inputs.offer,
    )
    return [
        ResearchAgent(steps=steps),
        SalesAgent(steps=steps),
        CopywriterAgent(steps=steps),
        RecallAgent(interactions=ports.interactions),
        records,
        AnalystAgent(
            asking=engine.asking,
            running=DuckDbSql(),
            data=lambda: StoredData(leads, results, ports.interactions),
        ),
        Echo(),
    ]


def _mail_domains(settings: Settings) -> MailDomains | None:
    try:
        return DnsMailDomains(system_resolver(settings.dns))
    except Unavailable:
        return None
