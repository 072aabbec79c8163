"""Whether a sentence says what its source says: its content words must be the source's."""

from collections.abc import Sequence

from memory.words import Language
from tools.proof.found import Case, Problem
from tools.proof.lexicon import groups, sense_at, senses, words
from tools.proof.modality import plans
from tools.proof.quantities import quantities
from tools.proof.reading import Reading
from tools.proof.spans import problem
from tools.proof.spoken import safe_places
from tools.proof.stems import senses_of
from tools.proof.tokens import Token

MOSTLY = 0.35  # of a source's content words may be lacking
SPARE = 4  # in a sentence of at least so many content words, one may be the writer's own


def unrelated(case: Case, pool: frozenset[str], readings: list[Reading], skipped: frozenset[str]) -> list[Problem]:
    """The sentence's words that its sources lack: swapped for theirs, or more than a few."""
    said = content_places(case, skipped)
    missing = [p for p in said if not known(case.tokens[p], pool)]
    if not missing:
        return []
    if alone := next((c for c in case.stance.about_prospect if stands_alone(case, c, said, missing)), None):
        return [problem(case, *alone, "quote_unrelated", "is not in what the sentence cites")]
    found = next((p for p in said if p not in missing), case.last)
    allowed = 1 if len(said) >= SPARE and missing[0] < found else 0
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
    weighed |= {case.said[p] for p in bounding(lows, language)}
    stop = words("stop", language)
    return [
        p
        for p in case.said
        if case.tokens[p].kind == "word"
        and p not in weighed
        and p not in case.taken
        and (len(case.tokens[p].low) > 2 or case.tokens[p].low == "an")
        and case.tokens[p].low not in skipped
        and case.tokens[p].low not in groups("currencies")
        and case.tokens[p].low not in stop
        and case.tokens[p].low not in words("negation", language)
        and not case.tokens[p].low.endswith("n't")
    ]


def bounding(lows: Sequence[str], language: Language) -> list[int]:
    """The places of words that bound."""
    listed = senses("bound", language)
    return [at for p in range(len(lows)) if (hit := sense_at(lows, p, listed)) for at in range(p, p + hit[0])]


def is_swap(case: Case, place: int, said: list[int], readings: list[Reading]) -> bool:
    """Whether the word stands where a source, beside the same neighbour, has another that the sentence lacks."""
    at = said.index(place)
    spoken = frozenset(s for p in said for s in senses_of(case.tokens[p].low))
    if any(mostly_said(reading, spoken) for reading in readings):
        return True
    for step in (-1, 1):
        if not 0 <= at + step < len(said):
            continue
        neighbour = senses_of(case.tokens[said[at + step]].low)
        if any(lacks_beside(reading, neighbour, -step, spoken) for reading in readings):
            return True
    return False


def mostly_said(reading: Reading, spoken: frozenset[str]) -> bool:
    """Whether a source is said but for a word or two: another word then stands for those, wherever it stands."""
    lacking = sum(not senses_of(low) & spoken for _, low in reading.content)
    return 0 < lacking <= len(reading.content) * MOSTLY


def lacks_beside(reading: Reading, neighbour: frozenset[str], step: int, spoken: frozenset[str]) -> bool:
    """Whether the source has the neighbour with a word beside it that the sentence does not say."""
    content = reading.content
    for at, (_, low) in enumerate(content):
        beside = content[at + step][1] if 0 <= at + step < len(content) else None
        if beside is not None and senses_of(low) & neighbour and not senses_of(beside) & spoken:
            return True
    return False


def from_offer(case: Case) -> bool:
    """Whether the sentence stands in the offer word for word (a closing sign aside)."""
    text = " ".join(case.lows).rstrip(" .!?")
    return len(case.lows) > 3 and any(text in " ".join(r.lows) for r in case.evidence.offer.readings)


def verbatim_statement(case: Case) -> bool:
    """Whether the sentence is one of the offer's statements, or a whole sentence of one."""
    said = tuple(case.text.lows[case.first : case.last])
    if len(said) < 4 or case.subject:
        return False
    for reading in case.evidence.statements.readings:
        lows = reading.lows
        for at in range(len(lows) - len(said) + 1):
            ends = at + len(said) == len(lows) or lows[at + len(said) - 1] in (".", "!", "?")
            if ends and (not at or lows[at - 1] in (".", "!", "?")) and tuple(lows[at : at + len(said)]) == said:
                return True
    return False


def prospect_pool(case: Case) -> frozenset[str]:
    """What the words of a statement about the prospect are found by."""
    return case.cited.senses | case.evidence.row.senses | case.evidence.pages_of(case.fact_ids)


def ignored(case: Case) -> frozenset[str]:
    """Words that state nothing."""
    return words("frame", case.text.language)
