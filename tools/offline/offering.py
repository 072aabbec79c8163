"""Judging what a company offers, whom it serves and what it has.

A signal counts only at the right place of a sentence that the company says of itself: as the thing that is
offered, after a word of serving, or after a word of having. A clear statement is worth two points, a weaker
one a point, and two points are a yes: a wrong yes is the worst error here.
"""

from collections.abc import Callable, Sequence

from tools.engine import Judgement
from tools.offline.denial import denials, inferred_no
from tools.offline.questions import Asked
from tools.offline.said import Said
from tools.offline.signals import addresses_a_business, had, named_as, offered, served, thing, weighed
from tools.offline.verdicts import answer, unknown

ENOUGH = 2

Evidence = list[tuple[int, Said]]


def judge_offer(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether the company makes, sells or offers the thing."""
    evidence = weighed(asked, said, offered)
    if "goods" in asked.concepts:
        evidence = _with(evidence, said, thing)
    settled = _settled(asked, said, evidence, "It says so of what it offers.")
    if settled is None and not evidence:
        settled = inferred_no(asked, said)
    return settled or unknown("Its pages do not say clearly whether it offers that.", _texts(evidence))


def judge_whom(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether the company serves such customers."""
    evidence = weighed(asked, said, served)
    if "businesses" in asked.concepts:
        evidence = _with(evidence, said, addresses_a_business)
    settled = _settled(asked, said, evidence, "It names such customers as those it serves.")
    return settled or unknown("Its pages do not say clearly whom it serves.", _texts(evidence))


def judge_having(asked: Asked, said: Sequence[Said]) -> Judgement:
    """Whether the company has or runs the thing, or is what the question says."""
    evidence = weighed(asked, said, had if asked.kind == "has" else named_as)
    settled = _settled(asked, said, evidence, "It says so of itself.")
    return settled or unknown("Its pages do not say so clearly.", _texts(evidence))


def _settled(asked: Asked, said: Sequence[Said], evidence: Evidence, why: str) -> Judgement | None:
    denied = denials(asked, said)
    texts = {one.text for one in denied}
    speaking_for = [(points, one) for points, one in evidence if one.text not in texts]
    points = sum(points for points, _ in speaking_for)
    if denied and points >= ENOUGH:
        return unknown("Its pages say both yes and no.", [denied[0], speaking_for[0][1]])
    if denied:
        return answer("no", denied, "It says so itself.")
    return answer("yes", _texts(evidence), why) if points >= ENOUGH else None


def _with(evidence: Evidence, said: Sequence[Said], weigh: Callable[[Said], int]) -> Evidence:
    """`evidence`, and after it what else weighs something, each text once."""
    known = {one.text for _, one in evidence}
    more = {
        one.text: (points, one)
        for one in said
        if one.text not in known and (points := weigh(one)) and not (one.is_over or one.of_others)
    }
    return sorted([*evidence, *more.values()], key=lambda pair: -pair[0])


def _texts(evidence: Evidence) -> list[Said]:
    return [one for _, one in evidence]
