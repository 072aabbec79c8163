"""The offline form of `Planner`: rules that read a command's words. No model, the same plan every time."""

from dataclasses import dataclass

from tools.offline.plan_parts import Asked, asked_in
from tools.offline.plan_steps import steps_for
from tools.planning import MOST_STEPS, Action, OutOfScope, PlanBrief, Planned

OFFERED = (
    "Zigral finds, cleans and qualifies leads, drafts first mails, answers and follow-ups, reports on leads, "
    "drafts and replies, and remembers what you tell it of your product, profile and tone."
)


@dataclass(frozen=True)
class OfflinePlanner:
    """Plans by the word lists beside it, in English, German and French."""

    async def plan(self, brief: PlanBrief) -> Planned | OutOfScope:
        asked, _ = asked_in(brief.command)
        if not asked:
            return OutOfScope(f"That is not something Zigral does. {OFFERED}")
        offered = {(one.agent, one.action) for one in brief.actions}
        steps = steps_for(asked)[:MOST_STEPS]
        if missing := sorted({_name(step) for step in steps if (step.agent, step.action) not in offered}):
            return OutOfScope(f"This needs {', '.join(missing)}, which no agent here offers.")
        return Planned(kind=asked[-1].kind, objective=_objective(asked), steps=steps)


def _name(step: Action) -> str:
    return f"{step.agent}.{step.action}"


def _objective(asked: tuple[Asked, ...]) -> str:
    said = "; then: ".join(one.part.text.rstrip(" .!?;,") for one in asked)
    return f"{said[:1].upper()}{said[1:]}."
