"""The port of an engine that plans: from a sentence to a plan, or to a reason why not.

What a plan may use is told to the planner in `PlanBrief`; code checks afterwards that it used nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pydantic import ConfigDict, Field

from memory.json_values import JsonObject
from memory.records import Interaction, Record

PlanKind = Literal["prospect", "outreach", "follow_up", "report", "context"]
MOST_STEPS = 30  # of a plan


class Action(Record):
    """One step of a plan: an agent does an action. Texts in `parameters` may be templates over earlier steps.

    Step n is `steps.step_n`, from 1: `{{steps.step_1}}` is what the first one came to.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    agent: str
    action: str
    parameters: JsonObject = Field(default_factory=dict)


class ActionSequence(Record):
    """A plan: what is wanted, as a sentence, and the actions that bring it about."""

    job_id: str
    kind: PlanKind
    objective: str
    steps: tuple[Action, ...]


@dataclass(frozen=True)
class ActionOffer:
    """An action that a plan may use."""

    agent: str
    action: str
    description: str
    parameters: JsonObject = field(default_factory=dict)  # the JSON schema of its parameters


@dataclass(frozen=True)
class PlanBrief:
    """All that a planner may know."""

    command: str
    actions: Sequence[ActionOffer]
    past: Sequence[Interaction] = ()  # what was recalled for the command
    context: JsonObject = field(default_factory=dict)  # what the caller sent along
    known: Sequence[str] = ()  # what is remembered of product, profile and tone, a sentence each


@dataclass(frozen=True)
class Planned:
    """The plan's kind, its objective as a sentence, and its actions."""

    kind: PlanKind
    objective: str
    steps: tuple[Action, ...]


@dataclass(frozen=True)
class OutOfScope:
    """Why there is no plan: a sentence for the person who asked."""

    reason: str


class Planner(Protocol):
    """Makes plans."""

    async def plan(self, brief: PlanBrief) -> Planned | OutOfScope:
        """A plan, or why there is none. `EngineUnavailable` and `EngineStopped` as in `tools/engine.py`."""
        ...
