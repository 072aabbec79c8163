"""Guesses: they may suppose something of companies in general, never of the reader."""

from memory.words import Language
from tools.proof.clauses import Clause, split_clauses
from tools.proof.found import Case, Problem
from tools.proof.german import noun
from tools.proof.lexicon import common, contains, match_at, phrases, words
from tools.proof.names import name_runs
from tools.proof.polarity import negations
from tools.proof.spans import lone_one, problem
from tools.proof.statements import skip_joiner
from tools.proof.subjects import Company, is_yours, you_place

THE_COMPANY = common("sets.the_company")
ARTICLES = common("sets.articles")


def is_guess(lows: list[str], language: Language, quoted: list[list[str]]) -> bool:
    """Whether a sentence guesses; a "probably" that the quotation has too is a report."""
    listed = phrases("statements.guess", language)
    marks = [lows[p : p + n] for p in range(len(lows)) if (n := match_at(lows, p, listed))]
    return any(not any(contains(q, {m[0]: (tuple(m),)}) for q in quoted) for m in marks)


def check_guess(case: Case, company: Company, sender: Company) -> list[Problem]:
    """A guess passes without a number, a name or a negation, and not about you, your or the company."""
    if case.stance.kind != "guess":
        return []
    at = about_reader(case, company) or counted(case) or negated(case) or named(case, sender)
    at = at or next(iter(case.stance.about_prospect), None)
    return [problem(case, *at, "guess_about_reader", "has no place in a guess")] if at else []


def counted(case: Case) -> tuple[int, int] | None:
    """Where the guess has a number or a date."""
    numbers = [(n.first, n.last) for n in case.text.numbers if not lone_one(case, n)]
    dates = [(date.first, date.last) for date in case.text.dates]
    return next((span for span in [*numbers, *dates] if case.first <= span[0] < case.last), None)


def about_reader(case: Case, company: Company) -> tuple[int, int] | None:
    """Where the guess speaks of the reader or the company."""
    language = case.text.language
    tokens = case.tokens[case.first : case.last]
    lows = [token.low for token in tokens]
    yours = words("statements.your_any", language) or words("statements.your", language)
    for clause in split_clauses(tokens, language):
        place = you_place(tokens, clause, language)
        if place is not None and not conditional(lows, clause, place, language):
            return case.first + place, case.first + place + 1
    for place, token in enumerate(tokens):
        if token.low in words("statements.pronouns", language) and subject_like(lows, place):
            return case.first + place, case.first + place + 1
        if token.low.endswith("-vous") or is_yours(token, yours, language) or company.at(lows, place):
            return case.first + place, case.first + place + 1
        if token.low in THE_COMPANY and place and lows[place - 1] in ARTICLES and subject_like(lows, place):
            return case.first + place, case.first + place + 1
    return None


def subject_like(lows: list[str], place: int) -> bool:
    """Whether "the company" follows the words of guessing at once."""
    if place and lows[place - 1] in (
        "guess",
        "imagine",
        "suppose",
        "assume",
        "suspect",
        "that",
        "perhaps",
        "maybe",
        "dass",
        "que",
        "qu",
    ):
        return True
    return place < 2 or lows[place - 2] in (
        "that",
        "i",
        "dass",
        "que",
        "perhaps",
        "probably",
        "vermutlich",
        "maybe",
        ",",
    )


def conditional(lows: list[str], clause: Clause, place: int, language: Language) -> bool:
    """Whether the clause is a condition."""
    start = skip_joiner(lows, clause)
    listed = phrases("statements.condition", language)
    return any(match_at(lows, at, listed) for at in range(start, min(start + 2, place + 1)))


def negated(case: Case) -> tuple[int, int] | None:
    """Where the guess denies something."""
    said = [case.tokens[p] for p in case.said]
    places = negations(said, case.text.language)
    return (case.said[places[0]], case.said[places[0]] + 1) if places else None


def bare_subject(case: Case) -> tuple[int, int] | None:
    """A German singular without an article behind its verb is a name: "Vermutlich plant Bosch anders"."""
    if case.text.language != "de":
        return None
    for place in case.said[1:]:
        token, before = case.tokens[place], case.tokens[place - 1]
        verb = before.kind == "word" and not before.capital and before.low.endswith("t")
        if token.capital and verb and before.low not in words("stop", "de") and not noun(token.low):
            return place, place + 1
    return None


def named(case: Case, sender: Company) -> tuple[int, int] | None:
    """The first name in the guess that is not the sender's."""
    lows = [token.low for token in case.tokens]
    if (bare := bare_subject(case)) and not sender.at(lows, bare[0]):
        return bare
    runs = name_runs(case.text, case.first, case.last, lambda p: p in case.carried, subject=False)
    return next((run for run in runs if not sender.at(lows, run[0])), None)
