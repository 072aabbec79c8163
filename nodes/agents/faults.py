"""What can go wrong around an agent, each with a sentence that names it and says what to do.

Unavailable
└── AgentUnavailable     it did not do it: AgentTimedOut, AgentSpared; another agent may
Malformed
└── BadOutput            what it gave is not what its capability declares
AgentCrashed             it failed in a way that it did not foresee
"""

from collections.abc import Sequence

from memory.errors import Conflict, Invalid, Malformed, NotFound, Refused, Suppressed, Unavailable, ZigralError

ASKED_WRONG = (Invalid, NotFound, Refused, Conflict, Suppressed, Malformed)  # of what was asked, not of the agent


class AgentUnavailable(Unavailable):
    """An agent did not do its task, after all attempts."""


class AgentTimedOut(AgentUnavailable):
    def __init__(self, agent_id: str, seconds: float) -> None:
        super().__init__(
            f"The agent {agent_id} did not end within {seconds:g} seconds. Give it less to do, or a longer timeout."
        )


class AgentSpared(AgentUnavailable):
    """It failed so often in a row that it is not called for a while."""

    def __init__(self, agent_id: str, failures: int, seconds: float) -> None:
        super().__init__(
            f"The agent {agent_id} failed {failures} times in a row and is spared for now. "
            f"Try again in {max(1, round(seconds))} s."
        )


class BadOutput(Malformed):
    """What an agent gave is not what its capability declares."""

    def __init__(self, agent_id: str, fault: str) -> None:
        super().__init__(f"The agent {agent_id} gave something that cannot be used: {fault} Correct the agent.")


class AgentCrashed(ZigralError):
    """An agent raised what is no error of Zigral's. Its words may repeat what it was given, and are left out."""

    def __init__(self, agent_id: str, kind: str) -> None:
        super().__init__(f"The agent {agent_id} failed ({kind}). The log says where; correct the agent.")
        self.kind = kind


def is_agents_fault(error: BaseException) -> bool:
    """Whether it speaks against the agent, and not against what it was asked."""
    return isinstance(error, BadOutput) or (isinstance(error, ZigralError) and not isinstance(error, ASKED_WRONG))


def not_managed(agent_id: str, error: ZigralError) -> AgentUnavailable:
    """The agent's own error, with its name."""
    if isinstance(error, AgentUnavailable):
        return error
    return AgentUnavailable(f"The agent {agent_id} is unavailable: {error}")


def named(error: AgentUnavailable) -> AgentUnavailable:
    """The same error where the agent was asked for by its name."""
    return AgentUnavailable(f"{error} It was asked for by name, so no other was tried.")


def none_managed(capability: str, errors: Sequence[ZigralError]) -> ZigralError:
    """What to say where all agents that can do it were tried."""
    if len(errors) == 1:
        return errors[0]
    return AgentUnavailable(f"None of {len(errors)} agents managed {capability}. {' '.join(map(str, errors))}")
