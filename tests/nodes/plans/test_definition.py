"""A plan is a workflow: its steps in the order in which they were said."""

from memory.definitions import AgentTask
from nodes.plans.definition import definition_of
from tools.planning import Action


def steps(*actions: Action) -> list[AgentTask]:
    found = definition_of("Do it.", actions).steps
    return [step for step in found if isinstance(step, AgentTask)]


def test_each_step_waits_for_the_one_before() -> None:
    listed = Action(agent="records", action="list", parameters={"limit": 3})
    scored = Action(agent="sales", action="score", parameters={"leads": "{{steps.step_1}}"})
    first, second, third = steps(listed, scored, listed)
    assert (first.step_id, first.agent_type, first.task) == ("step_1", "records", "list")
    assert (first.parameters, second.parameters) == ({"limit": 3}, {"leads": "{{steps.step_1}}"})
    assert [step.depends_on for step in (first, second, third)] == [[], ["step_1"], ["step_2"]]


def test_a_memory_that_nobody_uses_may_fail_and_one_that_is_used_may_not() -> None:
    recalled = Action(agent="recall", action="search", parameters={"query": "Kegel"})
    unused = Action(agent="sales", action="score", parameters={"leads": "{{steps.step_11}}"})
    used = Action(agent="copywriter", action="reply", parameters={"past": ["{{ steps.step_1.interactions }}"]})
    assert steps(recalled, unused)[0].on_error == "continue"
    assert steps(recalled, used)[0].on_error == "fail"
    assert steps(recalled)[0].on_error == "fail"
