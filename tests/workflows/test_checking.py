"""What a definition is refused for, where, and with what words."""

from typing import Any

import pytest
from pydantic import BaseModel

from memory.definitions import Definition
from memory.errors import Mistakes
from nodes.agents.agent import Agent, Capability, Made, Task
from nodes.agents.echo import Echo
from nodes.workflow.checking import check_definition


class Lead(BaseModel):
    email: str
    employees: int = 0


class Score(BaseModel):
    """What `Sales` gives."""

    model_config = {"extra": "forbid"}

    score: int
    criteria: list["Criterion"] = []


class Criterion(BaseModel):
    model_config = {"extra": "forbid"}

    verdict: str


class Sales(Agent):
    agent_id = "sales"
    name = "Sales"
    capabilities = (Capability("qualify_lead", input=Lead, output=Score), Capability("score"))

    async def execute(self, task: Task) -> Made:
        return task.parameters


AGENTS = [Echo(), Sales()]


def transform(step_id: str, value: object = 1, **more: object) -> dict[str, Any]:
    return {"step_id": step_id, "step_type": "transform", "value": value, **more}


def qualify(step_id: str = "qualify", **more: object) -> dict[str, Any]:
    return {"step_id": step_id, "step_type": "agent_task", "agent_type": "sales", "task": "qualify_lead", **more}


def loop(step_id: str, *steps: object, rounds: int = 10, over: object = "{{input.people}}") -> dict[str, Any]:
    return {"step_id": step_id, "step_type": "loop", "over": over, "max_iterations": rounds, "steps": list(steps)}


def calls(workflow_id: str, step_id: str = "call") -> dict[str, Any]:
    return {"step_id": step_id, "step_type": "subworkflow", "workflow_id": workflow_id}


def workflow(*steps: object, **more: object) -> dict[str, Any]:
    return {"name": "Test", "steps": list(steps), **more}


def mistakes(made: object, **more: Any) -> dict[str, str]:
    """What is wrong, by its path."""
    with pytest.raises(Mistakes) as caught:
        check_definition(made, agents=AGENTS, **more)
    return {mistake.path: mistake.message for mistake in caught.value.mistakes}


def is_taken(made: object, **more: Any) -> bool:
    return bool(check_definition(made, agents=AGENTS, **more).steps)


def test_a_cycle_is_told_step_by_step() -> None:
    made = workflow(
        transform("a", depends_on=["c"]),
        transform("b", depends_on=["a"]),
        transform("c", depends_on=["b"]),
        transform("d", depends_on=["c"]),
    )
    said = "These steps wait for each other: a -> c -> b -> a. Take one of the dependencies out."
    assert mistakes(made) == {"steps[0].depends_on[0]": said}


def test_each_group_of_steps_that_wait_for_each_other_is_told_once() -> None:
    pairs = [transform(a, depends_on=[b]) for a, b in ("ab", "ba", "cd", "dc")]
    assert list(mistakes(workflow(*pairs, transform("e", "{{steps.a}}", depends_on=["a", "c"])))) == [
        "steps[0].depends_on[0]",
        "steps[2].depends_on[0]",
    ]


def test_a_dependency_that_is_not_there_is_told_with_the_nearest_that_is() -> None:
    made = workflow(transform("qualify_lead"), transform("b", depends_on=["qualify_led", "b"]))
    assert mistakes(made) == {
        "steps[1].depends_on[0]": "There is no step 'qualify_led'. Did you mean qualify_lead?",
        "steps[1].depends_on[1]": "A step cannot depend on itself: b -> b.",
    }


def test_what_is_inside_a_step_may_wait_for_what_comes_before_that_step() -> None:
    inside = transform("inside", "{{steps.zero}} {{steps.first}}", depends_on=["first"])
    first = transform("first", depends_on=["zero"])
    assert is_taken(workflow(transform("zero"), first, loop("each", inside) | {"depends_on": ["first"]}))
    said = mistakes(workflow(transform("zero"), first, loop("each", inside)))
    assert said["steps[2].steps[0].depends_on[0]"] == (
        "first does not come before each, which is around this step. Let that one depend on it."
    )
    assert "first need not have ended by then. Name it in depends_on of each." in said["steps[2].steps[0].value"]


