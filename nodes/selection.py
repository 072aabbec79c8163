"""Choosing between agents that can do the same: points for what is known of each, and a sentence for every part.

The same measures always give the same choice; where points are equal, the agent that was registered first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from memory.agents import AgentStanding
from memory.records import Record
from nodes.agents.agent import Agent, Anything, Capability

MATCH, HEALTH, SUCCESS, LOAD, LATENCY, COST = 30, 25, 15, 15, 10, 5  # 100 together
HEALTHS = {"healthy": 1.0, "degraded": 0.4, "unavailable": 0.0}
EXPECTED_SUCCESS, EXPECTED_CALLS = 0.9, 2.0  # of an agent that was never called, and how many calls outweigh that
HALF_SECONDS = 5.0  # a call that takes so long gets half the points
HALF_USD = 0.01


class Part(Record):
    """What one thing that is known of an agent comes to."""

    name: str
    points: float
    most: int
    why: str


class Score(Record):
    """An agent's points for a capability, of 100."""

    agent_id: str
    points: float
    parts: tuple[Part, ...]


class Selection(Record):
    """Who does it, and why: the chosen agent, a sentence, and the scores of all that can, the best first."""

    capability: str
    agent_id: str
    why: str
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class Candidate:
    """An agent that can do it, and how it is doing."""

    agent: Agent
    capability: Capability
    standing: AgentStanding


def select(candidates: Sequence[Candidate]) -> Selection:
    """The choice between these; there is at least one."""
    scores = [score_of(one) for one in ranked(candidates)]
    best = scores[0]
    name = candidates[0].capability.name
    return Selection(capability=name, agent_id=best.agent_id, why=_why(name, scores), scores=tuple(scores))


def ranked(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best first."""
    return sorted(candidates, key=lambda one: -score_of(one).points)


def score_of(candidate: Candidate) -> Score:
    """What is known of an agent, in points."""
    parts = tuple(part(candidate) for part in (_match, _health, _success, _load, _latency, _cost))
    points = round(sum(part.points for part in parts), 1)
    return Score(agent_id=candidate.agent.agent_id, points=points, parts=parts)


def _match(one: Candidate) -> Part:
    if one.capability.input is Anything:
        return _part("match", MATCH, 2 / 3, f"It can {one.capability.name}, and does not say what it takes.")
    return _part("match", MATCH, 1.0, f"It can {one.capability.name}, and says what it takes.")


def _health(one: Candidate) -> Part:
    why = {
        "healthy": "Nothing speaks against it.",
        "degraded": "Most of its latest calls failed.",
        "unavailable": "It failed so often in a row that it is spared for now.",
    }
    return _part("health", HEALTH, HEALTHS[one.standing.health], why[one.standing.health])


def _success(one: Candidate) -> Part:
    standing = one.standing
    if standing.success is None:
        return _part("success", SUCCESS, EXPECTED_SUCCESS, "It was not called lately.")
    weight = standing.weight + EXPECTED_CALLS
    share = (standing.success * standing.weight + EXPECTED_SUCCESS * EXPECTED_CALLS) / weight
    return _part("success", SUCCESS, share, f"{standing.success:.0%} of its latest calls succeeded.")


def _load(one: Candidate) -> Part:
    load, room = one.standing.load, one.agent.limits.concurrency
    return _part(
        "load", LOAD, room / (room + load), f"{load} of its calls are under way; it takes {room} at a time."
    )


def _latency(one: Candidate) -> Part:
    measured = one.standing.latency_mean
    seconds = one.capability.seconds if measured is None else measured
    told = f"It says that it takes {seconds:g} s" if measured is None else f"It lately took {seconds:.3g} s"
    return _part("latency", LATENCY, HALF_SECONDS / (HALF_SECONDS + seconds), f"{told} a call.")


def _cost(one: Candidate) -> Part:
    usd = one.agent.cost + one.capability.usd
    return _part(
        "cost", COST, HALF_USD / (HALF_USD + usd), f"A call costs {usd:g} US dollars." if usd else "It is free."
    )


def _part(name: str, most: int, share: float, why: str) -> Part:
    return Part(name=name, points=round(most * share, 1), most=most, why=why)


def _why(capability: str, scores: Sequence[Score]) -> str:
    best = scores[0]
    if len(scores) == 1:
        return f"{best.agent_id} is the only agent that can {capability}."
    second = scores[1]
    if best.points == second.points:
        return (
            f"{best.agent_id} and {second.agent_id} have {best.points:g} points each; {best.agent_id} came first."
        )
    parts = {part.name: part for part in second.parts}
    decisive = max(best.parts, key=lambda part: part.points - parts[part.name].points)
    return (
        f"{best.agent_id} has {best.points:g} points of 100, {second.agent_id} {second.points:g}; "
        f"what tells most is {decisive.name}: {decisive.why}"
    )
