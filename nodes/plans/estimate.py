"""What a plan or a workflow would take: from what its capabilities declare, and how many leads each step is about.

It is an upper bound where leads are filtered on the way: which of them stay is known only afterwards.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from math import ceil
from typing import Protocol

from memory.definitions import AgentTask, ApiCall, Branch, Definition, Loop, Parallel, Step, Wait
from memory.estimates import Estimate
from memory.json_values import JsonObject
from nodes.agents.agent import Agent, Capability
from nodes.agents.many import AT_ONCE
from nodes.plans.counting import Counting
from nodes.registry import AgentRegistry

CALL_SECONDS = 1.0  # of a call to somebody else's server
READ_SHARE = 0.8  # of a model's tokens, the rest it writes

Latency = Callable[[str], float | None]  # seconds that an agent's calls take by its measures, if it has any


class CountLeads(Protocol):
    """Knows how many leads there are."""

    async def count(self) -> int:
        """All leads that are kept."""
        ...


@dataclass(frozen=True)
class ModelCosts:
    """What the engine's tokens cost. `price`: US dollars for a million that it reads, and that it writes."""

    counts_tokens: bool = False  # the offline engine uses none
    price: tuple[float, float] | None = None

    def usd(self, tokens: int) -> float | None:
        """What so many tokens cost; None where nobody knows."""
        if not tokens:
            return 0.0
        if self.price is None:
            return None
        read, write = self.price
        return tokens * (read * READ_SHARE + write * (1 - READ_SHARE)) / 1e6


@dataclass(frozen=True)
class Cost:
    """What some steps take, apart from a model's money."""

    steps: int = 0
    pages: int = 0
    tokens: int = 0
    usd: float = 0.0
    mails: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            steps=self.steps + other.steps,
            pages=self.pages + other.pages,
            tokens=self.tokens + other.tokens,
            usd=self.usd + other.usd,
            mails=self.mails + other.mails,
            seconds=self.seconds + other.seconds,
        )

    def times(self, count: int) -> "Cost":
        """The same so many times, one after the other."""
        return Cost(
            steps=count * self.steps,
            pages=count * self.pages,
            tokens=count * self.tokens,
            usd=count * self.usd,
            mails=count * self.mails,
            seconds=count * self.seconds,
        )


def no_latency(_: str) -> None:
    """Nothing was measured yet."""


@dataclass(frozen=True)
class Estimator:
    """Estimates workflows."""

    registry: AgentRegistry
    leads: CountLeads
    costs: ModelCosts = field(default_factory=ModelCosts)
    latency: Latency = no_latency

    async def of(self, definition: Definition, given: JsonObject | None = None) -> Estimate:
        """What the workflow would take with this input."""
        counting = Counting(definition, given or {}, kept=await self.leads.count())
        cost = _Walk(self, counting).steps(definition.steps)
        tokens = cost.tokens if self.costs.counts_tokens else 0
        of_model = self.costs.usd(tokens)
        return Estimate(
            steps=cost.steps,
            pages=cost.pages,
            tokens=tokens,
            usd=None if of_model is None else round(of_model + cost.usd, 6),
            mails=cost.mails,
            seconds=round(cost.seconds, 1),
        )

    def call(self, step: AgentTask) -> Cost:
        """What one call takes, about one lead."""
        found = self._chosen(step)
        if found is None:
            return Cost(steps=1)
        agent, capability = found
        seconds = self.latency(agent.agent_id)
        return Cost(
            steps=1,
            pages=capability.pages,
            tokens=capability.tokens,
            usd=max(capability.usd, agent.cost),
            mails=capability.mails,
            seconds=capability.seconds if seconds is None else seconds,
        )

    def _chosen(self, step: AgentTask) -> tuple[Agent, Capability] | None:
        """The agent that is named, else the first that can do it."""
        named = step.agent_type
        if named is not None:
            agents = [self.registry.get(named)] if named in self.registry else []
        else:
            agents = self.registry.with_capability(step.capability or "")
        can = ((agent, agent.can(step.asked)) for agent in agents)
        return next(((agent, capability) for agent, capability in can if capability), None)


@dataclass(frozen=True)
class _Walk:
    """One way through a definition."""

    estimator: Estimator
    counting: Counting

    def steps(self, steps: Sequence[Step]) -> Cost:
        """All of a list; what does not depend on each other runs at the same time."""
        costs = {step.step_id: self.step(step) for step in steps}
        return replace(_sum(costs.values()), seconds=_longest(steps, costs))

    def step(self, step: Step) -> Cost:
        if isinstance(step, AgentTask):
            return self._call(step)
        if isinstance(step, ApiCall):
            return Cost(steps=1, seconds=CALL_SECONDS)
        if isinstance(step, Wait):
            return Cost(steps=1, seconds=step.seconds if isinstance(step.seconds, float | int) else 0.0)
        return self._container(step) + Cost(steps=1)

    def _call(self, step: AgentTask) -> Cost:
        """What one call takes, which works on several leads at once."""
        one, leads = self.estimator.call(step), self.counting.leads(step)
        cost = replace(one.times(leads), steps=1, seconds=one.seconds * ceil(leads / AT_ONCE))
        return replace(cost, pages=0) if self._were_read(step) else cost

    def _were_read(self, step: AgentTask) -> bool:
        """Whether a step before has read the pages of the same leads: nobody reads them twice."""
        return any(self.estimator.call(source).pages for source in self.counting.sources(step))

    def _container(self, step: Step) -> Cost:
        if isinstance(step, Branch):
            return max(self.steps(step.then), self.steps(step.else_), key=lambda cost: (cost.tokens, cost.seconds))
        if isinstance(step, Parallel):
            branches = [self.steps(branch) for branch in step.branches.values()]
            return replace(_sum(branches), seconds=max(branch.seconds for branch in branches))
        if isinstance(step, Loop):
            return self.steps(step.steps).times(self.counting.rounds(step))
        return Cost()


def _sum(costs: Iterable[Cost]) -> Cost:
    return sum(costs, start=Cost())


def _longest(steps: Sequence[Step], costs: Mapping[str, Cost]) -> float:
    """Seconds until the last step ends, each begun when those that it depends on have ended."""
    needed = {step.step_id: [one for one in step.depends_on if one in costs] for step in steps}
    ends: dict[str, float] = {}
    for step_id in TopologicalSorter(needed).static_order():
        begins = max((ends[one] for one in needed[step_id]), default=0.0)
        ends[step_id] = begins + costs[step_id].seconds
    return max(ends.values(), default=0.0)
