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
SHORTEST = 60  # characters of a parameter; longer ones are cut
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
    found = output.get("leads", output) if isinstance(output, dict) else output
    listed = found if isinstance(found, list) else [found]
    known = [one for one in listed if isinstance(one, dict) and isinstance(one.get("lead"), dict)]
    if known and len(known) == len(listed):
        for one in known:
            yield from _lead_lines(one)
    elif isinstance(output, dict) and isinstance(said := output.get("answer") or output.get("text"), str):
        yield said
    elif listed:
        text = json.dumps(output, ensure_ascii=False, indent=2)
        yield text if len(text) <= LONGEST else f"{text[:LONGEST]}…\n(--json has all of it)"
    else:
        yield "Nothing."


def _parameters(step: Action) -> str:
    told = [f"{name} {_value(value)}" for name, value in step.parameters.items() if value not in ({}, [], "")]
    return f" ({', '.join(told)})" if told else ""


def _value(value: JsonValue) -> str:
    if isinstance(value, str):
        text = STEP.sub(lambda found: f"of step {found[1]}", value)
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHORTEST else f"{text[:SHORTEST]}…"


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


def _name(lead: Mapping[str, JsonValue]) -> str:
    names = (lead.get("first_name"), lead.get("last_name"))
    return str(lead.get("full_name") or " ".join(str(part) for part in names if part))


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}
