"""What was must not be told as what is, nor the other way round: a past that no source has."""

from collections.abc import Iterator, Sequence

from memory.words import Language
from tools.proof.found import Case, Problem
from tools.proof.lexicon import text_of, words
from tools.proof.reading import Reading
from tools.proof.spans import problem

REACH = 2  # words before a participle among which its auxiliary stands


def check_tense(case: Case) -> list[Problem]:
    """A verb in the past where what the sentence cites tells of no past at all."""
    if not case.cites_fact or not case.of_prospect or case.subject:
        return []
    language, readings = case.text.language, case.cited.readings
    if any(reading.language != language for reading in readings):
        return []
    past = any(tells_past(reading) for reading in readings)
    source = {low for reading in readings for low in reading.lows}
    places = past_verbs(case.lows, source, language) if past else past_places(case.lows, source, language)
    for place in places:
        where = case.said[place]
        if case.prospect_clause(where):
            return [problem(case, where, where + 1, "tense_changed", "is in the past, and the quotation is not")]
    return []


def tells_past(reading: Reading) -> bool:
    """Whether a source has a word of the past, or a participle that no "is" or "are" makes a state."""
    lows, language = reading.lows, reading.language
    if words("tense.past", language) & set(lows):
        return True
    return any(is_participle(lows, place, language) for place in range(len(lows)))


def is_participle(lows: Sequence[str], place: int, language: Language) -> bool:
    """Whether an English "-ed" stands alone, or behind "have"."""
    states = words("tense.state", language)
    return (
        bool(states)
        and len(lows[place]) > 4
        and lows[place].endswith("ed")
        and not states & set(lows[max(0, place - REACH) : place])
    )


def past_places(lows: Sequence[str], source: set[str], language: Language) -> Iterator[int]:
    """The places of the past where a source has none at all: "was", "has built" for "is building", verbs."""
    marks, perfect = words("tense.marks", language), words("tense.perfect", language)
    ongoing = bool(words("tense.state", language) & source) and any(low.endswith("ing") for low in source)
    for place, low in enumerate(lows):
        mine = place and lows[place - 1] in words("tense.mine", language)
        if (
            not mine
            and low not in source
            and (low in marks or (ongoing and low in perfect and not perfect & source))
        ):
            yield place
    yield from past_verbs(lows, source, language)


def past_verbs(lows: Sequence[str], source: set[str], language: Language) -> Iterator[int]:
    """The places of forms of the past of verbs that a source has in the present alone."""
    for place, low in enumerate(lows):
        verb = is_participle(lows, place, language) or not words("tense.state", language)
        if verb and low not in source and inflected(low, source, language):
            yield place


def inflected(low: str, source: set[str], language: Language) -> bool:
    """Whether the source has the same verb with an ending of the present."""
    present = [ending.strip("-") for ending in text_of(language, "tense.present").split(",")]
    for ending in words("tense.endings", language):
        base = low.removesuffix(ending)
        if base != low and len(base) > 2 and any(base + now.strip().strip("-") in source for now in present):
            return True
    return False
