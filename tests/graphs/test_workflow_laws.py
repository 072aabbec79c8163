"""Random workflows come to what a simple interpreter makes of them."""

from contextlib import suppress
from random import Random
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from langgraph.checkpoint.memory import InMemorySaver

from memory.definitions import Definition
from memory.errors import Unavailable
from memory.serializing import StrictSerializer
from nodes.workflow.failing import StepFailed
from tests.graphs.workflows.generator import GIVEN, Generator
from tests.graphs.workflows.interpreter import Failed, Interpreter
from tests.graphs.workflows.trial import Trial, answer_to
from tests.workflows.definition_strategies import ALL, INPUT, WORKFLOW_ID, definitions

SEEDED = settings(
    deadline=None, derandomize=True, phases=[Phase.generate]
)  # a seed is not made simpler by halving it


class Doing:
    """The same agents and persons as the trial's, without a graph."""

    def __init__(self) -> None:
        self.calls: dict[str, int] = {}

    def __call__(self, step: Any, given: Any, place: str) -> Any:
        if step.step_type == "approval":
            return answer_to({"action_request": {"args": {"question": given}}})
        if step.step_type == "api_call":
            return {"status": 200, "headers": {"content-type": "application/json"}, "json": given}
        self.calls[place] = self.calls.get(place, 0) + 1
        if step.agent_type == "broken" or (step.agent_type == "flaky" and self.calls[place] == 1):
            raise Failed(step.step_id)
        return given


async def come_to(trial: Trial, given: dict[str, Any]) -> Any:
    try:
        return await trial.finish(**given)
    except StepFailed as failure:
        return failure


async def compare(trial: Trial, given: dict[str, Any]) -> None:
    """Run it both ways, from where it is: to the same output and the same outermost statuses, or to a failure."""
    made = await come_to(trial, given)
    interpreter = Interpreter(Doing(), trial.subworkflows)
    try:
        wanted = interpreter.run(trial.definition, given)
    except Failed:
        assert isinstance(made, StepFailed)
        return
    assert made == wanted
    outermost = [step.step_id for step in trial.definition.steps if step.step_id in interpreter.statuses]
    assert {one: trial.statuses[one] for one in outermost} == {one: interpreter.statuses[one] for one in outermost}


@settings(SEEDED, max_examples=60)
@given(seed=st.integers(0, 10**9), size=st.integers(1, 40))
async def test_a_workflow_comes_to_what_the_interpreter_says(seed: int, size: int) -> None:
    definition = Generator(Random(seed), size).definition()
    await compare(Trial(definition), GIVEN)


@settings(SEEDED, max_examples=30)
@given(seed=st.integers(0, 10**9), size=st.integers(1, 40))
async def test_so_does_one_that_asks_persons_and_is_gone_on_with(seed: int, size: int) -> None:
    definition = Generator(Random(seed), size, asks=True).definition()
    await compare(Trial(definition), GIVEN)


class LosingSaver(InMemorySaver):
    """Loses the checkpoint of a number, which its copies share: LangGraph gives each graph a copy."""

    def __init__(self, lost: int) -> None:
        super().__init__(serde=StrictSerializer())
        self.left = [lost]

    async def aput(self, *given: Any, **named: Any) -> Any:
        self.left[0] -= 1
        if self.left[0] == 0:
            raise Unavailable("gone")
        return await super().aput(*given, **named)


@settings(SEEDED, max_examples=40)
@given(seed=st.integers(0, 10**9), size=st.integers(1, 25), lost=st.integers(1, 60))
async def test_so_does_one_that_lost_a_checkpoint(seed: int, size: int, lost: int) -> None:
    definition = Generator(Random(seed), size, asks=True).definition()
    saver = LosingSaver(lost)
    trial = Trial(definition, saver=saver)
    with suppress(Unavailable, StepFailed):
        await trial.finish(**GIVEN)
    saver.left[0] = 0
    await compare(trial, GIVEN)


@settings(SEEDED, max_examples=12)
@given(seed=st.integers(0, 10**9))
async def test_so_does_one_of_200_steps(seed: int) -> None:
    definition = Generator(Random(seed), 200).definition()
    await compare(Trial(definition), GIVEN)


@settings(SEEDED, max_examples=25)
@given(made=definitions(kinds=ALL), called=definitions(most=10))
async def test_so_does_one_whose_templates_and_conditions_read_everything_there_is(made: Any, called: Any) -> None:
    called["output"] = "{{input}}"
    trial = Trial(Definition.model_validate(made), subworkflows={WORKFLOW_ID: Definition.model_validate(called)})
    await compare(trial, INPUT)
