"""Who a clause is about: the reader, the reader's things, or the company by its name."""

from collections.abc import Sequence
from dataclasses import dataclass

from memory.words import Language
from tools.proof.clauses import Clause
from tools.proof.lexicon import common, contains, phrases, words
from tools.proof.tokens import Token

INFINITIVE = ("er", "ir", "re", "oir")
NOUN_REACH = 3  # words after "your" among which its noun stands
SUBORDINATE = common("sets.subordinate")


@dataclass(frozen=True)
class Company:
    """A company by the words of its name, without its legal form."""

    names: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def called(cls, *names: str) -> "Company":
        found: list[tuple[str, ...]] = []
        for name in names:
            parts = [p.strip(".,") for p in name.casefold().split() if p.strip(".,")]
            while len(parts) > 1 and (parts[-1] in common("role_words") or parts[-1] in ("&", "-")):
                parts.pop()
            if parts:
                found.append(tuple(parts))
                if len(parts) > 1 and len(parts[0]) >= 5 and parts[0] not in words("names.openers", "en"):
                    found.append((parts[0],))
        return cls(tuple(found))

    def at(self, lows: Sequence[str], place: int) -> bool:
        """Whether the name stands at `place`."""
        return any(tuple(lows[place : place + len(name)]) == name for name in self.names)

    def stands_in(self, lows: Sequence[str]) -> bool:
        return any(self.at(lows, place) for place in range(len(lows)))


def you_place(tokens: Sequence[Token], clause: Clause, language: Language) -> int | None:
    """Where "you" stands as a subject."""
    you = words("statements.you", language)
    for place in range(clause.first, clause.last):
        if tokens[place].low in you and SUBJECT[language](tokens, place, clause):
            return place
    return None


def english_subject(tokens: Sequence[Token], place: int, clause: Clause) -> bool:
    """Not what is given, shown or asked: "you" after a verb or preposition is an object, unless a verb follows."""
    after = tokens[place + 1].low if place + 1 < clause.last else ""
    if not after and place > clause.first:
        return False
    if place == clause.first:
        return True
    before = tokens[place - 1].low
    if before not in words("statements.object_before", "en"):
        return True
    return before in words("statements.clause_after", "en") and after in FINITE


FINITE = common("sets.subjects_finite")


def german_subject(tokens: Sequence[Token], place: int, clause: Clause) -> bool:
    """`Sie` with a capital; an object where I or we stand in its clause."""
    if tokens[place].low == "sie" and not tokens[place].text[0].isupper():
        return False
    before = tokens[place - 1].low if place > clause.first else ""
    if before in words("statements.object_before", "de"):
        return False
    lows = [token.low for token in tokens[clause.first : clause.last]]
    return not ({"ich", "wir", "man", "jemand"} & set(lows)) or lows[0] in SUBORDINATE


def french_subject(tokens: Sequence[Token], place: int, clause: Clause) -> bool:
    """`vous` that no other subject, preposition or infinitive makes an object."""
    before = tokens[place - 1].low if place > clause.first else ""
    after = tokens[place + 1].low if place + 1 < clause.last else ""
    if before in words("statements.object_before", "fr") or before.endswith(INFINITIVE):
        return False
    return not after.endswith(INFINITIVE) or after in ("offre",)


SUBJECT = {"en": english_subject, "de": german_subject, "fr": french_subject}


def possessive_place(tokens: Sequence[Token], clause: Clause, language: Language) -> int | None:
    """Where "your ..." begins the clause, or follows nothing but joining words."""
    leads = words("statements.leads", language)
    for place in range(clause.first, clause.last):
        if is_yours(tokens[place], words("statements.your", language), language):
            return place if begins(tokens, clause, place, language) else None
        if tokens[place].low not in leads and language != "de":
            return None
    return None


def begins(tokens: Sequence[Token], clause: Clause, place: int, language: Language) -> bool:
    """Whether what belongs to the reader is the subject; German may put a verb before it, but no preposition."""
    if language != "de":
        return True
    lows = [token.low for token in tokens[clause.first : place]]
    if {"ich", "wir", "man", "jemand"} & {token.low for token in tokens[clause.first : clause.last]}:
        return False
    return not any(low in GERMAN_PREPOSITIONS for low in lows[-3:])


GERMAN_PREPOSITIONS = common("sets.german_prepositions")


def is_yours(token: Token, your: frozenset[str], language: Language) -> bool:
    return token.low in your and (language != "de" or token.text[0].isupper() or token.low[0] in "de")


def company_place(tokens: Sequence[Token], clause: Clause, company: Company, language: Language) -> int | None:
    """Where the company's name stands as subject: first in its clause, or after "at" at the very front."""
    lows = [token.low for token in tokens[clause.first : clause.last]]
    for place, low in enumerate(lows):
        if company.at(lows, place):
            return clause.first + place
        front = clause.first == 0 and place == 0 and low in ("at", "bei", "chez", "in", "within")
        if low not in words("statements.leads", language) and not front:
            return None
    return None


def stated_object(tokens: Sequence[Token], clause: Clause, language: Language, sender: Company) -> bool:
    """Whether a clause with another subject states something of the reader's: "Delays cost your plant hours"."""
    part = tokens[clause.first : clause.last]
    lows = [token.low for token in part]
    if any(low in MODAL for low in lows):
        return False
    ours = any(low in words("statements.sender", language) for low in lows) or sender.stands_in(lows)
    if CONGRATULATES & set(lows) or (not ours and at_yours(part, language)):
        return True
    if not any(own_thing(part, place, language) for place in range(len(part))):
        return False
    cued = contains(lows, phrases("statements.presupposed", language))
    return cued if ours else True


def at_yours(part: Sequence[Token], language: Language) -> bool:
    """Whether the clause tells what is so at the reader's: "Nobody at your firm", "bei Ihnen", "Il vous manque"."""
    lows = [token.low for token in part]
    if any(tuple(lows[p : p + 2]) in AT_YOURS for p in range(len(lows))):
        return True
    if any(
        low in ("at", "in", "within")
        and lows[p + 1 : p + 2] == ["your"]
        and ORGANISATION & set(lows[p + 2 : p + 4])
        for p, low in enumerate(lows)
    ):
        return True
    if language == "de" and any(
        low in ("in", "bei")
        and lows[p + 1 : p + 2] in (["ihrem"], ["ihrer"])
        and ORGANISATION & set(lows[p + 2 : p + 4])
        for p, low in enumerate(lows)
    ):
        return True
    return bool(YOU_ANY & set(lows) and words("statements.award", language) & set(lows))


AT_YOURS = frozenset(
    [
        ("bei", "ihnen"),
        ("chez", "vous"),
        ("ihnen", "fehlt"),
        ("ihnen", "fehlen"),
        ("fehlt", "ihnen"),
        ("fehlen", "ihnen"),
        ("vous", "manque"),
        ("vous", "manquent"),
    ]
)
ORGANISATION = common("sets.organisation")
YOU_ANY = common("sets.you_any")


MODAL = common("sets.modal")
CONGRATULATES = common("sets.congratulates")


def own_thing(part: Sequence[Token], place: int, language: Language) -> bool:
    """Whether "your" stands at `place` before something that not every reader of mail has."""
    yours = words("statements.your_any", language) or words("statements.your", language)
    if not is_yours(part[place], yours, language):
        return False
    after = [token.low for token in part[place + 1 : place + 1 + NOUN_REACH]]
    known = words("statements.mail_noun", language)
    if place and part[place - 1].low in words("statements.costs", language):
        return True
    return bool(after) and not any(low in known or low.removesuffix("'s") in known for low in after)
