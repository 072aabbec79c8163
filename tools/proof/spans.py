"""Numbers, dates, names and addresses of a sentence: each must be found in what it rests on."""

from collections.abc import Iterable

from tools.proof.addresses import addresses, known_address
from tools.proof.dates import Date
from tools.proof.evidence import Source
from tools.proof.found import Case, Problem
from tools.proof.lexicon import common
from tools.proof.names import found_in, name_runs
from tools.proof.numbers import Number
from tools.proof.reading import Reading
from tools.proof.units import same_unit, unit

NUMBER_CODES = {"percent": "percent_not_in_source", "amount": "amount_not_in_source"}
WEAKER = frozenset(("", "about"))
YOURS = common("sets.yours")


def check_addresses(case: Case) -> list[Problem]:
    """Mail addresses and links."""
    problems = []
    start, end = case.tokens[case.first].start, case.tokens[case.last - 1].end
    known = case.cited + case.evidence.row + case.evidence.offer
    for a, b in addresses(case.text.folded.text[start:end]):
        inside = [p for p in range(case.first, case.last) if start + a <= case.tokens[p].start < start + b]
        if not inside or all(place in case.carried for place in inside):
            continue
        case.taken.update(inside)
        address = case.text.folded.text[start + a : start + b]
        if not any(known_address(address, r.address_text) for r in known.readings):
            problems.append(
                problem(case, inside[0], inside[-1] + 1, "address_not_in_source", "stands in no source")
            )
    return problems


def problem(case: Case, first: int, last: int, code: str, why: str) -> Problem:
    """A finding that begins with the words it is about."""
    return Problem(first, last, code, f'"{case.words(first, last)}" {why}.')


def check_dates(case: Case) -> list[Problem]:
    """Dates, months and years; a weekday alone is no date."""
    problems = []
    for date in case.text.dates:
        if not case.first <= date.first < case.last or settled(case, date.first):
            continue
        case.taken.update(range(date.first, date.last))
        if not any(
            has_date(reading, date) for source in sources_of(case, date.first) for reading in source.readings
        ):
            problems.append(
                problem(case, date.first, date.last, "date_not_in_source", f"is in no source ({cites(case)})")
            )
    return problems


def has_date(reading: Reading, date: Date) -> bool:
    """Whether a source names the date, or at least its year where no more is said."""
    if any(date.within(other) for other in reading.dates):
        return True
    return date.parts()[1:] == (None, None, None) and not date.relation and date.year in reading.years


def settled(case: Case, place: int) -> bool:
    return place in case.carried or place in case.taken


def sources_of(case: Case, place: int) -> Iterable[Source]:
    """What may carry a number or date at `place`: the offer, never where the prospect is spoken of."""
    if case.prospect_clause(place) or yours(case, place):
        return (case.cited, case.evidence.row)
    if case.sender_clause(place) and not case.cites_fact:
        return (case.evidence.offer,)
    return (case.cited, case.evidence.row, case.evidence.offer)


def yours(case: Case, place: int) -> bool:
    """Whether "your" stands right before the number."""
    return any(case.tokens[p].low in YOURS for p in range(max(case.first, place - 2), place))


def cites(case: Case) -> str:
    """What the sentence rests on, for a message."""
    ids = ", ".join(dict.fromkeys(case.fact_ids))
    return f"it cites {ids}" if ids else "it cites no fact"


def check_numbers(case: Case) -> list[Problem]:
    """Numbers with what they count, percentages and amounts, and their bounds."""
    problems = []
    for number in case.text.numbers:
        if not case.first <= number.first < case.last or settled(case, number.first):
            continue
        if lone_one(case, number):
            continue
        if found := number_problem(case, number):
            problems.append(found)
        case.taken.update(range(number.first, number.last))
    return problems


def lone_one(case: Case, number: Number) -> bool:
    """A written "1" counts as a number only where it is more than a "one"."""
    return number.values == (1.0,) and number.kind == "plain" and not case.tokens[number.first].text.isdigit()


def number_problem(case: Case, number: Number) -> Problem | None:
    """What is wrong with a number; None where a source has it."""
    sources = list(sources_of(case, number.first))
    same = [(r, n) for source in sources for r in source.readings for n in r.numbers if same_value(number, n)]
    code = NUMBER_CODES.get(number.kind, "number_not_in_source")
    if not same:
        return problem(case, number.first, number.last, code, missing_number(case, number, sources))
    fitting = [n for r, n in same if counts_same(number, n, r)]
    if not fitting:
        end = min(case.last, number.last + 2)
        why = f"counts something else in the source ({source_words(same[0])})"
        return problem(case, number.first, end, "unit_changed", why)
    if any(bound_kept(number.bound, n.bound) for n in fitting):
        return None
    why = f"is bounded otherwise in the source ({source_words((same[0][0], fitting[0]))})"
    return problem(case, number.first, number.last, "bound_dropped", why)


def missing_number(case: Case, number: Number, sources: list[Source]) -> str:
    """Why no source has the number."""
    elsewhere = any(same_value(number, n) for r in case.evidence.offer.readings for n in r.numbers)
    if elsewhere and not any(source is case.evidence.offer for source in sources):
        return "is the sender's number, said of the prospect"
    return f"is in no source ({cites(case)})"


def same_value(said: Number, source: Number) -> bool:
    """Whether both have a value in common, and the same sign or currency."""
    if said.kind != source.kind or said.currency != source.currency:
        return False
    return any(value in source.values for value in said.values)


def counts_same(said: Number, source: Number, reading: Reading) -> bool:
    """Whether both count the same; where the source names nothing behind its number, its other words decide."""
    if same_unit(said.units, source.units):
        return True
    if source.units:
        return False
    near = {unit(token.low) for token in reading.tokens if token.kind == "word"}
    return said.units[0] in near


def bound_kept(said: str, source: str) -> bool:
    """Whether a number is bounded as in its source; "about" may be added, for it claims less."""
    return said == source or (said == "about" and not source)


def source_words(where: tuple[Reading, Number]) -> str:
    """The source's number with its surroundings."""
    reading, number = where
    first = max(0, number.first - 2)
    last = min(len(reading.tokens), number.last + 3)
    return f'"{reading.folded.text[reading.tokens[first].start : reading.tokens[last - 1].end][:60]}"'


def check_names(case: Case) -> list[Problem]:
    """Names; a prospect's sentence may name the sender, but nobody else of the offer."""
    problems = []
    known = [*case.cited.named, *case.evidence.row.named, *case.evidence.offer.named]
    if not case.claims and not case.of_prospect:
        known.extend(case.evidence.quoted(case.evidence.cited_ids).named)
    for run in name_runs(case.text, case.first, case.last, lambda p: settled(case, p), subject=case.subject):
        if part := unknown_part(case, run, known):
            problems.append(problem(case, *part, "name_not_in_source", f"is in no source ({cites(case)})"))
        case.taken.update(range(*run))
    return problems


def unknown_part(case: Case, run: tuple[int, int], known: list[str]) -> tuple[int, int] | None:
    """The part of a run of capitals that no source has: whole names side by side are looked up one by one."""
    first, last = run
    while first < last:
        end = next((e for e in range(last, first, -1) if found_in(case.text, (first, e), known)), None)
        if end is None:
            return (first, last)
        first = end
    return None
