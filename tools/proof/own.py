"""What is said of the sender must be the offer's; courtesy needs no source."""

from tools.proof.content import content_places, from_offer, ignored, unrelated
from tools.proof.found import Case, Problem
from tools.proof.lexicon import common, words
from tools.proof.modality import plans
from tools.proof.polarity import negations
from tools.proof.quantities import quantities, quantity_senses
from tools.proof.spans import problem
from tools.proof.spoken import spoken_senses, taken_up
from tools.proof.stems import senses_of

GRAND = common("sets.grand")  # of the sender
LOUD = frozenset(
    ("hundreds", "thousands", "millions", "billions", "dozens", "award", "unmatched", "terms")
)  # whoever is spoken of
OURS = common("sets.ours")
POSSESSIVE = common("sets.possessive_ours")
REFERRING = [[low] for low in sorted(words("statements.refers"))]


def check_own_statement(case: Case) -> list[Problem]:
    """What is said of the sender must be the offer's; courtesy needs no source."""
    if case.subject or from_offer(case):
        return []
    if case.of_prospect and not case.claims and (loud := grand_words(case)):
        return [problem(case, *loud, "quantity_changed", "is said without a claim")]
    if case.stance.kind not in ("sender", "neutral"):
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
    if not case.claims and (grand := grand_words(case)):
        return [problem(case, *grand, "quantity_changed", "is said without a claim, and the offer does not say it")]
    if case.stance.kind != "sender" or not boasts(case) or plans(case.lows, case.text.language):
        return []
    skipped = ignored(case) | words("courtesy", case.text.language)
    told = case.evidence.statements if case.lows[:1] in REFERRING else case.evidence.offer
    pool = told.senses | case.cited.senses | case.evidence.row.senses
    said = content_places(case, skipped)
    missing = [p for p in said if not senses_of(case.tokens[p].low) & pool]
    denies = case.lows[:1] in REFERRING and negations([case.tokens[p] for p in case.said], case.text.language)
    enough = 1 if denies or POSSESSIVE & set(case.lows[:2]) else 2
    if len(missing) < enough or len(missing) * 2 < len(said) + enough - 1:
        return []
    why = "is said of the sender, and the offer does not say it"
    return [problem(case, case.first, case.last, "uncited_statement", why)]


def grand_words(case: Case) -> tuple[int, int] | None:
    """Where a sentence without a claim has a word such as hundreds or guaranteed that the offer lacks."""
    if case.lows[:1] == ["i"]:
        return None
    senses = GRAND if case.stance.kind == "sender" else LOUD
    mine = quantities(case.lows, case.text.language, safe=True)
    known = {s for r in case.evidence.offer.readings for s in quantity_senses(r)} if mine else set()
    for first, last, sense in mine:
        if sense in senses and sense not in known:
            return case.said[first], case.said[last - 1] + 1
    return None


def boasts(case: Case) -> bool:
    """Whether the company or its product is the subject, by name or as "it", and not the writer alone."""
    return bool(OURS & set(case.lows[:3])) or case.lows[:1] in REFERRING