def test_what_is_inside_a_step_is_seen_from_outside_through_that_step_alone() -> None:
    check = {"step_id": "check", "step_type": "condition", "if": {"op": "exists", "left": "{{input.x}}"}}
    fork = {
        "step_id": "fork",
        "step_type": "parallel",
        "branches": {"left": [check | {"then": [transform("deep")]}]},
    }
    after = {"depends_on": ["fork"]}
    assert is_taken(workflow(fork, transform("b", "{{steps.fork.left.check.deep}}", **after)))
    said = mistakes(workflow(fork, transform("b", "{{steps.deep}}", **after), output="{{steps.check}}"))
    assert "deep is inside fork. Write steps.fork.left.check.deep." in said["steps[1].value"]
    assert "check is inside fork. Write steps.fork.left.check." in said["output"]
    assert mistakes(workflow(fork, transform("b", depends_on=["deep"]))) == {
        "steps[1].depends_on[0]": "deep is inside check in fork. Depend on the step around it."
    }


def test_one_branch_does_not_see_another() -> None:
    inner = transform("c", "{{steps.a}}", depends_on=["a"])
    left, right = [transform("a"), loop("each", transform("b"))], [inner, transform("d", "{{steps.b}}")]
    assert mistakes(
        workflow({"step_id": "fork", "step_type": "parallel", "branches": {"l": left, "r": right}})
    ) == {
        "steps[0].branches.r[0].value": "{{steps.a}}: a is in another branch, which is not seen from here.",
        "steps[0].branches.r[0].depends_on[0]": "a is in another branch. Nothing here can wait for it.",
        "steps[0].branches.r[1].value": "{{steps.b}}: b is in another branch, which is not seen from here.",
    }


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("fork.each", "each is inside fork. Write steps.fork.left.each."),
        ("fork.left.inner", "inner is inside fork. Write steps.fork.left.each.0.inner."),
        ("fork.left.each.inner", "inner is inside each. Write steps.fork.left.each.0.inner."),
        ("fork.left.each.0.pause.x", "steps.fork.left.each.0.pause is null: a wait has no output."),
        ("inner", "inner is inside fork. Write steps.fork.left.each.0.inner."),
        ("call.body", "steps.call never has 'body'. It has status, headers, json, text."),
        ("qualify.scores", "steps.qualify never has 'scores'. It has score, criteria."),
        ("qualify.criteria.0.verdicts", "steps.qualify.criteria.0 never has 'verdicts'. It has verdict."),
    ],
)
def test_a_key_that_an_output_never_has_is_told_with_those_that_it_has(path: str, says: str) -> None:
    pause = {"step_id": "pause", "step_type": "wait", "seconds": 1}
    fork = {
        "step_id": "fork",
        "step_type": "parallel",
        "branches": {"left": [loop("each", transform("inner", {"a": 1}), pause)]},
    }
    call = {"step_id": "call", "step_type": "api_call", "url": "https://acme.example"}
    made = workflow(fork, call, qualify())
    assert says in mistakes(made | {"output": f"{{{{steps.{path}}}}}"})["output"]
    assert path == "inner" or is_taken(made | {"output": f"{{{{steps.{path} | default(1)}}}}"})


@pytest.mark.parametrize(
    "path", ["qualify.score", "qualify.criteria.0.verdict", "qualify.0.score", "each.0.a.b", "a.b"]
)
def test_a_key_that_an_output_may_have_is_taken(path: str) -> None:
    made = workflow(qualify(), loop("each", transform("inner")), transform("a", 1))
    assert is_taken(made | {"output": f"{{{{steps.{path}}}}}"})


