"""What was wrong with the draft before: which facts, statements and sentences the next one does without."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from memory.records import Draft
from tools.engine import Brief

_QUOTED = re.compile(r"[“„«]\s*(.{6,}?)\s*[”“»]", re.DOTALL)


@dataclass(frozen=True)
class Trouble:
    """What the last round's findings and notes speak of."""

    facts: frozenset[str] = frozenset()
    sentences: tuple[str, ...] = ()  # of the last body, touched by a finding or named by a note
    subject: bool = False

    def has(self, text: str) -> bool:
        """Whether `text` is, or holds, one of the sentences."""
        return any(sentence in text or text in sentence for sentence in self.sentences)


def trouble(brief: Brief) -> Trouble:
    """What to leave out on this round; nothing on the first."""
    if brief.previous is None:
        return Trouble()
    spans = [(f.start, f.end) for f in brief.problems if f.where == "body"]
    facts = {*_cited(brief.previous, spans), *_named(brief)}
    sentences = (*_sentences(brief.previous.body, spans), *_noted(brief))
    return Trouble(frozenset(facts), sentences, _about_subject(brief))


def _cited(draft: Draft, spans: list[tuple[int, int]]) -> Iterator[str]:
    """The facts of the claims that a finding touches."""
    for claim in draft.claims:
        if any(start < claim.end and claim.start < max(end, start + 1) for start, end in spans):
            yield from claim.fact_ids


def _named(brief: Brief) -> Iterator[str]:
    """The facts that a finding or note names by id, or quotes."""
    told = [f.message for f in brief.problems if f.where in {"fact", "claim"}] + list(brief.notes)
    quoted = [phrase for note in brief.notes for phrase in _QUOTED.findall(note)]
    for fact in brief.facts:
        by_id = any(re.search(rf"\b{re.escape(fact.id)}\b", text) for text in told)
        if by_id or any(phrase in fact.quote or fact.quote in phrase for phrase in quoted):
            yield fact.id


def _sentences(body: str, spans: list[tuple[int, int]]) -> Iterator[str]:
    for match in re.finditer(r"[^\n]+?(?:[.!?…][”“»]?(?=\s)|(?=\n)|$)", body):
        if any(start < match.end() and match.start() < max(end, start + 1) for start, end in spans):
            yield match.group().strip()


def _noted(brief: Brief) -> Iterator[str]:
    for note in brief.notes:
        yield from _QUOTED.findall(note)


def _about_subject(brief: Brief) -> bool:
    return any(f.where == "subject" for f in brief.problems) or any(n.startswith("Subject") for n in brief.notes)
