"""From a task to the workflow that does it."""

import json
from dataclasses import dataclass

from pydantic import JsonValue

from memory.definitions import AgentTask, Definition
from memory.errors import Invalid, Unavailable
from memory.json_values import JsonObject
from memory.tasks import TaskAsked
from nodes.plans.offers import offers
from nodes.plans.task_templates import LONGEST_NAME, from_template
from nodes.registry import AgentRegistry
from tools.engine import EngineStopped
from tools.planning import Action, OutOfScope, PlanBrief, Planner

SHORT = 2_000  # characters of JSON that are put into a plan; longer things are referred to


@dataclass(frozen=True)
class TaskPlanner:
    """Takes the type's template; a simple task's one action is the capability named, or the planner's choice."""

    planner: Planner
    registry: AgentRegistry

    async def plan(self, asked: TaskAsked) -> Definition:
        """The workflow. `Invalid` where nobody here can do a simple task, `Unavailable` where the engine cannot."""
        if asked.type != "simple":
            return from_template(asked, self.registry)
        step = self._called_for(asked) or _step(await self._chosen(asked), asked.input)
        return Definition(name=" ".join(asked.query.split())[:LONGEST_NAME], steps=[step])

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


def _value(name: str, value: JsonValue) -> JsonValue:
    """A short value as it is, so that it is checked at once; else a reference. Data never become a template."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= SHORT and "{{" not in text:
        return value
    return f"{{{{input[{json.dumps(name)}]}}}}"
