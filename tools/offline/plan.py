"""The offline form of `Planner`: rules that read a command's words, the same plan every time.

Where no rule knows them, the sentence model that memory has says what the command is like, if it is given.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from memory.json_values import JsonObject
from tools.offline.plan_filters import best_of, count_of, filters_of
from tools.offline.plan_kinds import rule_of
from tools.offline.plan_likeness import Likeness
from tools.offline.plan_marks import QUOTED, Part
from tools.offline.plan_parts import LONGEST, Asked, asked_in
from tools.offline.plan_spelling import respelled
from tools.offline.plan_steps import chases, leads_in, steps_for
from tools.planning import MOST_STEPS, Action, ActionOffer, OutOfScope, PlanBrief, PlanKind, Planned

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
LONGEST_OBJECTIVE = 1_000  # characters of what was asked
LIMITS: Mapping[PlanKind, tuple[str, ...]] = {
    "prospect": ("import_only", "tidy"),
    "outreach": ("decide", "send", "change"),
    "follow_up": ("halt", "defer", "send"),
    "report": ("export",),
    "context": (),
}


@dataclass(frozen=True)
class OfflinePlanner:
    """Plans by the word lists beside it, in English, German and French."""

    likeness: Likeness | None = None

    async def plan(self, brief: PlanBrief) -> Planned | OutOfScope:
        asked, refused = _read(_inert(brief.command))
        if not asked:
            asked = await self._alike(refused)
        if not asked:
            return OutOfScope(_reason(refused))
        offered = {(one.agent, one.action): one for one in brief.actions}
        given = leads_in(brief.context)
        steps = steps_for(asked, given)
        if len(steps) > MOST_STEPS:
            return OutOfScope(f"This would take {len(steps)} steps, and a plan has at most {MOST_STEPS}. Split it.")
        if missing := sorted({f"{step.agent}.{step.action}" for step in steps if _key(step) not in offered}):
            return OutOfScope(f"This needs {', '.join(missing)}, which no agent here offers.")
        fitted = tuple(_fitted(step, offered[_key(step)]) for step in steps)
        objective = _objective(asked, refused)
        if given and any(step.parameters.get("leads") == given for step in fitted):
            objective = f"{objective} {_sentences()['not_yet']['given']}"
        if len(QUOTED.sub("", brief.command)) > LONGEST:
            objective = f"{objective} {_sentences()['not_yet']['longest']}"
        return Planned(kind=asked[-1].kind, objective=objective, steps=fitted)

    async def _alike(self, unknown: Sequence[Part]) -> tuple[Asked, ...]:
        """The command as what it is like, where no rule says that it is none of ours."""
        if self.likeness is None or not unknown or any(map(rule_of, unknown)):
            return ()
        whole = Part("".join(part.joint + part.text for part in unknown).strip())
        kind = await self.likeness.kind_of(whole.text)
        return (Asked(kind, whole),) if kind else ()


def _read(command: str) -> tuple[tuple[Asked, ...], tuple[Part, ...]]:
    """What is asked for; read again with slips of the fingers mended where nothing was understood."""
    asked, refused = asked_in(command)
    if asked or any(map(rule_of, refused)) or (mended := respelled(command)) == command:
        return asked, refused
    return asked_in(mended)


def _inert(command: str) -> str:
    """Without what would be a template in a plan - only our own steps refer to each other - or is no character."""
    return _UNPRINTABLE.sub(" ", command).replace("{{", "{ {").replace("}}", "} }")


def _key(step: Action) -> tuple[str, str]:
    return step.agent, step.action


def _fitted(step: Action, offer: ActionOffer) -> Action:
    """The step with the parameters that the offer knows, where it takes no others."""
    known = offer.parameters.get("properties")
    if offer.parameters.get("additionalProperties") is not False or not isinstance(known, dict):
        return step
    parameters: JsonObject = {name: value for name, value in step.parameters.items() if name in known}
    return step.model_copy(update={"parameters": parameters})


def _reason(refused: Sequence[Part]) -> str:
    """Why nothing was planned, and what could be."""
    rules = (rule_of(part) for part in refused)
    why = next((rule.why for rule in rules if rule and rule.why), "other")
    return f"{_sentences()['refused'][why]} {_sentences()['refused']['offered']}"


def _objective(asked: Sequence[Asked], refused: Sequence[Part]) -> str:
    """What was asked for, in its own words, and what the plan does not do of it."""
    said = "; then: ".join(one.part.text.rstrip(" .!;,") for one in asked)[:LONGEST_OBJECTIVE]
    end = "" if said.endswith("?") else "."
    return " ".join([f"{said[:1].upper()}{said[1:]}{end}", *_not_done(asked, refused)])


def _not_done(asked: Sequence[Asked], refused: Sequence[Part]) -> Iterator[str]:
    marks = dict.fromkeys(mark for one in asked for mark in LIMITS[one.kind] if one.part.begins(mark))
    yield from (_sentences()["not_yet"][mark] for mark in marks)
    if any(one.kind == "outreach" and _is_narrower(one.part) for one in asked[1:]):
        yield _sentences()["not_yet"]["count"]
    if any(one.kind == "follow_up" and chases(one.part) for one in asked):
        yield _sentences()["not_yet"]["chase"]
    if any(one.kind in ("prospect", "outreach") and one.part.has("leaves_out") for one in asked):
        yield _sentences()["not_yet"]["leaves_out"]
    for part in refused:
        if rule_of(part):
            yield f"Not part of it: “{part.text[:200]}”."


def _is_narrower(part: Part) -> bool:
    """Whether a later part is about fewer leads than those found before, and not the best of them."""
    return bool((count_of(part) and not best_of(part)) or filters_of(part))


@cache
def _sentences() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((files(__package__) / "plan_sentences.toml").read_text(encoding="utf-8"))
