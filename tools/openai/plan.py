"""The OpenAI form of `Planner`: a model chooses among the actions that were offered, and code holds it to them."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, create_model, model_validator

from memory.errors import Invalid
from memory.json_values import JsonObject, written
from memory.records import Interaction
from tools.openai.model import Model
from tools.openai.parameters import told
from tools.openai.prompt import Data, Prompt
from tools.openai.shapes import Shape, Words
from tools.planning import MOST_STEPS, Action, ActionOffer, OutOfScope, PlanBrief, Planned

MOST_PAST = 20  # interactions that are shown
LONGEST_PAST = 400  # characters of one
MOST_KNOWN = 40  # sentences
LONGEST_CONTEXT = 6_000  # characters of JSON
LONGEST_PARAMETERS = 20_000

_EARLIER = re.compile(r"\{\{\s*steps\.step_(\d{1,4})\b")


def _object(text: str) -> str:
    """Refuses what is not the text of one plain JSON object."""
    try:
        value = json.loads(text)
        written(value, "parameters")
    except (ValueError, RecursionError, Invalid):
        raise ValueError("no JSON object") from None
    if not isinstance(value, dict) or len(text) > LONGEST_PARAMETERS:
        raise ValueError("no JSON object")
    return text


class Step(Shape):
    """One step: an action, as agent.action, and its parameters as the text of a JSON object."""

    action: str
    parameters: Annotated[str, AfterValidator(_object)]


class Plan(Shape):
    """A plan, or in out_of_scope why there is none; then kind is none and there are no steps."""

    model_config = ConfigDict(title="Plan")

    out_of_scope: Words
    kind: Literal["prospect", "outreach", "follow_up", "report", "context", "none"]
    objective: Words
    steps: Sequence[Step]

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> "Plan":
        if self.out_of_scope:
            return self
        if self.kind == "none" or not self.objective or not 0 < len(self.steps) <= MOST_STEPS:
            raise ValueError("neither a plan nor a reason")
        for at, step in enumerate(self.steps, start=1):
            if any(int(number) not in range(1, at) for number in _EARLIER.findall(step.parameters)):
                raise ValueError("a step uses one that does not come before it")
        return self


def plan_of(offers: Sequence[ActionOffer]) -> type[Plan]:
    """The shape of a plan that has no other actions than these."""
    names = tuple(dict.fromkeys(map(_name, offers)))
    of_step: dict[str, object] = {"action": (Literal[names], ...)}
    step = create_model("Step", __base__=Step, __doc__=Step.__doc__, **of_step)  # type: ignore[call-overload]
    fields: dict[str, object] = {"steps": (list[step], ...)}
    made: type[Plan] = create_model("Plan", __base__=Plan, __doc__=Plan.__doc__, **fields)  # type: ignore[call-overload]
    return made


@dataclass(frozen=True)
class ModelPlanner:
    """Plans by asking a model. An action that was not offered is a bad answer, and is asked for once more.

    Neither command nor plan is kept: nobody could tell afterwards whom they were about.
    """

    model: Model

    async def plan(self, brief: PlanBrief) -> Planned | OutOfScope:
        if not brief.actions:
            return OutOfScope("No agent offers an action here, so there is nothing that a plan could use.")
        found = await self.model.ask(prompt_for(brief), plan_of(brief.actions), lead_id="command", about=None)
        if found.out_of_scope or found.kind == "none":
            return OutOfScope(_line(found.out_of_scope))
        steps = tuple(_action(step) for step in found.steps)
        return Planned(kind=found.kind, objective=_line(found.objective), steps=steps)


def _line(text: str) -> str:
    return " ".join(text.split())


def _action(step: Step) -> Action:
    agent, _, action = step.action.rpartition(".")
    parameters: JsonObject = json.loads(step.parameters)
    return Action(agent=agent, action=action, parameters=parameters)


def prompt_for(brief: PlanBrief) -> Prompt:
    """All that a model is told. What people wrote or a program remembers stands in blocks."""
    context = json.dumps(brief.context, ensure_ascii=False)[:LONGEST_CONTEXT] if brief.context else ""
    return Prompt(
        "plan",
        {
            "command": Data(brief.command),
            "actions": "\n".join(map(_offer, brief.actions)),
            "known": Data("\n".join(brief.known[:MOST_KNOWN]) or "nothing"),
            "past": Data("\n".join(_told(brief.past)) or "nothing"),
            "context": Data(context or "nothing"),
            "most": str(MOST_STEPS),
        },
    )


def _name(offer: ActionOffer) -> str:
    return f"{offer.agent}.{offer.action}"


def _offer(offer: ActionOffer) -> str:
    return f"- {_name(offer)}: {offer.description} Parameters: {told(offer.parameters)}"


def _told(past: Sequence[Interaction]) -> Iterator[str]:
    for one in past[:MOST_PAST]:
        text = " ".join(one.text.split())[:LONGEST_PAST]
        yield f"{one.at:%Y-%m-%d} {one.kind}, {one.person or one.account}: {text}"
