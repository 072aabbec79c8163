"""Run named lists of steps side by side."""

from dataclasses import dataclass

from memory.definitions import Parallel
from nodes.workflow.actions import Branches, Done, Ready
from nodes.workflow.frame import Frame
from nodes.workflow.outcomes import outputs
from nodes.workflow.recording import Story


@dataclass(frozen=True)
class RunBranches:
    step: Parallel
    branches: Branches

    def prepare(self, frame: Frame) -> Ready:
        async def done(_: Story) -> Done:
            names = list(self.step.branches)
            came_to = await self.branches(frame, names)
            return Done({name: outputs(came_to[name]) for name in names})

        return Ready(None, done, is_body=True)
