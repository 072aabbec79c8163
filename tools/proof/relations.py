"""Dealings with the reader that nobody knows of: "as you asked", "we met", "a friend gave me your name"."""

from tools.proof.content import content_places, from_offer
from tools.proof.found import Case, Problem
from tools.proof.lexicon import common, match_at, phrases, words
from tools.proof.spans import problem
from tools.proof.spoken import safe_places

TOLD = common("sets.told")
WITNESS = 4  # words before "told me" among which a page may stand that "told" it


def check_relation(case: Case) -> list[Problem]:
    """A first mail has no past with its reader; a question or a wish may speak of one to come."""
    if case.stance.kind == "question" or from_offer(case):
        return []
    lows, language = case.lows, case.text.language
    listed = phrases("relation.dealings", language)
    free = safe_places(lows, "relation.safe", language)
    for place in range(len(lows)):
        used = 0 if place in free else match_at(lows, place, listed)
        if used and not (lows[place] in TOLD and page_told(case, place)):
            first, last = case.said[place], case.said[place + used - 1] + 1
            why = "tells of dealings with the reader of which no source knows"
            return [problem(case, first, last, "uncited_statement", why)]
    return thanked(case)


def thanked(case: Case) -> list[Problem]:
    """Thanks are for reading and answering; for anything else the reader must have done it."""
    lows, language = case.lows, case.text.language
    listed = phrases("relation.thanks", language)
    start = next((p + n for p in range(len(lows)) if (n := match_at(lows, p, listed))), len(lows))
    usual = words("courtesy", language) | words("frame", language) | words("statements.mail_noun", language)
    place = next((p for p in content_places(case, usual) if p >= case.said[0] + start), None)
    if place is None or case.claims:
        return []
    why = "is thanked for, and no source knows of it"
    return [problem(case, place, place + 1, "uncited_statement", why)]


def page_told(case: Case, place: int) -> bool:
    """Whether a page of the reader's is what "told me"."""
    before = case.lows[max(0, place - WITNESS) : place]
    return any(low in words("frame", case.text.language) and low in common("sets.page") for low in before)
