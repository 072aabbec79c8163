"""Take one of two ways."""

from dataclasses import dataclass

from memory.definitions import Branch
from nodes.workflow.actions import Branches, Done, Ready
from nodes.workflow.frame import Frame
from nodes.workflow.outcomes import outputs
from nodes.workflow.recording import Records, Story
from tools.conditions import holds

THEN, ELSE = "then", "else"


@dataclass(frozen=True)
class TakeBranch:
    step: Branch
    branches: Branches
    records: Records

    def prepare(self, frame: Frame) -> Ready:
        is_true = holds(self.step.if_, frame.scope)
        taken, left = (THEN, self.step.else_) if is_true else (ELSE, self.step.then)

        async def done(_: Story) -> Done:
            await self.records.skip(frame, left)
            return Done(outputs((await self.branches(frame, [taken]))[taken]))

        return Ready({"if": is_true}, done, is_body=True)
