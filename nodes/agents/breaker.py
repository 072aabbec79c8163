"""The breaker of an agent: after so many failures in a row it is spared for a while, and then tried once."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from purgatory.domain.model import HALF_OPENED, OPENED, Context, HalfOpenedState, OpenedState

from nodes.agents.agent import Agent
from nodes.agents.faults import AgentSpared, is_agents_fault


@dataclass
class _Circuit:
    context: Context  # purgatory's; it is told when the time is over, since its own clock is the wall's
    opened_at: float = 0.0
    is_tried: bool = False  # a call that decides whether it goes on is under way


@dataclass
class Breakers:
    """The breakers of all agents of a process, in monotonic time."""

    monotonic: Callable[[], float] = time.monotonic
    _circuits: dict[str, _Circuit] = field(default_factory=dict)

    def seconds_left(self, agent: Agent) -> float | None:
        """For how long it is still spared, at least 0; None where it is called as ever."""
        circuit = self._circuits.get(agent.agent_id)
        if circuit is None or circuit.context.state != OPENED:
            return None
        return max(0.0, circuit.opened_at + agent.limits.breaker_seconds - self.monotonic())

    def refuse(self, agent: Agent) -> None:
        """`AgentSpared` where it is not to be called now."""
        left, circuit = self.seconds_left(agent), self._circuits.get(agent.agent_id)
        if left or (circuit and circuit.is_tried):
            raise AgentSpared(agent.agent_id, agent.limits.breaker_failures, left or 0.0)

    @contextmanager
    def guarding(self, agent: Agent) -> Iterator[None]:
        """Call the agent within; `AgentSpared` where it is not to be called now."""
        circuit = self._circuit(agent)
        tries = self._admit(agent, circuit)
        try:
            yield
        except Exception as error:
            if is_agents_fault(error):
                self._failed(circuit, error)
            else:
                circuit.context.handle_end_request()  # it answered
            raise
        else:
            circuit.context.handle_end_request()
        finally:
            if tries:
                self._decided(circuit)
            circuit.context.messages.clear()

    def _circuit(self, agent: Agent) -> _Circuit:
        if agent.agent_id not in self._circuits:
            context = Context(agent.agent_id, agent.limits.breaker_failures, math.inf)
            self._circuits[agent.agent_id] = _Circuit(context)
        return self._circuits[agent.agent_id]

    def _admit(self, agent: Agent, circuit: _Circuit) -> bool:
        """Whether this call is the one that decides."""
        self.refuse(agent)
        if circuit.context.state != OPENED:
            return False
        circuit.context.set_state(HalfOpenedState())
        circuit.is_tried = True
        return True

    def _decided(self, circuit: _Circuit) -> None:
        circuit.is_tried = False
        if circuit.context.state == HALF_OPENED:  # it was cancelled: the next call decides
            circuit.context.set_state(OpenedState(circuit.context.name))

    def _failed(self, circuit: _Circuit, error: Exception) -> None:
        was = circuit.context.state
        circuit.context.handle_exception(error)
        if circuit.context.state == OPENED != was:
            circuit.opened_at = self.monotonic()