def test_agents_tasks_and_capabilities_are_those_that_are_registered() -> None:
    made = workflow(
        qualify("a", agent_type="salse"),
        qualify("b", task="qualify"),
        {"step_id": "c", "step_type": "agent_task", "capability": "ecco"},
        {"step_id": "d", "step_type": "agent_task", "capability": "score", "task": "fly"},
        {"step_id": "e", "step_type": "agent_task", "agent_type": "sales"},
        {"step_id": "f", "step_type": "agent_task"},
        {"step_id": "g", "step_type": "agent_task", "capability": "score"},
        {"step_id": "h", "step_type": "agent_task", "agent_type": "delivery", "task": "send"},
    )
    assert mistakes(made) == {
        "steps[0].agent_type": "There is no agent 'salse'. Did you mean sales?",
        "steps[1].task": "There is nothing called 'qualify' that sales can do. Did you mean qualify_lead?",
        "steps[2].capability": "There is no agent that can do 'ecco'. Did you mean echo?",
        "steps[3].task": "There is nothing called 'fly' that an agent for score can do. "
        "There are qualify_lead, score.",
        "steps[4].task": "task is missing. task names what the agent is to do: "
        "it is a text of 1 to 200 characters.",
        "steps[5].agent_type": "agent_type or capability is missing. "
        "Name an agent, or what one must be able to do.",
        "steps[7].agent_type": "There is no agent 'delivery'. There are echo, sales.",
    }
    assert check_definition(workflow(qualify("a", agent_type="later")), agents=None)


@pytest.mark.parametrize(
    ("parameters", "path", "says"),
    [
        ({"email": 3}, "email", "It must be a text. This is a number."),
        ({}, "email", "email is missing, and the agent needs it."),
        ({"email": "a", "employees": "many"}, "employees", "It must be a whole number. This is a text."),
        ({"email": "a", "employees": None}, "employees", "It must be a whole number. This is null."),
    ],
)
def test_parameters_are_what_the_agent_takes(parameters: dict[str, Any], path: str, says: str) -> None:
    assert mistakes(workflow(qualify(parameters=parameters))) == {f"steps[0].parameters.{path}": says}


@pytest.mark.parametrize(
    "parameters",
    [
        {"email": "{{input.email}}", "employees": "{{input.employees}}"},
        {"email": "{{input.name}}@acme.example", "employees": "1{{input.digits}}"},
        {"email": "a", "employees": 3},
        None,
    ],
)
def test_templates_in_parameters_may_become_what_the_agent_takes(parameters: dict[str, Any] | None) -> None:
    assert is_taken(workflow(qualify(parameters=parameters)))


def test_loops_in_loops_are_bounded_by_their_product() -> None:
    inner = loop("inner", transform("a", "{{item}}"), rounds=1_000)
    assert is_taken(workflow(loop("outer", inner, rounds=100)))
    said = mistakes(workflow(loop("outer", inner, rounds=101)))
    assert "up to 101,000 rounds; 100,000 are allowed" in said["steps[0].steps[0].max_iterations"]


def test_rounds_are_counted_into_other_workflows() -> None:
    others = {"big": Definition.model_validate(workflow(loop("each", transform("a"), rounds=5_000)))}
    assert is_taken(workflow(loop("outer", calls("big"), rounds=20)), workflows=others)
    said = mistakes(workflow(loop("outer", calls("big"), rounds=21)), workflows=others)
    assert "up to 105,000 rounds" in said["steps[0].steps[0].workflow_id"]


def test_a_long_way_over_other_workflows_is_counted_to_its_end() -> None:
    def nested(step: dict[str, Any], name: str) -> dict[str, Any]:
        for depth in range(19):
            step = loop(f"{name}_{depth}", step, rounds=1)
        return step

    others = {
        f"w{number}": Definition.model_validate(workflow(nested(calls(f"w{number + 1}"), "s")))
        for number in range(300)
    }
    others["w300"] = Definition.model_validate(workflow(loop("last", transform("x"), rounds=10_000)))
    assert is_taken(workflow(loop("each", calls("w0"), rounds=10)), workflows=others)
    said = mistakes(workflow(loop("each", calls("w0"), rounds=11)), workflows=others)
    assert "up to 110,000 rounds" in said["steps[0].steps[0].workflow_id"]


