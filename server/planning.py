"""What plans commands and tasks in a serving process, opened once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from graphs.command import command
from memory.contexts import Contexts
from memory.leads import Leads
from nodes.plans.estimate import Estimator, Latency, ModelCosts
from nodes.plans.known import KnownOf
from nodes.plans.task_planner import TaskPlanner
from server.agents import Agents
from server.assembly import DEMO, read_inputs
from server.command_desk import CommandDesk
from server.engines import choose, open_planner
from server.executions import ExecutionService
from server.http.rate_limit import RateLimit
from server.plan_runs import PlanExecutions
from server.settings import Settings
from server.task_desk import TaskDesk

PATIENCE = 10.0  # seconds that somebody who gave a command waits for a model that does not answer
LONGEST_ANSWER = 0.8  # of the time that an answer of ours may take, for one answer of the model


@dataclass(frozen=True)
class Planning:
    """The desks for commands and for tasks, and how often an address may come."""

    commands: CommandDesk
    tasks: TaskDesk
    rate_limit: RateLimit | None


@asynccontextmanager
async def open_planning(
    settings: Settings, redis: Redis, agents: Agents, executions: ExecutionService
) -> AsyncIterator[Planning]:
    """All of it, closed in reverse order."""
    inputs = await asyncio.to_thread(read_inputs, settings, web=settings.web or str(DEMO / "web"))
    async with open_planner(choose("auto", settings), prompt(settings)) as planner:
        estimator = Estimator(agents.registry, Leads(redis), model_costs(settings), mean_latency(agents))
        plans = PlanExecutions(redis, executions)
        graph = command(
            interactions=agents.interactions,
            planner=planner,
            estimator=estimator,
            contexts=lambda owner: Contexts(redis, owner),
            plans=plans,
            known=KnownOf(inputs.icp, inputs.offer, lambda owner: Contexts(redis, owner)),
        )
        yield Planning(
            commands=CommandDesk(redis, graph, graph.compile(name="command"), estimator, plans),
            tasks=TaskDesk(redis, TaskPlanner(planner, agents.registry), estimator, executions),
            rate_limit=RateLimit(redis, settings.rate_limit, "command") if settings.rate_limit else None,
        )


def model_costs(settings: Settings) -> ModelCosts:
    """What the engine in use costs."""
    return ModelCosts(counts_tokens=choose("auto", settings) == "openai", price=settings.model_price)


def mean_latency(agents: Agents) -> Latency:
    """What agents' calls took so far, in all processes."""
    return lambda agent_id: agents.standings.of(agent_id).latency_mean


def prompt(settings: Settings) -> Settings:
    """The settings of a model that a person waits for."""
    seconds = min(settings.model_seconds, LONGEST_ANSWER * settings.answer_seconds)
    return settings.model_copy(
        update={"model_patience": min(settings.model_patience, PATIENCE), "model_seconds": seconds}
    )
