"""What a claim says must keep its source's polarity, bounds, modality and quantities."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from memory.words import Language
from tools.proof.evidence import Source
from tools.proof.found import Case, Problem
from tools.proof.lexicon import match_at, phrases, sense_at, senses, words
from tools.proof.reading import Reading
from tools.proof.spans import problem
from tools.proof.stems import senses_of
from tools.proof.tokens import Token

BORDER = frozenset(",;:.–—()!?")
SCOPE = 5  # tokens on either side that a negation or a bound speaks of
ENOUGH = 0.6  # of a scope's words: then the sentence speaks of the same
KEPT = 4096  # sources whose words are kept: quotations and an offer's sentences are checked again and again
Scope = tuple[frozenset[str], ...]  # content words, each by what it is found by
RESTRICTIONS = frozenset(("half", "most", "many", "third", "quarter", "few", "dozens"))


def check_quantities(case: Case) -> list[Problem]:
    """Words such as all, only, first and award: the source must have them too."""
    sources = [*case.cited.readings, *case.evidence.row.readings]
    if not case.of_prospect:
        sources.extend(case.evidence.offer.readings)
    mine = quantities(case.lows, case.text.language, safe=True)
    known = {sense for reading in sources for sense in quantity_senses(reading)} if mine else set()
    problems = []
    for first, last, sense in mine:
        where = case.said[first], case.said[last - 1] + 1
        if sense in known or where[0] in case.taken:
            continue
        problems.append(problem(case, *where, "quantity_changed", "is not in the quotation"))
    return problems


@lru_cache(maxsize=KEPT)
def quantity_senses(reading: Reading) -> frozenset[str]:
    """The senses of a source's quantity words."""
    return frozenset(sense for _, _, sense in quantities(reading.lows, reading.language, safe=False))


def quantities(lows: Sequence[str], language: Language, *, safe: bool) -> list[tuple[int, int, str]]:
    """The quantity words with their senses; with `safe`, set phrases such as "at all" are left out."""
    found: list[tuple[int, int, str]] = []
    parted = [
        (place, part)
        for place, low in enumerate(lows)
        for part in ([low, *low.split("-")] if "-" in low else [low])
    ]
    free = safe_places(lows, "quantity_safe.items", language) if safe else frozenset()
    listed = senses("quantity", language)
    for place, part in parted:
        one = [part, *lows[place + 1 : place + 3]]
        hit = sense_at(one, 0, listed)
        if (
            hit
            and place not in free
            and not (safe and lows[place + hit[0] : place + hit[0] + 1] in mail_words(language))
        ):
            found.append((place, place + hit[0], hit[1]))
    return found


def mail_words(language: Language) -> list[list[str]]:
    """Words of a report: "a few lines", "the first sentence"."""
    return [[word] for word in words("frame_nouns", language)]


def safe_places(lows: Sequence[str], path: str, language: Language) -> frozenset[int]:
    """The places of set phrases that mean nothing of the kind."""
    listed = phrases(path, language)
    return frozenset(p for place in range(len(lows)) for p in range(place, place + match_at(lows, place, listed)))


def check_polarity(case: Case) -> list[Problem]:
    """No negation may be added or lost."""
    readings = checked_against(case)
    if not readings:
        return []
    problems = []
    said = [case.tokens[place] for place in case.said]
    mine = negations(said, case.text.language)
    theirs = [scope for reading in readings for scope in denied(reading)]
    for at in mine:
        scope = scope_senses(said, at, case.text.language)
        if not any(not scope or touches(scope, other) for other in theirs):
            where = case.said[at]
            problems.append(problem(case, where, where + 1, "polarity_changed", "is not in the quotation"))
    own = [scope_senses(said, at, case.text.language) for at in mine]
    spoken = spoken_senses(case)
    for scope in theirs:
        if scope and share(scope, spoken) >= ENOUGH and not any(touches(scope, other) for other in own):
            why = "leaves out the quotation's negation"
            problems.append(problem(case, case.first, case.last, "polarity_changed", why))
            break
    return problems


@lru_cache(maxsize=KEPT)
def denied(reading: Reading) -> tuple[Scope, ...]:
    """What a source's negations speak of."""
    return tuple(
        scope_senses(reading.tokens, at, reading.language) for at in negations(reading.tokens, reading.language)
    )