def test_a_workflow_never_reaches_itself_over_however_many() -> None:
    others = {
        "b": Definition.model_validate(workflow(loop("each", calls("c")))),
        "c": Definition.model_validate(workflow(calls("a"))),
        "d": Definition.model_validate(workflow(transform("x"))),
    }
    assert is_taken(workflow(calls("d"), calls("b", "again")), workflows=others, workflow_id="e")
    made = workflow(calls("d"), calls("b", "again"), calls("a", "me"), calls("nobody", "x"))
    said = "A workflow cannot reach itself: a -> {}a. Take one of these calls out."
    assert mistakes(made, workflows=others, workflow_id="a") == {
        "steps[1].workflow_id": said.format("b -> c -> "),
        "steps[2].workflow_id": said.format(""),
        "steps[3].workflow_id": "There is no workflow 'nobody'. There are b, c, d.",
    }


def test_a_compensation_stands_beside_its_step_and_nobody_waits_for_it() -> None:
    charge = transform("charge", depends_on=["book"], on_error="compensate", compensation="refund")
    good = workflow(transform("book"), charge, transform("refund", "{{steps.book}}"), transform("mail"))
    assert is_taken(good)
    good["steps"][3]["value"] = "{{steps.refund}}"
    assert mistakes(good) == {
        "steps[3].value": "{{steps.refund}}: refund runs only after a failure, so nothing reads what it came to."
    }
    good["steps"][3]["value"] = 1
    good["steps"][2]["value"] = "{{steps.charge}}"
    assert mistakes(good) == {
        "steps[2].value": "{{steps.charge}}: charge has failed when this step runs, and has no output."
    }
    bad = workflow(
        transform("book"),
        charge,
        transform("refund", "{{steps.charge}} {{steps.mail}}", depends_on=["book", "charge"]),
        transform("mail", depends_on=["refund"]),
        transform("other", on_error="compensate"),
        transform("another", compensation="refund"),
        transform("last", on_error="compensate", compensation="charge"),
    )
    assert mistakes(bad) == {
        "steps[2].value": "{{steps.mail}}: mail need not have ended by then. Name it in depends_on of refund.",
        "steps[2].depends_on[1]": "This step runs after charge failed, when charge may not have run. Remove it.",
        "steps[3].depends_on[0]": "refund runs only after charge failed, so nothing can depend on it.",
        "steps[4].compensation": "on_error is compensate, so name the step that runs after a failure "
        "in compensation.",
        "steps[5].compensation": "compensation is used only where on_error is compensate. "
        "Set that, or remove this.",
        "steps[6].compensation": "charge has a compensation of its own, so it cannot be one.",
    }


def test_a_while_loop_sees_its_own_steps_and_its_index_and_over_does_not() -> None:
    body = [transform("page", {"next": None})]
    again = {"op": "ne", "left": "{{steps.page.next | default('first')}}", "right": None}
    bound = {"op": "lt", "left": "{{index}}", "right": 5}
    made = {"step_id": "read", "step_type": "loop", "max_iterations": 9, "steps": body}
    assert is_taken(workflow(made | {"while": {"all": [bound, again]}}))
    assert list(mistakes(workflow(made | {"over": "{{steps.page}}"}))) == ["steps[0].over"]
    assert list(mistakes(workflow(made | {"over": "{{index}}"}))) == ["steps[0].over"]


