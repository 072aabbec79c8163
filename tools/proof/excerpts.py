"""Quotations cut out of their sentence: what stood before them must not have denied, bounded or planned it."""

from tools.proof.bounds import restrictions_in
from tools.proof.evidence import Source
from tools.proof.lexicon import sense_at, senses
from tools.proof.modality import plans
from tools.proof.polarity import negations
from tools.proof.quoted import EDGES, at_word_borders, place_of, plain
from tools.proof.reading import Reading, read

REACH = 60  # characters before the excerpt that may belong to its clause
CLAUSE_ENDS = ".!?;:,–—()"


def cut_away(phrase: str, source: Source, outside: Reading) -> tuple[str, str] | None:
    """The code and the words that the excerpt lost, where no source has it without such words."""
    losses = [lost(phrase, reading, outside) for reading in source.readings if stands(phrase, reading)]
    return None if not losses or None in losses else losses[0]


def stands(phrase: str, reading: Reading) -> bool:
    wanted = plain(phrase).strip(EDGES)
    return bool(wanted) and at_word_borders(wanted, reading.plain)


def lost(phrase: str, reading: Reading, outside: Reading) -> tuple[str, str] | None:
    """What stands before the excerpt in its clause, and not in the sentence around it."""
    place = place_of(plain(phrase).strip(EDGES), reading.plain)
    before = reading.plain[max(0, place - REACH) : place]
    cut = max((before.rfind(sign) for sign in CLAUSE_ENDS), default=-1)
    gone = read(before[cut + 1 :], reading.language)
    kept = set(outside.lows)
    checks = (
        ("polarity_changed", negations(gone.tokens, reading.language)),
        ("plan_as_fact", plans(gone.lows, reading.language)),
        ("bound_dropped", restrictions_in(gone)),
        ("bound_dropped", last_bound(gone)),
    )
    for code, places in checks:
        if missing := [gone.tokens[p].text for p in places if gone.lows[p] not in kept]:
            return code, missing[0]
    return None


def last_bound(gone: Reading) -> list[int]:
    """The place of a bound that ends what was cut away: "up to" before "1,200 turbines"."""
    listed = senses("bound", gone.language)
    for place in range(len(gone.tokens)):
        hit = sense_at(gone.lows, place, listed)
        if hit and place + hit[0] == len(gone.tokens):
            return [place]
    return []