def checked_against(case: Case) -> list[Reading]:
    """What the sentence must be faithful to: its quotations, or the offer's statements that it takes up."""
    if case.cites_fact:
        return list(case.cited.readings)
    if case.of_prospect or case.stance.kind in ("question", "guess"):
        return []
    spoken = spoken_senses(case)
    return [r for r in case.evidence.statements.readings if taken_up(r, spoken)]


def taken_up(reading: Reading, spoken: frozenset[str]) -> bool:
    """Whether the sentence has at least half of a statement's content words."""
    content = content_senses(reading)
    return bool(content) and sum(not c.isdisjoint(spoken) for c in content) * 2 >= len(content)


@lru_cache(maxsize=KEPT)
def content_senses(reading: Reading) -> Scope:
    """What each content word of a source is found by."""
    return tuple(senses_of(low) for _, low in reading.content)


def spoken_senses(case: Case) -> frozenset[str]:
    """What the sentence's own words are found by."""
    return frozenset(
        s
        for p in case.said
        if case.tokens[p].kind == "word"
        for part in case.tokens[p].parts
        for s in senses_of(part)
    )


def negations(tokens: Sequence[Token], language: Language) -> list[int]:
    """The places of negations; "not only" and the like are none, and French "ne ... pas" is one."""
    lows = [token.low for token in tokens]
    free = safe_places(lows, "negation_safe", language)
    listed = words("negation", language)
    found = [p for p, low in enumerate(lows) if p not in free and (low in listed or low.endswith("n't"))]
    if language == "fr":
        found.extend(
            p for p, low in enumerate(lows) if low == "plus" and {"ne", "n"} & set(lows[max(0, p - 4) : p])
        )
    return found


def scope_senses(tokens: Sequence[Token], place: int, language: Language) -> Scope:
    """The content words near `place` within its clause, each by what it is found by."""
    return tuple(senses_of(tokens[p].low) for p in scope_places(tokens, place, language))


def scope_places(tokens: Sequence[Token], place: int, language: Language) -> list[int]:
    """Content words up to five tokens away, no sign between; those behind a negation come first."""
    found: list[int] = []
    skipped = words("stop", language) | words("frame", language) | words("negation", language)
    for step in (1, -1):
        at, reach = place + step, 0
        while 0 <= at < len(tokens) and reach < SCOPE and tokens[at].text not in BORDER and len(found) < 4:
            if tokens[at].kind == "word" and tokens[at].low not in skipped:
                found.append(at)
            at, reach = at + step, reach + 1
    return found


def touches(one: Scope, other: Scope) -> bool:
    """Whether two scopes have a word in common; an empty one speaks of anything."""
    return not one or not other or any(a & b for a in one for b in other)


def share(scope: Scope, spoken: frozenset[str]) -> float:
    """How much of a scope the sentence speaks of."""
    return sum(bool(word & spoken) for word in scope) / len(scope) if scope else 0.0


def check_bounds(case: Case) -> list[Problem]:
    """Words such as "several of" must not be lost from what they restrict."""
    spoken = {s: p for p in case.said if case.tokens[p].kind == "word" for s in senses_of(case.tokens[p].low)}
    if restricted(case.lows, case.text.language):
        return []
    for reading in checked_against(case):
        for at, word in restrictions(reading):
            if hit := next((spoken[s] for s in senses_of(word.low) if s in spoken), None):
                why = f'says more than the quotation: "{reading.tokens[at].text}" is left out'
                return [problem(case, hit, hit + 1, "bound_dropped", why)]
    return []


def restricted(lows: Sequence[str], language: Language) -> bool:
    """Whether the sentence restricts anything by a word, or has a quantity that is judged elsewhere."""
    if any((hit := sense_at(lows, p, senses("bound", language))) and hit[1] == "several" for p in range(len(lows))):
        return True
    return bool(quantities(lows, language, safe=True))


def restrictions_in(reading: Reading) -> list[int]:
    """The places of words that restrict, in what is only a part of a sentence."""
    listed = senses("bound", reading.language)
    lows = reading.lows
    return [p for p in range(len(lows)) if (hit := sense_at(lows, p, listed)) and hit[1] == "several"]


@lru_cache(maxsize=KEPT)
def restrictions(reading: Reading) -> tuple[tuple[int, Token], ...]:
    """The places of words that restrict, with the word that each restricts."""
    return tuple(restricting(reading))


