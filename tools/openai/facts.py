"""The OpenAI form of `FindFacts`: a model picks quotations, and code finds each in its page or drops it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from memory.records import Lead, Quote
from memory.words import About
from tools.engine import Page
from tools.offline.facts import MOST, MOST_PAGES, Quotable, distinct, quotable
from tools.offline.quotable import for_machines
from tools.openai.excerpt import fitting, for_facts
from tools.openai.locate import locate
from tools.openai.model import Model
from tools.openai.prompt import Data, Prompt
from tools.openai.shapes import Shape, Words
from tools.workers import Workers

MOST_PICKS = 30  # that are looked for; a model was asked for eight
SHARED = 0.5  # of the shorter one, that a pick and a sentence must have in common


class Pick(Shape):
    """One sentence, copied word for word from a page."""

    quote: Words
    about: About


class Picks(Shape):
    """The best sentences, best first."""

    quotes: list[Pick]


@dataclass(frozen=True)
class ModelFacts:
    """Finds facts by asking a model. What may be quoted is for the same rules to say as offline."""

    model: Model
    workers: Workers
    characters: int  # of the pages that are shown

    async def find(self, lead: Lead, pages: Sequence[Page]) -> list[Quote]:
        picks = await fitting(self.characters, lambda most: self._picks(lead, pages, most))
        quotes = await self.workers.run(placed, lead, tuple(pages), tuple(pick.quote for pick in picks))
        found = [quote for quote in quotes if quote]
        self.model.counted["quotations dropped"] += len(picks) - len(found)
        return list(distinct(found))

    async def _picks(self, lead: Lead, pages: Sequence[Page], most: int) -> list[Pick]:
        shown = await self.workers.run(for_facts, lead, tuple(pages), most)
        if not shown:
            return []
        prompt = Prompt("facts", {"company": Data(company_of(lead)), "pages": Data(shown), "most": str(MOST)})
        return (await self.model.ask(prompt, Picks, lead_id=lead.lead_id)).quotes[:MOST_PICKS]


def company_of(lead: Lead) -> str:
    """What a model is told of a company; nothing of the person, so that colleagues share an answer."""
    return f"Name: {lead.company[:200]}\nWebsite: {lead.website[:300]}\nTrade: {lead.industry[:200]}"


def placed(lead: Lead, pages: Sequence[Page], picks: Sequence[str]) -> list[Quote | None]:
    """For each pick the sentence that it is taken from, whole; None where no page has it or no rule lets it pass.

    A part of a sentence could say the contrary of the whole.
    """
    may_be = [(page, list(quotable(lead, page, pages))) for page in pages[:MOST_PAGES]]
    return [next(_sentences(pick, may_be), None) for pick in picks]


def _sentences(pick: str, may_be: Sequence[tuple[Page, Sequence[Quotable]]]) -> Iterator[Quote]:
    for page, sentences in may_be:
        span = locate(pick, page.text)
        if span is None:
            continue
        for found in sentences:
            if _is_within(span, found) and not for_machines(found.sentence):
                yield found.quote(page.snapshot.id)


def _is_within(span: tuple[int, int], found: Quotable) -> bool:
    start, end = found.start, found.start + len(found.piece)
    shared = min(end, span[1]) - max(start, span[0])
    return shared >= SHARED * min(end - start, span[1] - span[0]) and shared > 0
