"""Whether a sentence says what its source says: its content words must be the source's."""

from collections.abc import Sequence

from memory.words import Language
from tools.proof.evidence import Source
from tools.proof.faithful import plans, quantities, quantity_senses, safe_places, spoken_senses, taken_up
from tools.proof.found import Case, Problem
from tools.proof.lexicon import groups, sense_at, senses, words
from tools.proof.reading import Reading
from tools.proof.spans import problem
from tools.proof.stems import senses_of
from tools.proof.tokens import Token

SPARE = 4  # in a sentence of at least so many content words, one may be the writer's own


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


REPORTED = frozenset("that how what dass wie was que qu comment".split())


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


def check_own_statement(case: Case) -> list[Problem]:
    """What is said of the sender must be the offer's; courtesy needs no source."""
    if case.stance.kind not in ("sender", "neutral") or case.subject or from_offer(case):
        return []
    spoken = spoken_senses(case)
    near = [r for r in case.evidence.statements.readings if taken_up(r, spoken)]
    if near or not case.evidence.offer.readings:
        pool = case.evidence.offer.senses | case.cited.senses | case.evidence.row.senses
        skipped = ignored(case) | words("courtesy", case.text.language)
        return unrelated(case, pool, near, skipped) if near else []
    return boast(case)


def boast(case: Case) -> list[Problem]:
    """A statement of the sender's own deeds or product of which the offer has nothing."""
    if case.stance.kind == "sender" and (grand := grand_words(case)):
        return [problem(case, *grand, "quantity_changed", "is said of the sender, and the offer does not say it")]
    if case.stance.kind != "sender" or not boasts(case) or plans(case.lows, case.text.language):
        return []
    skipped = ignored(case) | words("courtesy", case.text.language)
    pool = case.evidence.offer.senses | case.cited.senses | case.evidence.row.senses
    said = content_places(case, skipped)
    missing = [p for p in said if not senses_of(case.tokens[p].low) & pool]
    if len(missing) < 2 or len(missing) * 2 <= len(said):
        return []
    why = "is said of the sender, and the offer does not say it"
    return [problem(case, case.first, case.last, "uncited_statement", why)]


def grand_words(case: Case) -> tuple[int, int] | None:
    """Where a sentence of the sender's has a word such as hundreds, leading or guaranteed that the offer lacks."""
    mine = quantities(case.lows, case.text.language, safe=True)
    known = {s for r in case.evidence.offer.readings for s in quantity_senses(r)} if mine else set()
    for first, last, sense in mine:
        if sense in GRAND and sense not in known:
            return case.said[first], case.said[last - 1] + 1
    return None


GRAND = frozenset(
    "hundreds thousands millions billions dozens leading award certified guarantee half twice thrice largest".split()
)


def boasts(case: Case) -> bool:
    """Whether the company or its product is the subject, and not the writer alone."""
    return bool(OURS & set(case.lows[:3]))


OURS = frozenset("we our wir unser unsere nous notre nos".split())


def from_offer(case: Case) -> bool:
    """Whether the sentence stands in the offer word for word (a closing sign aside)."""
    text = " ".join(case.lows).rstrip(" .!?")
    return len(case.lows) > 3 and any(text in " ".join(r.lows) for r in case.evidence.offer.readings)


def prospect_pool(case: Case) -> frozenset[str]:
    """What the words of a statement about the prospect are found by."""
    return case.cited.senses | case.evidence.row.senses | case.evidence.pages_of(case.fact_ids)


def ignored(case: Case) -> frozenset[str]:
    """Words that state nothing."""
    return words("frame", case.text.language)


def unrelated(case: Case, pool: frozenset[str], readings: list[Reading], skipped: frozenset[str]) -> list[Problem]:
    """The sentence's words that its sources lack: swapped for theirs, or more than a few."""
    said = content_places(case, skipped)
    missing = [p for p in said if not known(case.tokens[p], pool)]
    if not missing:
        return []
    if alone := next((c for c in case.stance.about_prospect if stands_alone(case, c, said, missing)), None):
        return [problem(case, *alone, "quote_unrelated", "is not in what the sentence cites")]
    allowed = 1 if len(said) >= SPARE and len(missing) < len(said) else 0
    swapped = next((p for p in missing if is_swap(case, p, said, readings)), None)
    if swapped is None and len(missing) <= allowed:
        return []
    at = missing[0] if swapped is None else swapped
    listed = ", ".join(f'"{case.tokens[p].low}"' for p in missing[:4])
    return [problem(case, at, at + 1, "quote_unrelated", f"is not in what it cites (not found: {listed})")]


def known(token: Token, pool: frozenset[str]) -> bool:
    """Whether the word, or each part of a compound, is found."""
    first, *parts = token.parts
    return bool(senses_of(first) & pool) or (bool(parts) and all(senses_of(part) & pool for part in parts))


def stands_alone(case: Case, clause: tuple[int, int], said: list[int], missing: list[int]) -> bool:
    """Whether a clause about the prospect has content, and none of it is found."""
    inside = [p for p in said if clause[0] <= p < clause[1]]
    settled = any(clause[0] <= p < clause[1] for p in case.carried | case.taken)
    return bool(inside) and not settled and all(p in missing for p in inside)


def content_places(case: Case, skipped: frozenset[str]) -> list[int]:
    """Where the sentence's own content words stand; what other checks have settled is left out."""
    language = case.text.language
    lows = case.lows
    weighed = {
        case.said[p] for first, last, _ in quantities(lows, language, safe=False) for p in range(first, last)
    }
    weighed |= {case.said[p] for p in [*plans(lows, language), *safe_places(lows, "quantity_safe.items", language)]}
    weighed |= {case.said[p] for p in bounds(lows, language)}
    stop = words("stop", language)
    return [
        p
        for p in case.said
        if case.tokens[p].kind == "word"
        and p not in weighed
        and p not in case.taken
        and len(case.tokens[p].low) > 2
        and case.tokens[p].low not in skipped
        and case.tokens[p].low not in groups("currencies")
        and case.tokens[p].low not in stop
        and case.tokens[p].low not in words("negation", language)
        and not case.tokens[p].low.endswith("n't")
    ]


def bounds(lows: Sequence[str], language: Language) -> list[int]:
    """The places of words that bound."""
    listed = senses("bound", language)
    return [at for p in range(len(lows)) if (hit := sense_at(lows, p, listed)) for at in range(p, p + hit[0])]


def is_swap(case: Case, place: int, said: list[int], readings: list[Reading]) -> bool:
    """Whether the word stands where a source, beside the same neighbour, has another that the sentence lacks."""
    at = said.index(place)
    spoken = frozenset(s for p in said for s in senses_of(case.tokens[p].low))
    for step in (-1, 1):
        if not 0 <= at + step < len(said):
            continue
        neighbour = senses_of(case.tokens[said[at + step]].low)
        if any(lacks_beside(reading, neighbour, -step, spoken) for reading in readings):
            return True
    return False


def lacks_beside(reading: Reading, neighbour: frozenset[str], step: int, spoken: frozenset[str]) -> bool:
    """Whether the source has the neighbour with a word beside it that the sentence does not say."""
    content = reading.content
    for at, (_, low) in enumerate(content):
        if senses_of(low) & neighbour and 0 <= at + step < len(content):
            if not senses_of(content[at + step][1]) & spoken:
                return True
    return False


__all__ = ["Source", "check_own_statement", "check_statement"]
