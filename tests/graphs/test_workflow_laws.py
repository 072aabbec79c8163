"""Random workflows come to what a simple interpreter makes of them."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from memory.definitions import Definition
from nodes.workflow.failing import StepFailed
from tests.graphs.workflows.generator import GIVEN, Generator
from tests.graphs.workflows.interpreter import Failed, Interpreter
from tests.graphs.workflows.trial import Trial, answer_to


class Doing:
    """The same agents and persons as the trial's, without a graph."""

    def __init__(self) -> None:
        self.calls: dict[str, int] = {}

    def __call__(self, step: Any, given: Any, place: str) -> Any:
        if step.step_type == "approval":
            return answer_to({"action_request": {"args": {"question": given}}})
        self.calls[place] = self.calls.get(place, 0) + 1
        if step.agent_type == "broken" or (step.agent_type == "flaky" and self.calls[place] == 1):
            raise Failed(step.step_id)
        return given


async def compare(definition: Definition, trial: Trial) -> None:
    """Run it both ways: the same output, and each outermost step has the same status, or both fail."""
    made = await trial.run(**GIVEN)
    interpreter = Interpreter(Doing())
    try:
        wanted = interpreter.run(definition, GIVEN)
    except Failed:
        assert isinstance(made, StepFailed)
        return
    assert made == wanted
    outermost = [step.step_id for step in definition.steps if step.step_id in interpreter.statuses]
    assert {one: trial.statuses[one] for one in outermost} == {one: interpreter.statuses[one] for one in outermost}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**9), size=st.integers(1, 40))
async def test_a_workflow_comes_to_what_the_interpreter_says(seed: int, size: int) -> None:
    definition = Generator(Random(seed), size).definition()
    await compare(definition, Trial(definition))


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**9), size=st.integers(1, 40))
async def test_so_does_one_that_asks_persons_and_is_gone_on_with(seed: int, size: int) -> None:
    definition = Generator(Random(seed), size, asks=True).definition()
    await compare(definition, Trial(definition))


@settings(max_examples=12, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**9))
async def test_so_does_one_of_200_steps(seed: int) -> None:
    definition = Generator(Random(seed), 200).definition()
    await compare(definition, Trial(definition))
