"""The actions that bring about what a command asks for, part by part.

Step n is `{{steps.step_n}}` for those after it. Nothing here removes, approves or sends.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from memory.json_values import JsonObject
from tools.offline.plan_filters import best_of, listing_of
from tools.offline.plan_marks import Part
from tools.offline.plan_names import name_of
from tools.offline.plan_parts import Asked
from tools.offline.plan_wishes import days_of, language_of, most_words
from tools.planning import Action, PlanKind

MOST_ASKED = 4_000  # characters of a question or a note
MOST_WISHED = 10_000  # characters of what is said of a mail
SENT_ALONG = ("leads", "lead")  # where a command's context may bring leads


@dataclass
class Steps:
    """The steps so far; `leads` is the template of the leads as they are known best, where there are some.

    `given` is that of the leads that were sent along: they are meant, and not those of the store.
    """

    given: str = ""
    made: list[Action] = field(default_factory=list)
    leads: str = ""

    def add(self, agent: str, action: str, parameters: JsonObject) -> str:
        """Add an action, and give the template of what it comes to."""
        self.made.append(Action(agent=agent, action=action, parameters=parameters))
        return f"{{{{steps.step_{len(self.made)}}}}}"


def leads_in(context: Mapping[str, JsonValue]) -> str:
    """The template of the leads that were sent along with a command; "" where there are none."""
    found = (name for name in SENT_ALONG if are_leads(context.get(name)))
    return next((f"{{{{input.{name}}}}}" for name in found), "")


def are_leads(value: JsonValue) -> bool:
    """Whether it is a lead, or a list of some: an empty one means nobody, and not everybody."""
    return all(isinstance(one, dict) for one in (value if isinstance(value, list) else [value]))


def steps_for(asked: Sequence[Asked], given: str = "") -> tuple[Action, ...]:
    """All parts' steps, in order; about the leads of the template `given`, if there is one."""
    steps = Steps(given)
    for one in asked:
        _RECIPES[one.kind](one.part, steps)
    return tuple(steps.made)


def _prospect(part: Part, steps: Steps) -> None:
    """List the leads that are meant, read about them, judge and rank them."""
    leads = _leads(part, steps)
    if site := _site(part):
        lead: JsonObject = {"website": site}
        if part.has("news"):
            steps.add("research", "find_news", {"lead": lead})
        else:
            steps.add("research", "read_company", lead)
        steps.leads = steps.add("sales", "qualify_lead", {"lead": lead})
        return
    judge = "qualify_lead" if part.has("fit") else "score"
    if part.has("news"):
        steps.leads = steps.add("sales", judge, {"leads": leads})
        steps.add("research", "find_news", {"leads": leads})
        return
    read = steps.add("research", "enrich_lead", {"leads": leads})
    steps.leads = _judged(part, steps, read, judge)


def _judged(part: Part, steps: Steps, leads: str, judge: str) -> str:
    """The leads as they were judged; of those where the best are asked for, these alone."""
    if best := best_of(part):
        return steps.add("sales", "score", {"leads": leads, "best": best})
    return steps.add("sales", judge, {"leads": leads})


def _leads(part: Part, steps: Steps) -> str:
    """The leads that are meant: those of the part before, those sent along, a new one, else those of the store."""
    if steps.leads or steps.given:
        return steps.leads or steps.given
    if part.addresses and part.begins("bring_in"):
        return steps.add("records", "write", {"leads": [{"email": address} for address in part.addresses]})
    return steps.add("records", "list", listing_of(part))


def _site(part: Part) -> str | None:
    if not part.domains:
        return None
    domain = part.domains[0]
    return domain if domain.lower().startswith("http") else f"https://{domain}"


def _outreach(part: Part, steps: Steps) -> None:
    """Read about the leads and judge them, unless that was done before, and draft a first mail to each."""
    if not steps.leads:
        read = steps.add("research", "enrich_lead", {"leads": _leads(part, steps)})
        steps.leads = _judged(part, steps, read, "qualify_lead")
    elif best_of(part):
        steps.leads = _judged(part, steps, steps.leads, "score")
    steps.add("copywriter", "draft_email", {"leads": steps.leads, **_wishes(part)})


def _wishes(part: Part) -> JsonObject:
    """What the command says of the mail itself."""
    wishes: JsonObject = {"instructions": part.text[:MOST_WISHED]}
    if words := most_words(part):
        wishes["max_words"] = words
    if language := language_of(part):
        wishes["language"] = language
    return wishes


def _follow_up(part: Part, steps: Steps) -> None:
    """Find what was written, and draft an answer to it."""
    of_whom: JsonObject = {"name": name} if (name := name_of(part)) else {}
    if chases(part):
        found = steps.add("recall", "history", {"kinds": ["mail_sent"], "limit": 50})
    else:
        days: JsonObject = {"days": found_days} if (found_days := days_of(part)) else {}
        found = steps.add("recall", "search", {"query": part.text[:MOST_ASKED], **of_whom, **days})
    steps.add("copywriter", "reply", {"interactions": found, **_wishes(part)})


def chases(part: Part) -> bool:
    """Whether it is about all who have not answered."""
    return part.has("unanswered") and not name_of(part)


def _report(part: Part, steps: Steps) -> None:
    steps.add("analyst", "ask", {"question": part.text[:MOST_ASKED]})


def _context(part: Part, steps: Steps) -> None:
    """Answer from what is remembered, or note what is told."""
    asks = part.begins("know") or part.begins("memory_question") or part.text.endswith("?")
    steps.add("records", "read" if asks else "note", {"text": part.text[:MOST_ASKED]})


_RECIPES: Mapping[PlanKind, Callable[[Part, Steps], None]] = {
    "prospect": _prospect,
    "outreach": _outreach,
    "follow_up": _follow_up,
    "report": _report,
    "context": _context,
}
