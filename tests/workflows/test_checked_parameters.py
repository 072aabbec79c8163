"""What is known of parameters before their templates are rendered."""

from typing import Any, Literal, Self

import pytest
from pydantic import BaseModel, field_validator, model_validator

from memory.errors import Mistakes
from nodes.agents.agent import Agent, Capability, Made, Task
from nodes.workflow.checking import check_definition


class Person(BaseModel):
    model_config = {"extra": "forbid"}

    email: str


class Company(BaseModel):
    model_config = {"extra": "forbid"}

    site: str
    size: Literal["small", "large"] = "small"


class About(BaseModel):
    """What `Asking` takes: of one or the other, and not neither."""

    model_config = {"extra": "forbid"}

    about: Person | Company | None = None
    words: list[str] = []
    limit: int | None = None
    tag: str = ""

    @field_validator("tag", mode="before")
    @classmethod
    def _first(cls, value: Any) -> Any:
        return value["name"] if not isinstance(value, str) else value.split(":")[1]

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.about is None and not self.words:
            raise ValueError("Say what it is about, or give words.")
        return self


class Asking(Agent):
    agent_id = "asking"
    name = "Asking"
    capabilities = (Capability("ask", input=About),)

    async def execute(self, task: Task) -> Made:
        return task.parameters


def mistakes(parameters: dict[str, Any]) -> dict[str, str]:
    step = {
        "step_id": "a",
        "step_type": "agent_task",
        "agent_type": "asking",
        "task": "ask",
        "parameters": parameters,
    }
    try:
        check_definition({"name": "x", "steps": [step]}, agents=[Asking()])
    except Mistakes as error:
        return {one.path.removeprefix("steps[0].parameters"): one.message for one in error.mistakes}
    return {}


@pytest.mark.parametrize(
    "parameters",
    [
        {"about": {"email": "{{input.email}}"}},
        {"about": {"site": "{{input.site}}", "size": "{{input.size}}"}},
        {"about": {"site": "a", "size": "{{input.size}}"}},
        {"about": "{{input.lead}}", "limit": "{{input.limit}}"},
        {"words": "{{input.words}}"},
        {"words": ["{{input.word}}", "b {{input.word}}"]},
        {"words": ["a"], "limit": "1{{input.digits}}"},
        {"words": ["a"], "tag": "{{input.tag}}"},
    ],
)
def test_what_templates_may_become_is_taken(parameters: dict[str, Any]) -> None:
    assert mistakes(parameters) == {}


@pytest.mark.parametrize(
    ("parameters", "path", "says"),
    [
        ({}, "", "Say what it is about, or give words."),
        ({"about": {"site": "a", "size": "huge"}}, ".about.size", "It must be 'small' or 'large'"),
        ({"about": {"email": "{{input.email}}", "phone": 1}}, ".about.phone", "There is no key 'phone' here."),
        ({"about": {"size": "{{input.size}}"}}, ".about.site", "site is missing, and the agent needs it."),
        ({"about": 3}, ".about", "It must be an object. This is a number."),
        ({"words": "b {{input.word}}"}, ".words", "It must be a list. This is a text."),
        ({"words": ["a", 3]}, ".words[1]", "It must be a text. This is a number."),
        ({"words": ["a"], "limit": "many"}, ".limit", "It must be a whole number. This is a text."),
        ({"words": ["{{input.a}}"], "limits": "{{input.limit}}"}, ".limits", "Did you mean limit?"),
    ],
)
def test_what_no_template_can_make_right_is_refused(parameters: dict[str, Any], path: str, says: str) -> None:
    found = mistakes(parameters)
    assert says in found[path]


@pytest.mark.parametrize("key", ["agent_type", "task"])
def test_who_does_it_is_written_out(key: str) -> None:
    step = {"step_id": "a", "step_type": "agent_task", "agent_type": "asking", "task": "ask", key: "{{input.who}}"}
    with pytest.raises(Mistakes) as caught:
        check_definition({"name": "x", "steps": [step]}, agents=[Asking()])
    assert [(one.path, one.message) for one in caught.value.mistakes] == [
        (f"steps[0].{key}", f"{key} is never a template. Write out which one it is.")
    ]
