"""The workflows that the usual tasks come to, by templates: a query of several parts gives several chains."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from memory.definitions import AgentTask, Definition, Step
from memory.json_values import JsonObject
from memory.tasks import TaskAsked, TaskType
from nodes.plans.task_subjects import Subject, subjects_of
from nodes.registry import AgentRegistry
from tools.offline.plan_parts import parts_in

LONGEST_NAME = 200


@dataclass
class Steps:
    """The steps of a workflow that is being made. Optional ones are left out where no agent can do them."""

    registry: AgentRegistry
    made: list[Step] = field(default_factory=list)

    def add(
        self, step_id: str, capability: str, parameters: JsonObject, after: Sequence[str], *, optional: bool = False
    ) -> str:
        """Add a step, and give its id; "" where it was left out."""
        if optional and not self.registry.with_capability(capability):
            return ""
        step = AgentTask(
            step_id=step_id,
            step_type="agent_task",
            capability=capability,
            parameters=parameters,
            depends_on=[one for one in after if one],
            on_error="continue" if optional else "fail",
        )
        self.made.append(step)
        return step_id

    def chain(self, subject: Subject, number: int, capabilities: Sequence[str]) -> str:
        """What is done to leads one after the other, each with what came of the one before; the last step's id."""
        leads, after = subject.leads, subject.after
        if subject.listing:
            self.made.append(subject.listing)
        last = ""
        for capability in capabilities:
            last = self.add(f"{capability}_{number}", capability, leads, after)
            leads, after = {"leads": f"{{{{steps.{last}}}}}"}, [last]
        return last


def from_template(asked: TaskAsked, registry: AgentRegistry) -> Definition:
    """The workflow of a task that has a template."""
    steps = Steps(registry)
    output = TEMPLATES[asked.type](asked, steps)
    name = " ".join(asked.query.split())[:LONGEST_NAME]
    return Definition(name=name, description=f"The task {asked.type}.", steps=steps.made, output=output)


def _prospect(asked: TaskAsked, steps: Steps) -> JsonValue:
    """Read about the leads, judge them, rank them."""
    return _chains(asked, steps, ("enrich_lead", "qualify_lead", "score"))


def _enrich(asked: TaskAsked, steps: Steps) -> JsonValue:
    """Read about the leads."""
    return _chains(asked, steps, ("enrich_lead",))


def _chains(asked: TaskAsked, steps: Steps, capabilities: Sequence[str]) -> JsonValue:
    lasts = [steps.chain(one, number, capabilities) for number, one in enumerate(subjects_of(asked), start=1)]
    return (
        {"leads": f"{{{{steps.{lasts[0]}}}}}"}
        if len(lasts) == 1
        else {f"leads_{number}": f"{{{{steps.{last}}}}}" for number, last in enumerate(lasts, start=1)}
    )


def _research(asked: TaskAsked, steps: Steps) -> JsonValue:
    """Read about the leads, what is new there and what happened before; rank them, and answer the questions."""
    output: JsonObject = {}
    read: list[str] = []
    for number, subject in enumerate(subjects_of(asked), start=1):
        last = steps.chain(subject, number, ("enrich_lead", "score"))
        pages = f"enrich_lead_{number}"  # which read them: nobody reads them twice
        news = steps.add(
            f"find_news_{number}", "find_news", {"leads": f"{{{{steps.{pages}}}}}"}, [pages], optional=True
        )
        read += [last, news]
        output[f"leads_{number}"] = f"{{{{steps.{last}}}}}"
        output |= {f"news_{number}": f"{{{{steps.{news}}}}}"} if news else {}
    past = steps.add("past", "search", {"query": asked.query}, [], optional=True)
    output |= {"past": f"{{{{steps.{past}}}}}"} if past else {}
    answers = [
        steps.add(f"ask_{number}", "ask", {"question": question}, read, optional=True)
        for number, question in enumerate(_questions(asked), start=1)
    ]
    return {**output, "answers": [f"{{{{steps.{answer}}}}}" for answer in answers if answer]}


def _questions(asked: TaskAsked) -> Iterator[str]:
    """The parts of the query that ask for numbers, lists or reasons."""
    return (part.text for kind, part in parts_in(asked.query) if kind == "report")


TEMPLATES: Mapping[TaskType, Callable[[TaskAsked, Steps], JsonValue]] = {
    "prospect": _prospect,
    "enrich": _enrich,
    "research_and_analyze": _research,
}
