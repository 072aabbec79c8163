"""What a sentence may rest on: quotations, the lead's row, and the sender's offer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from memory.profile import Localised, Offer
from memory.records import Draft, Fact, Lead, Snapshot
from memory.words import Language
from tools.proof.lexicon import LANGUAGES
from tools.proof.reading import Reading, read
from tools.proof.stems import senses_of
from tools.proof.subjects import Company

ROW_TEXTS = (
    "email", "first_name", "last_name", "full_name", "company", "title", "website", "linkedin_url", "industry",
    "location", "city", "country", "phone", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """Several texts of one origin."""

    readings: tuple[Reading, ...] = ()

    @cached_property
    def named(self) -> tuple[str, ...]:
        return tuple(reading.named for reading in self.readings)

    @cached_property
    def senses(self) -> frozenset[str]:
        """What all its words are found by."""
        return frozenset(
            sense
            for reading in self.readings
            for token in reading.tokens
            if token.kind == "word"
            for part in token.parts
            for sense in senses_of(part)
        )

    def __add__(self, other: "Source") -> "Source":
        return Source(self.readings + other.readings)


@lru_cache(maxsize=128)
def quotations_of(quotes: tuple[str, ...], fallback: Language) -> Source:
    """Quotations, each read in its own language."""
    return Source(tuple(read(quote, fallback) for quote in quotes))


def row_of(lead: Lead) -> Source:
    """The lead's row: each field, and what belongs together joined ("Piotr Nowak")."""
    fields = [str(getattr(lead, name)) for name in ROW_TEXTS]
    texts = [field for field in fields if field]
    texts.append(" ".join(field for field in (lead.first_name, lead.last_name) if field))
    texts.append(", ".join(texts))
    if lead.employees is not None:
        texts.append(f"employees: {lead.employees} employees")
    texts.extend(
        f"{label}: {value} {label}"
        for key, value in lead.extra.items()
        if (label := key.replace("_", " ")) and value
    )
    return Source(tuple(read(text) for text in texts if text))


def person_of(lead: Lead) -> Source:
    """The row's names; the whole row where it has none."""
    names = (lead.first_name, lead.last_name, lead.full_name)
    return Source(tuple(read(name) for name in (*names, lead.company) if name)) if any(names) else row_of(lead)


def offer_of(offer: Offer | None) -> Source:
    """All that may be said about the sender."""
    if offer is None:
        return Source()
    sender = offer.sender
    signature = ", ".join(part for part in (sender.name, sender.role, sender.company) if part)
    texts = [
        *offer_texts(offer),
        signature,
        sender.email,
        sender.reply_to,
        sender.postal_address,
        sender.unsubscribe,
    ]
    texts.extend(s.source for s in offer.statements if s.source)
    return quotations_of(tuple(text for text in texts if text), offer.language)


def offer_texts(offer: Offer) -> list[str]:
    """The offer's statements, guesses and short texts in every language."""
    localised = [text for field in (offer.what, offer.audience, offer.call_to_action) for text in in_all(field)]
    return [*(s.text for s in offer.statements), *localised, *(g.text for g in offer.guesses)]


def in_all(text: Localised) -> Iterable[str]:
    return (text,) if isinstance(text, str) else text.values()


def sender_of(offer: Offer | None) -> Company:
    """The sender's company, and its person."""
    return Company.called(offer.sender.company, offer.sender.name) if offer else Company()


@dataclass(frozen=True)
class Evidence:
    """Everything that one draft may rest on."""

    facts: dict[str, Fact]
    row: Source
    person: Source  # the names of the lead and its company: who may be greeted
    offer: Source
    statements: Source  # the offer's statements alone
    pages: dict[str, str]  # by snapshot: the words of its title and address, which may be named but carry nothing
    language: Language
    cited_ids: tuple[str, ...] = ()  # of all the draft's claims

    def quoted(self, fact_ids: Sequence[str]) -> Source:
        """The quotations of these facts; an unknown one carries nothing."""
        quotes = tuple(self.facts[i].quote for i in dict.fromkeys(fact_ids) if i in self.facts)
        return quotations_of(quotes, self.language)

    def pages_of(self, fact_ids: Sequence[str]) -> frozenset[str]:
        """What the words of the titles and addresses of these facts' pages are found by."""
        ids = dict.fromkeys(self.facts[i].snapshot_id for i in fact_ids if i in self.facts)
        return frozenset(sense for i in ids for sense in page_senses(self.pages.get(i, "")))


@lru_cache(maxsize=128)
def page_senses(words: str) -> frozenset[str]:
    return Source((read(words),)).senses


def evidence_of(
    lead: Lead,
    offer: Offer | None,
    snapshots: Sequence[Snapshot],
    facts: Sequence[Fact],
    *,
    draft: Draft,
    language: Language,
) -> Evidence:
    """The evidence of one draft."""
    pages = {s.id: f"{s.title[:300]} {s.url[:300].replace('-', ' ').replace('/', ' ')}" for s in snapshots}
    cited = tuple(dict.fromkeys(i for claim in draft.claims for i in claim.fact_ids))
    statements = quotations_of(tuple(s.text for s in offer.statements), offer.language) if offer else Source()
    return Evidence(
        {fact.id: fact for fact in facts},
        row_of(lead),
        person_of(lead),
        offer_of(offer),
        statements,
        pages,
        language,
        cited,
    )


__all__ = ["LANGUAGES", "Evidence", "Source", "evidence_of", "sender_of"]
