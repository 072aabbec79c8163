"""What an answer is made of."""

from collections.abc import Iterable, Sequence

from memory.words import Answer
from tools.engine import Judgement
from tools.offline.said import Said

MOST_QUOTES = 2


def answer(verdict: Answer, evidence: Sequence[Said], why: str) -> Judgement:
    """A judgement that quotes the first two pieces of its evidence; without any it is unknown."""
    quotes = tuple(said.quote for said in distinct(evidence)[:MOST_QUOTES])
    return Judgement(verdict if quotes else "unknown", quotes, why)


def unknown(why: str, evidence: Sequence[Said] = ()) -> Judgement:
    """Not settled; the evidence, where there is some, is shown all the same."""
    return answer("unknown", evidence, why)


def distinct(evidence: Iterable[Said]) -> list[Said]:
    """Each text once, in order."""
    seen: dict[str, Said] = {}
    for said in evidence:
        seen.setdefault(said.text, said)
    return list(seen.values())
