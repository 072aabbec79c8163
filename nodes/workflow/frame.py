"""Where a step stands: what it may see, and which run, workflow and round it is in."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from pydantic import JsonValue

from nodes.workflow.budget import Budget
from nodes.workflow.outcomes import Outcomes, seen
from tools.templates import MISSING, Missing, Scope


@dataclass(frozen=True)
class Frame:
    """What a step of a list starts from. It is never stored: it follows from what is.

    `outcomes` are those of the steps that ended before, in the step's own list and around it.
    """

    input: JsonValue
    run_id: str = ""
    budget: Budget = field(default_factory=Budget)
    outcomes: Outcomes = field(default_factory=dict)
    item: JsonValue | Missing = MISSING
    index: int | Missing = MISSING
    round: tuple[int, ...] = ()  # of every loop around, the outermost first
    within: tuple[str, ...] = ()  # the subworkflow steps around, the outermost first

    @cached_property
    def scope(self) -> Scope:
        """What templates and conditions see."""
        return Scope(input=self.input, steps=seen(self.outcomes), item=self.item, index=self.index)

    def after(self, outcomes: Outcomes) -> Self:
        """This place once these steps have ended, too."""
        return replace(self, outcomes={**self.outcomes, **outcomes}) if outcomes else self

    def in_round(self, index: int, item: JsonValue | Missing = MISSING) -> Self:
        """This place in a loop's round. A loop without items leaves the item of the loop around to be seen."""
        item = self.item if item is MISSING else item
        return replace(self, index=index, item=item, round=(*self.round, index))

    def in_subworkflow(self, step_id: str, given: JsonValue) -> "Frame":
        """The beginning of another workflow that runs as this step: it sees its own input alone."""
        within = (*self.within, step_id)
        return Frame(input=given, run_id=self.run_id, budget=self.budget, round=self.round, within=within)

    def name(self, step_id: str) -> str:
        """The step's name among the run's records: `step`, or `outer.step` within a subworkflow."""
        return ".".join((*self.within, step_id))

    def place(self, step_id: str) -> str:
        """The name of one execution of a step, every round its own: `step[3][0]`."""
        return self.name(step_id) + "".join(f"[{one}]" for one in self.round)
