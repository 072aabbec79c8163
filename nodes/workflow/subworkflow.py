"""Run another workflow as a step."""

from dataclasses import dataclass

from memory.definitions import Definition, Subworkflow
from memory.errors import Invalid
from nodes.workflow.actions import Body, Done, Ready
from nodes.workflow.failing import failing
from nodes.workflow.frame import Frame
from nodes.workflow.recording import Story
from nodes.workflow.result import result
from tools.templates import render


@dataclass(frozen=True)
class RunSubworkflow:
    """It sees its input alone, which is this workflow's where the step gives none."""

    step: Subworkflow
    definition: Definition
    body: Body

    def prepare(self, frame: Frame) -> Ready:
        given = frame.input if self.step.input is None else render(self.step.input, frame.scope)
        if not isinstance(given, dict):
            raise Invalid("A workflow's input is an object.", where="input")
        inside = frame.in_subworkflow(self.step.step_id, given)

        async def done(_: Story) -> Done:
            outcomes = await self.body(inside)
            with failing(self.step.step_id):
                return Done(result(self.definition, inside.after(outcomes)))

        return Ready(given, done, is_body=True)
