"""What an agent is: an id, a name, what it can do, and one method that does it.

All the rest - checking what goes in and out, the time limit, trying again, the breaker, how many at a time,
measures, the envelope - is declared here and done around it, by `nodes/agents/calling.py`.
"""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from memory.commons import Commons
from memory.envelopes import Envelope, Sourced
from memory.errors import Invalid
from memory.json_values import JsonObject
from tools.registry import ToolRegistry

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,63}")  # of agents and of capabilities
WHAT_NAMES_ARE = "A name is a letter and at most 63 letters, digits, and _ . : - after it."

One = Sourced | BaseModel | JsonObject
Made = Envelope | One | Sequence[One]


class Anything(BaseModel):
    """Takes any object: for a capability that declares no shape of its own."""

    model_config = {"extra": "allow"}


@dataclass(frozen=True)
class Capability:
    """One thing that an agent can do: its name, a sentence for people and planners, what goes in and comes out.

    `input` and `output` are Pydantic models: of the parameters, and of one record's data. The numbers are what one
    call usually takes, for estimates: pages read, a language model's tokens, dollars beside those, mails drafted.
    """

    name: str
    description: str = ""
    input: type[BaseModel] = Anything
    output: type[BaseModel] = Anything
    pages: int = 0
    tokens: int = 0
    usd: float = 0.0
    mails: int = 0
    seconds: float = 0.1  # as long as none was measured

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise Invalid(f"A capability cannot be called {self.name[:80]!r}. {WHAT_NAMES_ARE}")


@dataclass(frozen=True)
class Limits:
    """How an agent is called. `Unavailable` alone is tried again; seconds are of one attempt."""

    timeout: float = 60.0
    attempts: int = 3
    wait: float = 0.2  # seconds before the second attempt, then twice that, with jitter, at most `longest_wait`
    longest_wait: float = 10.0
    concurrency: int = 8  # calls at a time in one process; more wait their turn
    breaker_failures: int = 5  # in a row, after which it is not called for `breaker_seconds`
    breaker_seconds: float = 30.0

    def __post_init__(self) -> None:
        for name in ("timeout", "attempts", "concurrency", "breaker_failures", "breaker_seconds"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise Invalid(f"An agent's {name} is more than 0.", where=name)
        for name in ("wait", "longest_wait"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise Invalid(f"An agent's {name} is 0 or more.", where=name)


@dataclass(frozen=True)
class Task:
    """What an agent is asked to do, once, and the tools that it may use.

    `parameters` are what the capability's input model took, as JSON.
    """

    capability: str
    parameters: JsonObject
    run_id: str = ""
    step_id: str = ""
    owner: str = ""  # whose contexts and workflows it may see: the name of an API key, or ""
    tools: ToolRegistry = field(default_factory=ToolRegistry, repr=False, compare=False)
    commons: Commons | None = field(default=None, repr=False, compare=False)  # None: there is no Redis

    @property
    def key(self) -> str:
        """The same for every attempt at the same step of the same run: for agents that must act once."""
        return f"{self.run_id}:{self.step_id}"


class Agent(ABC):
    """Subclass it, name it - in the class or when it is made -, and say how it does its tasks.

    Raise `Unavailable` for what may work later, another `ZigralError` for what will not. What `execute` returns
    may be one record's data, several, or a whole envelope; `Sourced` says where a record comes from.

    What an agent needs from outside is a field of its own: a subclass may be a dataclass, whose fields are those
    alone that it declares itself.
    """

    agent_id: str = ""
    name: str = ""  # for people; the id where it is ""
    capabilities: Sequence[Capability | str] = ()
    limits: Limits = Limits()
    cost: float = 0.0  # US dollars a call, for choosing between agents

    def __init__(
        self,
        agent_id: str | None = None,
        name: str | None = None,
        capabilities: Sequence[Capability | str] | None = None,
        *,
        limits: Limits | None = None,
        cost: float | None = None,
    ) -> None:
        """What is given here stands in place of what the class says."""
        if agent_id is not None:
            self.agent_id = agent_id
        if name is not None:
            self.name = name
        if capabilities is not None:
            self.capabilities = capabilities
        if limits is not None:
            self.limits = limits
        if cost is not None:
            self.cost = cost

    @abstractmethod
    async def execute(self, task: Task) -> Made:
        """Do the task."""

    @property
    def abilities(self) -> tuple[Capability, ...]:
        """Its capabilities, those too that are given by their names alone."""
        return tuple(one if isinstance(one, Capability) else Capability(one) for one in self.capabilities)

    def can(self, capability: str) -> Capability | None:
        """The capability of this name, if it has it."""
        return next((one for one in self.abilities if one.name == capability), None)
