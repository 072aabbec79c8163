"""A plan lies in its job's context, and is read back whatever a person made of it."""

from datetime import UTC, datetime

import pytest
from pydantic import JsonValue

from memory.errors import Conflict, Mistakes
from memory.json_values import JsonObject
from memory.records import Context
from nodes.plans.kept import read_plan

PLAN: JsonObject = {
    "command": "Score all leads",
    "kind": "prospect",
    "objective": "Score every lead.",
    "steps": [{"agent": "sales", "action": "score", "parameters": {}}],
}


def context(data: JsonObject, job_type: str = "command") -> Context:
    now = datetime.now(UTC)
    return Context(job_id="j", job_type=job_type, context_data=data, created_at=now, updated_at=now, version=1)


def test_what_a_person_adds_or_writes_into_our_own_fields_changes_nothing() -> None:
    plan = read_plan(context({**PLAN, "mine": 1, "estimate": "free", "execution_id": 7}))
    assert (plan.objective, plan.steps[0].action, plan.execution_id) == ("Score every lead.", "score", None)


def test_the_context_of_another_job_is_a_conflict() -> None:
    with pytest.raises(Conflict, match="no command's"):
        read_plan(context(PLAN, "import"))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"steps": "none"}, "steps"),
        ({"steps": [{"agent": "sales"}]}, "steps[0].action"),
        ({"steps": [{"agent": "sales", "action": "score", "parameters": []}]}, "steps[0].parameters"),
        ({"steps": [{"agent": "sales", "action": "score", "more": 1}]}, "steps[0].more"),
        ({"kind": "party"}, "kind"),
        ({"objective": None}, "objective"),
    ],
)
def test_what_is_no_plan_any_more_is_refused_by_its_path(change: dict[str, JsonValue], path: str) -> None:
    with pytest.raises(Mistakes) as refused:
        read_plan(context({**PLAN, **change}))
    assert [mistake.path for mistake in refused.value.mistakes] == [path]
