"""From a task to the workflow that does it."""

import json
import re
from dataclasses import dataclass

from pydantic import JsonValue

from memory.definitions import AgentTask, Definition
from memory.errors import Invalid, Mistake, Mistakes, Unavailable
from memory.json_values import JsonObject
from memory.tasks import TaskAsked
from memory.workflows import given_form
from nodes.plans.offers import offers
from nodes.plans.task_templates import LONGEST_NAME, from_template
from nodes.registry import AgentRegistry
from nodes.workflow.checking import check_definition
from tools.engine import EngineStopped
from tools.planning import Action, OutOfScope, PlanBrief, Planner

PARAMETERS = "steps[0].parameters."
NAME = re.compile(r"[.\[]")  # what ends a path's first name
SHORT = 2_000  # characters of JSON that are put into a plan; longer things are referred to


@dataclass(frozen=True)
class TaskPlanner:
    """Takes the type's template; a simple task's one action is the capability named, or the planner's choice."""

    planner: Planner
    registry: AgentRegistry

    async def plan(self, asked: TaskAsked) -> Definition:
        """The workflow, checked. `Invalid` where nobody here can do a simple task, `Unavailable` without an engine.

        `Mistakes` names what is wrong by its place in the input, where it came from there.
        """
        if asked.type != "simple":
            return check_definition(given_form(from_template(asked, self.registry)), agents=self.registry)
        step = self._called_for(asked) or _step(await self._chosen(asked), asked.input)
        definition = Definition(name=" ".join(asked.query.split())[:LONGEST_NAME], steps=[step])
        try:
            return check_definition(given_form(definition), agents=self.registry)
        except Mistakes as error:
            raise Mistakes(
                [Mistake(_place(one.path, asked.input), one.message) for one in error.mistakes]
            ) from None

    def _called_for(self, asked: TaskAsked) -> AgentTask | None:
        """A query that is nothing but a capability's name."""
        name = asked.query.strip()
        if not self.registry.with_capability(name):
            return None
        return AgentTask(step_id="do", step_type="agent_task", capability=name, parameters=_filled({}, asked.input))

    async def _chosen(self, asked: TaskAsked) -> Action:
        """What the planner would end with: the steps before it only fetch what the input brings along here."""
        brief = PlanBrief(command=asked.query, actions=offers(self.registry), context=asked.input)
        try:
            plan = await self.planner.plan(brief)
        except EngineStopped as error:
            raise Unavailable(str(error)) from error
        if isinstance(plan, OutOfScope):
            raise Invalid(plan.reason, where="query")
        return plan.steps[-1]


def _step(action: Action, given: JsonObject) -> AgentTask:
    return AgentTask(
        step_id="do",
        step_type="agent_task",
        agent_type=action.agent,
        task=action.action,
        parameters=_filled(action.parameters, given),
    )


def _filled(planned: JsonObject, given: JsonObject) -> JsonObject:
    """The planned parameters that need no other step, and the input over them."""
    own = {name: value for name, value in planned.items() if "{{" not in json.dumps(value)}
    return {**own, **{name: _value(name, value) for name, value in given.items()}}


def _place(path: str, given: JsonObject) -> str:
    """Where in the input it is, if it came from there."""
    name = path.removeprefix(PARAMETERS)
    return f"input.{name}" if name != path and NAME.split(name, maxsplit=1)[0] in given else path


def _value(name: str, value: JsonValue) -> JsonValue:
    """A short value as it is, so that it is checked at once; else a reference. Data never become a template."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= SHORT and "{{" not in text:
        return value
    return f"{{{{input[{json.dumps(name)}]}}}}"
