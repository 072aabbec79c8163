"""A statement about the prospect needs a claim that carries it."""

from tools.proof.content import content_places, from_offer, ignored, known, prospect_pool, unrelated
from tools.proof.found import Case, Problem
from tools.proof.lexicon import common, words
from tools.proof.quantities import quantities
from tools.proof.spans import problem


def check_statement(case: Case) -> list[Problem]:
    """A statement about the prospect needs a claim that carries it."""
    if from_offer(case):
        return []
    if not case.of_prospect:
        return report(case)
    if not any(states_something(case, with_report(case, clause)) for clause in case.stance.about_prospect):
        return report(case)
    if not any(claim.source != "offer" for claim in case.claims):
        first, last = case.stance.about_prospect[0] if case.stance.about_prospect else (case.first, case.last)
        why = "states something about the prospect, and no fact carries it"
        return [problem(case, first, last, "uncited_statement", why)]
    return unrelated(case, prospect_pool(case), list(case.cited.readings), ignored(case))


def with_report(case: Case, clause: tuple[int, int]) -> tuple[int, int]:
    """The clause, and all that follows where it only leads up to it: "you write that ..."."""
    first, last = clause
    following = [token.low for token in case.tokens[last : min(last + 2, case.last)]]
    leads_up = last - first < 3 or ":" in following or any(low in REPORTED for low in following)
    return (first, case.last) if leads_up else clause


REPORTED = common("sets.reported")


def states_something(case: Case, clause: tuple[int, int]) -> bool:
    """Whether a clause says more than that a page can be read: "Your site caught my eye" states nothing."""
    places = [p for p in case.said if clause[0] <= p < clause[1]]
    lows = [case.tokens[p].low for p in places]
    if any(p in case.carried or p in case.taken for p in range(*clause)):
        return True
    negated = any(low in words("negation", case.text.language) or low.endswith("n't") for low in lows)
    weighty = negated or bool(quantities(lows, case.text.language, safe=True))
    return weighty or bool(set(places) & set(content_places(case, ignored(case))))


def report(case: Case) -> list[Problem]:
    """A sentence that cites facts and has another subject must still say what they say, where it reports."""
    if not case.cites_fact or case.subject or case.stance.kind in ("question", "guess"):
        return []
    pool = prospect_pool(case) | case.evidence.offer.senses
    said = content_places(case, ignored(case))
    found = sum(known(case.tokens[p], pool) for p in said)
    if found * 2 < len(said):
        return []
    return unrelated(case, pool, list(case.cited.readings), ignored(case))
