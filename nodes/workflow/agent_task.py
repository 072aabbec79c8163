"""Have an agent do something."""

from dataclasses import dataclass

from pydantic import JsonValue

from memory.definitions import AgentTask
from memory.errors import Invalid
from memory.json_values import JsonObject
from nodes.agents.calling import AgentCaller, Call
from nodes.workflow.actions import Done, Ready
from nodes.workflow.frame import Frame
from tools.templates import render


@dataclass(frozen=True)
class AskAgent:
    """`owner` is whose data the agent may see."""

    step: AgentTask
    agents: AgentCaller
    owner: str = ""

    def prepare(self, frame: Frame) -> Ready:
        given = frame.input if self.step.parameters is None else render(dict(self.step.parameters), frame.scope)
        call = Call(
            capability=self.step.asked,
            parameters=_parameters(given),
            agent=self.step.agent_type,
            run_id=frame.run_id,
            step_id=frame.place(self.step.step_id),
            owner=self.owner,
        )
        return Ready(given, lambda _: self._call(call))

    async def _call(self, call: Call) -> Done:
        envelope = await self.agents.call(call)
        provenance = tuple(record.provenance for record in envelope.records)
        return Done(envelope.output, agent=envelope.metadata.agent, provenance=provenance)


def _parameters(given: JsonValue) -> JsonObject:
    if not isinstance(given, dict):
        raise Invalid("An agent takes an object. Give the step parameters.")
    return given