@pytest.mark.parametrize(
    ("step", "key"),
    [
        (
            {
                "step_type": "loop",
                "over": "{{input.people | length}}",
                "max_iterations": 9,
                "steps": [transform("b")],
            },
            "over",
        ),
        (
            {"step_type": "loop", "over": "to {{input.people}}", "max_iterations": 9, "steps": [transform("b")]},
            "over",
        ),
        ({"step_type": "wait", "seconds": "{{input.pause | string}}"}, "seconds"),
        ({"step_type": "wait", "until": "{{input.pause | length}}"}, "until"),
        ({"step_type": "transform", "value": "{{input.people | length | upper}}"}, "value"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_template_that_can_never_be_of_the_type_is_refused(step: dict[str, Any], key: str) -> None:
    assert list(mistakes(workflow({"step_id": "a"} | step))) == [f"steps[0].{key}"]


def test_an_unknown_key_is_told_with_the_nearest() -> None:
    made = workflow(
        transform("a", depend_on=[], retries=10**9), description="x", outputs={}, cron="* * * * * *", step_type="x"
    )
    assert mistakes(made) == {
        "step_type": "There is no key 'step_type' here. There are name, description, steps, output.",
        "steps[0].depend_on": "There is no key 'depend_on' here. Did you mean depends_on?",
        "steps[0].retries": "There is no key 'retries' here. Did you mean retry?",
        "outputs": "There is no key 'outputs' here. Did you mean output?",
        "cron": "There is no key 'cron' here. There are name, description, steps, output.",
    }


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("id", "step_id"),
        ("type", "step_type"),
        ("needs", "depends_on"),
        ("condition", "when"),
        ("Timeout", "timeout"),
    ],
)
def test_a_key_of_another_system_is_told_with_ours(key: str, meant: str) -> None:
    said = mistakes(workflow(transform("a", **{key: 1})))
    assert said == {f"steps[0].{key}": f"There is no key '{key}' here. Did you mean {meant}?"}


@pytest.mark.parametrize("made", [None, [], "name: x", 3, True])
def test_what_is_no_object_is_no_definition(made: object) -> None:
    assert list(mistakes(made)) == [""]


def test_everything_is_told_at_once_in_the_documents_order_up_to_a_hundred() -> None:
    broken = [transform(f"s{number}", "{{env.X}}", timeout=0) for number in range(80)]
    with pytest.raises(Mistakes) as caught:
        check_definition(workflow(*broken), agents=None)
    paths = [mistake.path for mistake in caught.value.mistakes]
    assert paths[:3] == ["steps[0].value", "steps[0].timeout", "steps[1].value"]
    assert (len(paths), paths[-1]) == (101, "")
    assert caught.value.mistakes[-1].message == "There are 60 more mistakes. Correct these first."


DEEP: Any = "x"
for _ in range(10_000):
    DEEP = [DEEP]
NESTED: dict[str, Any] = transform("a")
for _number in range(21):
    NESTED = loop(f"s{_number}", NESTED, rounds=1)


@pytest.mark.parametrize(
    ("made", "path", "says"),
    [
        (workflow(transform("a", "x" * 50_000_000)), "", "at most 262,144 bytes"),
        (workflow(transform("a" * 1_000_000)), "", "at most 262,144 bytes"),
        (workflow(transform("a"), **{"k" * 1_000_000: 1}), "", "at most 262,144 bytes"),
        (workflow(*[transform(f"s{at}") for at in range(10_000)]), "", "at most 262,144 bytes"),
        (workflow(*[transform(f"s{at}") for at in range(1_001)]), "steps", "There are 1,001 steps"),
        (workflow(loop("all", *[transform(f"s{at}") for at in range(1_000)])), "steps", "There are 1,001 steps"),
        (workflow(transform("a", DEEP)), "", "more than 100 deep"),
        (workflow(NESTED), "steps[0]" + ".steps[0]" * 20, "More than 20 steps are around"),
        (workflow(transform("a", {1: 2})), "steps[0].value", "Keys are texts"),
        (workflow(transform("a", {"b": {2}})), "steps[0].value.b", "no JSON value but a set"),
        (workflow(transform("a", float("nan"))), "steps[0].value", "no infinity and no NaN"),
        (workflow(transform("a", "\ud800")), "steps[0].value", "Half a surrogate pair"),
        (workflow(qualify(parameters={"email": "\ud800"})), "steps[0].parameters.email", "Half a surrogate pair"),
    ],
    ids=[
        "long",
        "id",
        "key",
        "ten thousand",
        "steps",
        "inner",
        "deep",
        "nested",
        "number",
        "set",
        "nan",
        "surrogate",
        "parameter",
    ],
)
def test_what_is_too_large_or_no_json_is_refused_before_it_is_looked_into(
    made: object, path: str, says: str
) -> None:
    said = mistakes(made)
    assert list(said) == [path]
    assert says in said[path]


def test_the_largest_definition_is_taken() -> None:
    steps = [transform(f"s{at}", "{{input.x}}", depends_on=[f"s{at - 1}"] if at else []) for at in range(1_000)]
    assert len(check_definition(workflow(*reversed(steps)), agents=None).steps) == 1_000


def test_patterns_are_counted_since_each_is_compiled() -> None:
    found = [
        {"op": "matches", "left": "{{input.x}}", "right": f"{number}(\\pL{{1,9}}){{1,9}}"} for number in range(101)
    ]
    said = mistakes(workflow(transform("a", when={"any": found})))
    assert said == {"steps[0].when.any[100].op": "A definition has at most 100 patterns. Join some with |."}


def test_what_may_hold_a_key_or_a_password_is_not_repeated() -> None:
    call = {"step_id": "a", "step_type": "api_call"}
    for broken in (
        {"url": "ftp://ada:sesame@acme.example"},
        {"url": ["sesame"]},
        {"headers": "sesame", "url": "http://a"},
    ):
        assert "sesame" not in str(mistakes(workflow(call | broken)))
    assert "sesame" not in str(mistakes(workflow(qualify(parameters={"email": "a", "employees": "sesame"}))))


@pytest.mark.parametrize(
    ("condition", "path", "says"),
    [
        ({"op": "gt", "left": "{{input.a}}", "right": None}, "", "one of these is null"),
        ({"op": "lt", "left": ["{{input.a}}"], "right": 1}, "", "one of these is a list"),
        ({"op": "in", "left": "a", "right": 3}, ".right", "in looks in a list, a text or an object"),
        ({"op": "contains", "left": "{{input.a | length}}", "right": "a"}, ".left", "left is a number"),
        ({"op": "eq", "left": "{{index}}", "right": "1"}, "", "eq compares a number with a text"),
        ({"op": "matches", "left": "a", "right": "{{input.pattern}}"}, ".right", "a literal text, no template"),
        ({"op": "matches", "left": "a", "right": 3}, ".right", "a literal text, no template"),
        (
            {"op": "matches", "left": 3, "right": "a"},
            ".left",
            "searches a text for a pattern, and left is a number",
        ),
        ({"op": "empty", "left": "{{input.a}}", "right": 3}, ".right", "empty looks at left alone"),
        ({"op": "exists", "left": "{{input.a"}, ".left", "never closed"),
        ({"all": {"op": "empty", "left": 1}}, ".all", "all is a list of conditions, not an object"),
        ({"not": []}, ".not", "This is a list."),
        ({"all": [], "any": []}, ".any", "There is no key 'any' beside all."),
        ({"op": ["eq"], "left": 1}, ".op", "There is no operator a list."),
        ({}, "", "A condition is"),
    ],
)
def test_a_condition_that_could_only_fail_is_refused(condition: object, path: str, says: str) -> None:
    said = mistakes(workflow(loop("each", transform("a", when=condition))))
    assert says in said[f"steps[0].steps[0].when{path}"]


@pytest.mark.parametrize(
    "condition",
    [
        {"op": "eq", "left": "{{input.a}}", "right": 3},
        {"op": "eq", "left": None, "right": 3},
        {"op": "lt", "left": "{{input.a | default(1)}}", "right": "b"},
        {"op": "in", "left": "{{input.a}}", "right": ["{{input.b}}", 3]},
        {"op": "contains", "left": {"a": 1}, "right": "a"},
        {"op": "empty", "left": 3},
    ],
)
def test_a_condition_that_may_hold_is_taken(condition: object) -> None:
    assert is_taken(workflow(transform("a", when=condition)))
