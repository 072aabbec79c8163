"""What an agent is: an id, a name, what it can do, and one method that does it.

All the rest - checking what goes in and out, the time limit, trying again, the breaker, how many at a time,
measures, the envelope - is declared here and done around it, by `nodes/agents/calling.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from memory.envelopes import Envelope, Sourced
from memory.json_values import JsonObject

Made = Envelope | Sourced | JsonObject | Sequence[JsonObject | Sourced]


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


@dataclass(frozen=True)
class Task:
    """What an agent is asked to do, once. `parameters` are what the capability's input model took."""

    capability: str
    parameters: JsonObject
    run_id: str = ""
    step_id: str = ""
    owner: str = ""  # whose contexts and workflows it may see: the name of an API key, or ""

    @property
    def key(self) -> str:
        """The same for every attempt at the same step of the same run: for agents that must act once."""
        return f"{self.run_id}:{self.step_id}"


@dataclass
class Agent(ABC):
    """Subclass it, name it, and say how it does its tasks.

    Raise `Unavailable` for what may work later, another `ZigralError` for what will not. What `execute` returns
    may be one record's data, several, or a whole envelope; `Sourced` says where a record comes from.
    """

    agent_id: str
    name: str
    capabilities: Sequence[Capability | str]
    limits: Limits = field(default_factory=Limits, kw_only=True)
    cost: float = field(default=0.0, kw_only=True)  # US dollars a call, for choosing between agents

    @abstractmethod
    async def execute(self, task: Task) -> Made:
        """Do the task."""

    def can(self, capability: str) -> Capability | None:
        """The capability of this name, if it has it."""
        found = (one if isinstance(one, Capability) else Capability(one) for one in self.capabilities)
        return next((one for one in found if one.name == capability), None)