def restricting(reading: Reading) -> Iterable[tuple[int, Token]]:
    """The restrictions of a source, one by one."""
    for place in range(len(reading.tokens)):
        hit = sense_at(reading.lows, place, senses("bound", reading.language))
        length = hit[0] if hit and hit[1] == "several" else 0
        if not length:
            sense = sense_at(reading.lows, place, senses("quantity", reading.language))
            length = sense[0] if sense and sense[1] in RESTRICTIONS else 0
        noun = length and next_content(reading, place + length)
        if noun:
            yield place, noun


def next_content(reading: Reading, place: int) -> Token | None:
    """The first content word behind a restricting word; none where a number comes first."""
    stop = words("stop", reading.language)
    for token in reading.tokens[place : place + 5]:
        if token.kind != "word" or token.text in BORDER:
            return None
        if token.low not in stop:
            return token
    return None


def check_modality(case: Case) -> list[Problem]:
    """What is planned must not be told as done, nor what is done as planned."""
    language = case.text.language
    if plans(case.lows, language) or case.stance.kind == "guess":
        return []
    spoken = spoken_senses(case)
    foreseen = bool(futures(case.lows, language))
    for reading in checked_against(case):
        certain = () if foreseen else planned(reading)[1]
        for place, scope in (*planned(reading)[0], *certain):
            told = sum(bool(word & spoken) for word in scope)
            if told and told >= min(2, len(scope)) and told / len(scope) >= 0.4:
                why = f'is told as done; the quotation says "{reading.tokens[place].text}"'
                return [problem(case, case.first, case.last, "plan_as_fact", why)]
    return []


Placed = tuple[tuple[int, Scope], ...]


@lru_cache(maxsize=KEPT)
def planned(reading: Reading) -> tuple[Placed, Placed]:
    """A source's words of planning, and those for what will be, each with its clause."""
    uncertain = tuple((p, clause_scope(reading, p)) for p in plans(reading.lows, reading.language))
    return uncertain, tuple((p, clause_scope(reading, p)) for p in futures(reading.lows, reading.language))


def plans(lows: Sequence[str], language: Language) -> list[int]:
    """The places of words of planning, wishing and doubting."""
    listed = phrases("modality.plan", language)
    return [place for place in range(len(lows)) if match_at(lows, place, listed)]


def futures(lows: Sequence[str], language: Language) -> list[int]:
    """The places of words for what will be; in French, future forms of verbs too."""
    listed = phrases("modality.future", language)
    found = [place for place in range(len(lows)) if match_at(lows, place, listed)]
    if language == "fr":
        found.extend(p for p, low in enumerate(lows) if len(low) > 5 and low.endswith(FRENCH_FUTURE))
    return found


FRENCH_FUTURE = ("erez", "irez", "drez", "trez", "erons", "irons", "drons", "eront", "iront", "dront")


def clause_scope(reading: Reading, place: int) -> Scope:
    """All content words of the clause around `place`."""
    first, last = place, place + 1
    while first > 0 and reading.tokens[first - 1].text not in BORDER:
        first -= 1
    while last < len(reading.tokens) and reading.tokens[last].text not in BORDER:
        last += 1
    skipped = words("stop", reading.language) | words("frame", reading.language)
    marks = {*plans(reading.lows, reading.language), *futures(reading.lows, reading.language)}
    return tuple(
        senses_of(t.low)
        for p, t in enumerate(reading.tokens[first:last], first)
        if t.kind == "word" and t.low not in skipped and p not in marks
    )


def check_added_plan(case: Case) -> list[Problem]:
    """A plan or a future of which no source speaks."""
    readings = checked_against(case)
    if not readings or any(any(planned(r)) for r in readings):
        return []
    language = case.text.language
    clauses = case.stance.about_prospect or ((case.first, case.last),)
    for first, last in clauses:
        lows = [t.low for t in case.tokens[first:last]]
        firm = [p for p in plans(lows, language) if lows[p] in FIRM]
        places = [first + p for p in [*firm, *futures(lows, language)] if first + p in case.said]
        if places:
            return [problem(case, places[0], places[0] + 1, "plan_as_fact", "is not in the quotation")]
    return []


FIRM = frozenset(
    "plan plans planned planning intend intends intended aim aims want wants hope hopes planen geplant wollen hoffen "
    "beabsichtigen prévoyez prévoit prévu envisagez voulez souhaitez".split()
)
__all__ = ["Source", "check_added_plan", "check_bounds", "check_modality", "check_polarity", "check_quantities"]
