"""Run steps again and again: for each item of a list, or as long as a condition holds."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from memory.definitions import Condition, Loop
from memory.errors import Invalid, TooLarge
from nodes.workflow.actions import Body, Done, Ready
from nodes.workflow.attempt import LARGEST_OUTPUT
from nodes.workflow.failing import StepFailed, failing
from nodes.workflow.frame import Frame
from nodes.workflow.outcomes import Outcomes, outputs
from nodes.workflow.recording import Records, Story
from tools.conditions import holds
from tools.templates import render
from tools.templates.values import json_text

ENDLESS = "Its while still held after {:,} rounds, which is its max_iterations."


@dataclass(frozen=True)
class Repeat:
    """`body` runs one round, one after the other; what was done before an interruption is not done again."""

    step: Loop
    body: Body
    records: Records

    def prepare(self, frame: Frame) -> Ready:
        items = None if self.step.while_ is not None else self._items(frame)
        given: JsonValue = None if items is None else {"over": items}

        async def done(_: Story) -> Done:
            return Done(await self._all_rounds(frame, items))

        return Ready(given, done, is_body=True)

    def _items(self, frame: Frame) -> list[JsonValue]:
        items = render(self.step.over, frame.scope)
        if not isinstance(items, list):
            raise Invalid("A loop goes over a list, and this is none.", where="over")
        if len(items) > self.step.max_iterations:
            most = self.step.max_iterations
            raise Invalid(f"The list has {len(items):,} items, and max_iterations is {most:,}.", where="over")
        return items

    async def _all_rounds(self, frame: Frame, items: list[JsonValue] | None) -> list[JsonValue]:
        done: list[JsonValue] = []
        size = 0
        async for outcomes in self._over(frame, items) if items is not None else self._while(frame):
            made = outputs(outcomes)
            size += len(json_text(made))
            with failing(self.step.step_id):
                _check(size)
            done.append(made)
        if not done:
            await self.records.skip(frame, self.step.steps)
        return done

    async def _over(self, frame: Frame, items: list[JsonValue]) -> AsyncIterator[Outcomes]:
        for index, item in enumerate(items):
            yield await self.body(frame.in_round(index, item))

    async def _while(self, frame: Frame) -> AsyncIterator[Outcomes]:
        before: Outcomes = {}
        for index in range(self.step.max_iterations + 1):
            here = frame.in_round(index)
            with failing(self.step.step_id):
                if not holds(cast(Condition, self.step.while_), here.after(before).scope):
                    return
                if index == self.step.max_iterations:
                    raise StepFailed(self.step.step_id, ENDLESS.format(index))
            before = await self.body(here)
            yield before


def _check(size: int) -> None:
    if size > LARGEST_OUTPUT:
        raise TooLarge(f"Its rounds' outputs are larger than {LARGEST_OUTPUT:,} characters together.")
