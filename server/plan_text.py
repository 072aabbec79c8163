"""A plan, what it would take and what came of it, as people read them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import cast

from pydantic import JsonValue

from graphs.command import CommandState
from memory.estimates import Estimate
from memory.json_values import JsonObject
from nodes.registry import AgentRegistry
from tools.planning import Action

LONGEST = 2_000  # characters of a result that is none of ours
LISTS = ("leads", "interactions")  # under which an agent's one record may have what was asked for
MOST_QUOTED = 3  # quotations of one lead
SHORT = 60  # characters of a parameter; longer ones are cut
STEP = re.compile(r"\{\{\s*steps\.step_(\d+)[^}|]*\}\}")


def plan_lines(state: CommandState, registry: AgentRegistry) -> Iterator[str]:
    """The objective, each step with what it does, and what all would take."""
    yield state.objective or ""
    for number, step in enumerate(state.steps, start=1):
        yield f"{number:3}. {step.agent} {step.action}{_parameters(step)}"
        if does := _does(step, registry):
            yield f"     {does}"
    if state.estimate:
        yield estimate_line(state.estimate)


def estimate_line(estimate: Estimate) -> str:
    """What a plan would take, in a sentence."""
    parts = [
        f"about {_time(estimate.seconds)}",
        f"up to {_many(estimate.pages, 'page')} read" if estimate.pages else "",
        _tokens(estimate),
        f"up to {_many(estimate.mails, 'mail')} drafted and none sent" if estimate.mails else "",
    ]
    return f"{_many(estimate.steps, 'step')}: {', '.join(part for part in parts if part)}."


def result_lines(output: JsonValue) -> Iterator[str]:
    """What a step came to: leads as a line each, with their drafts; an answer as it is; else JSON."""
    known = _object(output)
    listed = next((known[name] for name in LISTS if isinstance(known.get(name), list)), output)
    if listed == []:
        yield "Nothing was found."
        return
    for one in listed if isinstance(listed, list) else [listed]:
        yield from _lines(_object(one)) or [_json(one)]


def _lines(one: JsonObject) -> list[str]:
    """One thing of ours in words; none where it is another's."""
    if isinstance(one.get("lead"), dict):
        return list(_lead_lines(one))
    if isinstance(one.get("notes"), list):
        return list(_remembered_lines(one)) or ["Nothing is remembered of it."]
    if isinstance(said := one.get("text"), str):
        when = f"{str(one.get('at'))[:10]}  {one.get('person_name') or one.get('person')}: " if "at" in one else ""
        sql = one.get("sql")
        return [f"{when}{said}", *([f"    by {sql}"] if isinstance(sql, str) else [])]
    return []


def _json(value: JsonValue) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…\n(--json has all of it)"


def _parameters(step: Action) -> str:
    told = [f"{name} {_value(value)}" for name, value in step.parameters.items() if value not in ({}, [], "")]
    return f" ({', '.join(told)})" if told else ""


def _value(value: JsonValue) -> str:
    if isinstance(value, str):
        text = STEP.sub(lambda found: f"of step {found[1]}", value)
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"


def _does(step: Action, registry: AgentRegistry) -> str:
    """The first sentence of what the agent says of it."""
    capability = registry.get(step.agent).can(step.action)
    return re.split(r"(?<=[.;:])\s| - ", capability.description, maxsplit=1)[0].rstrip(".;:") if capability else ""


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _time(seconds: float) -> str:
    if seconds < 100:
        return _many(max(1, round(seconds)), "second")
    return _many(round(seconds / 60), "minute")


def _tokens(estimate: Estimate) -> str:
    price = "of unknown price" if estimate.usd is None else f"${estimate.usd:,.2f}"
    if estimate.tokens:
        return f"{estimate.tokens:,} tokens ({price})"
    return price if estimate.usd else ""


def _remembered_lines(one: JsonObject) -> Iterator[str]:
    """What was told, then what the offer and the profile say, where they belong to it."""
    yield from (f"- {note.get('text')}" for note in _objects(one.get("notes")))
    if offer := _object(one.get("offer")):
        yield "The offer says:"
        yield from (f"- {statement.get('text')}" for statement in _objects(offer.get("statements")))
    if icp := _object(one.get("icp")):
        yield f"The profile “{icp.get('name')}” asks for:"
        criteria = _objects(icp.get("criteria"))
        yield from (f"- {asks.get('kind')}: {asks.get('question') or asks.get('rule')}" for asks in criteria)


def _lead_lines(one: JsonObject) -> Iterator[str]:
    lead, result = cast("JsonObject", one["lead"]), _object(one.get("result"))
    who = ", ".join(str(part) for part in (_name(lead), lead.get("company"), lead.get("email")) if part)
    verdict = _object(one.get("qualification")) or result
    score = verdict.get("score")
    judged = " ".join(str(part) for part in (verdict.get("status") or verdict.get("verdict"), score) if part)
    why = str(one.get("why") or "")
    yield f"- {who}{f': {judged}' if judged else ''}{f' ({why})' if why else ''}"
    draft = _object(one.get("draft"))
    if draft:
        yield f"    Subject: {draft.get('subject')}"
        yield from (f"    {line}" for line in str(draft.get("body")).splitlines())
    elif "news" in one or not judged:
        yield from _quotations(one.get("news") or one.get("facts"))


def _quotations(facts: JsonValue) -> Iterator[str]:
    for fact in (facts if isinstance(facts, list) else [])[:MOST_QUOTED]:
        found = _object(fact)
        yield f"    {str(found['dated']) + ': ' if found.get('dated') else ''}“{found.get('quote')}”"


def _name(lead: Mapping[str, JsonValue]) -> str:
    names = (lead.get("first_name"), lead.get("last_name"))
    return str(lead.get("full_name") or " ".join(str(part) for part in names if part))


def _objects(value: JsonValue) -> list[JsonObject]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}
