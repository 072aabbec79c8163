"""The actions that bring about what a command asks for, part by part."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from memory.json_values import JsonObject
from tools.offline.plan_filters import count_of, days_of, filters_of, language_of, most_words
from tools.offline.plan_marks import Part
from tools.offline.plan_parts import Asked
from tools.planning import Action, PlanKind


@dataclass
class Steps:
    """The steps so far, and which of them has the leads as they are known best."""

    made: list[Action] = field(default_factory=list)
    leads: str = ""

    def add(self, agent: str, action: str, parameters: JsonObject) -> str:
        """Add an action, and give the template of what it comes to."""
        self.made.append(Action(agent=agent, action=action, parameters=parameters))
        return f"{{{{steps.step_{len(self.made)}}}}}"


def steps_for(asked: tuple[Asked, ...]) -> tuple[Action, ...]:
    """All parts' steps, in order."""
    steps = Steps()
    for one in asked:
        _RECIPES[one.kind](one.part, steps)
    return tuple(steps.made)


def _prospect(part: Part, steps: Steps) -> None:
    leads = _leads(part, steps)
    enriched = steps.add("research", "enrich_lead", {"leads": leads})
    steps.leads = steps.add("sales", "score", {"leads": enriched})


def _leads(part: Part, steps: Steps) -> str:
    """The leads that are meant: those of the part before, else those of the store."""
    if steps.leads:
        return steps.leads
    parameters: JsonObject = {"filters": filters_of(part)}
    if count := count_of(part):
        parameters["limit"] = count
    return steps.add("records", "list", parameters)


def _outreach(part: Part, steps: Steps) -> None:
    leads = _leads(part, steps)
    enriched = leads if steps.leads else steps.add("research", "enrich_lead", {"leads": leads})
    qualified = steps.add("sales", "qualify_lead", {"leads": enriched})
    steps.leads = qualified
    steps.add("copywriter", "draft_email", {"leads": qualified, **_wishes(part)})


def _wishes(part: Part) -> JsonObject:
    """What the command says of the mail itself."""
    wishes: JsonObject = {"instructions": part.text}
    if words := most_words(part):
        wishes["max_words"] = words
    if language := language_of(part):
        wishes["language"] = language
    return wishes


def _follow_up(part: Part, steps: Steps) -> None:
    parameters: JsonObject = {"query": part.text}
    if days := days_of(part):
        parameters["days"] = days
    found = steps.add("recall", "search", parameters)
    steps.add("copywriter", "reply", {"interactions": found, **_wishes(part)})


def _report(part: Part, steps: Steps) -> None:
    steps.add("analyst", "ask", {"question": part.text})


def _context(part: Part, steps: Steps) -> None:
    action = "read" if part.begins("know") or part.begins("memory_question") else "note"
    steps.add("records", action, {"text": part.text})


_RECIPES: Mapping[PlanKind, Callable[[Part, Steps], None]] = {
    "prospect": _prospect,
    "outreach": _outreach,
    "follow_up": _follow_up,
    "report": _report,
    "context": _context,
}
