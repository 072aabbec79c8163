"""Whom a task is about: the leads that came with it, those that its words name, else those that are kept."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from memory.definitions import AgentTask
from memory.errors import Invalid
from memory.json_values import JsonObject
from memory.tasks import TaskAsked
from tools.lead_object import IDENTIFYING, OF_COMPANY
from tools.offline.plan_filters import count_of, filters_of
from tools.offline.plan_marks import Part
from tools.offline.plan_parts import parts_in
from tools.offline.plan_steps import are_leads

LISTS = ("leads", "lead")  # names in a task's input under which leads are
FIELDS = (*IDENTIFYING, *OF_COMPANY)
ABOUT_LEADS = ("prospect", "outreach")  # kinds of parts that say which leads are meant
FILTERS = {"location": "place", "website": "company", "email": "words"}  # as the records agent calls them
HAS_SCHEME = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class Subject:
    """Leads: the template that gives them, and the step that has to list them first, where one has."""

    leads: JsonObject
    listing: AgentTask | None = None

    @property
    def after(self) -> list[str]:
        """What a step about them depends on."""
        return [self.listing.step_id] if self.listing else []


def subjects_of(asked: TaskAsked) -> list[Subject]:
    """At least one. A query with several parts about leads is about each part's leads."""
    if given := _given(asked.input):
        return [Subject(given)]
    parts = [part for kind, part in parts_in(asked.query) if kind in ABOUT_LEADS] or [Part(asked.query)]
    return [_named(part) or _listed(part, number) for number, part in enumerate(parts, start=1)]


def _given(given: JsonObject) -> JsonObject | None:
    """What came with the task: a list, which may be empty, a lead, or a lead's fields one by one."""
    for name in LISTS:
        if given.get(name) is None:
            continue
        if not are_leads(given[name]):
            raise Invalid("A lead is an object, and leads are a list of objects.", where=f"input.{name}")
        return {"leads": f"{{{{input.{name}}}}}"}
    return {"leads": "{{input}}"} if any(given.get(name) for name in FIELDS) else None


def _named(part: Part) -> Subject | None:
    leads = list(_leads_in(part))
    return Subject({"leads": [*leads]}) if leads else None


def _leads_in(part: Part) -> Iterator[JsonObject]:
    for address in part.addresses:
        yield {"email": address}
    for domain in part.domains:
        yield {"website": domain if HAS_SCHEME.match(domain) else f"https://{domain}"}


def _listed(part: Part, number: int) -> Subject:
    wanted = _wanted(part)
    if count := count_of(part):
        wanted["limit"] = count
    listing = AgentTask(
        step_id=f"leads_{number}",
        name="The leads that are meant",
        step_type="agent_task",
        agent_type="records",
        task="list",
        parameters=wanted,
    )
    return Subject({"leads": f"{{{{steps.leads_{number}}}}}"}, listing)


def _wanted(part: Part) -> JsonObject:
    """Which leads of the store are meant: by what the part says of them, else by the company that it names."""
    said = {FILTERS.get(name, name): value for name, value in filters_of(part).items()}
    return said or ({"company": part.names[0]} if part.names else {})
