"""Make a value of templates."""

from dataclasses import dataclass

from memory.definitions import Transform
from nodes.workflow.actions import Done, Ready
from nodes.workflow.frame import Frame
from nodes.workflow.recording import Story
from tools.templates import render


@dataclass(frozen=True)
class MakeValue:
    step: Transform

    def prepare(self, frame: Frame) -> Ready:
        async def made(_: Story) -> Done:
            return Done(render(self.step.value, frame.scope))

        return Ready(None, made)
