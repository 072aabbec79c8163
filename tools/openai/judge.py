"""The OpenAI form of `Judge`: a model answers, and a yes or no stands only with a quotation that code has found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import ConfigDict, Field, create_model

from memory.profile import Criterion
from memory.records import Lead
from memory.words import Answer
from tools.engine import Judgement, Page
from tools.offline.said import Said, said_on, trusted
from tools.offline.verdicts import MOST_QUOTES, answer, unknown
from tools.openai.excerpt import fitting, for_questions
from tools.openai.facts import company_of
from tools.openai.locate import locate
from tools.openai.model import Model
from tools.openai.prompt import Data, Prompt
from tools.openai.shapes import Shape, Words
from tools.workers import Workers

MOST_HINTS = 20


class Verdict(Shape):
    """The answer to one question, and the sentence of a page that shows it, copied word for word."""

    verdict: Answer
    quote: Words


class Verdicts(Shape):
    """One answer for each question, under its id. Endpoints are told that each is required; one may lack."""

    model_config = ConfigDict(extra="ignore", json_schema_extra=lambda schema: schema.update(_demanded(schema)))

    def of(self, number: int) -> Verdict | None:
        """The answer to a question by its number."""
        found = getattr(self, f"q{number}")
        return found if isinstance(found, Verdict) else None


def _demanded(schema: Mapping[str, object]) -> dict[str, object]:
    properties = schema.get("properties")
    return {"required": list(properties) if isinstance(properties, dict) else [], "additionalProperties": False}


def verdicts_on(criteria: Sequence[Criterion]) -> type[Verdicts]:
    """The shape of the answers to these questions."""
    fields = {
        f"q{n}": (Verdict, Field(alias=criterion.id, default_factory=lambda: None))
        for n, criterion in enumerate(criteria)
    }
    made: type[Verdicts] = create_model("Verdicts", __base__=Verdicts, __doc__=Verdicts.__doc__, **fields)  # type: ignore[call-overload]
    return made


@dataclass(frozen=True)
class ModelJudge:
    """Judges by asking a model all questions at once. Score and status are reckoned from its verdicts by code."""

    model: Model
    workers: Workers
    characters: int  # of the pages that are shown

    async def judge(self, lead: Lead, criteria: Sequence[Criterion], pages: Sequence[Page]) -> list[Judgement]:
        asked = tuple({criterion.id: criterion for criterion in criteria if criterion.question}.values())
        verdicts = await fitting(self.characters, lambda most: self._verdicts(lead, asked, pages, most))
        if verdicts is None:
            return [unknown("There is no page that can be read.")] * len(criteria)
        by_id = {criterion.id: verdicts.of(n) for n, criterion in enumerate(asked)}
        given = tuple(by_id.get(criterion.id) for criterion in criteria)
        return await self.workers.run(backed, lead, tuple(pages), given, self.model.name)

    async def _verdicts(
        self, lead: Lead, asked: Sequence[Criterion], pages: Sequence[Page], most: int
    ) -> Verdicts | None:
        """The model's answers; None where there is nothing to ask or to read."""
        shown = await self.workers.run(for_questions, asked, tuple(pages), most) if asked else ""
        if not shown:
            return None
        questions = "\n".join(map(_question, asked))
        prompt = Prompt("judge", {"company": Data(company_of(lead)), "pages": Data(shown), "questions": questions})
        return await self.model.ask(prompt, verdicts_on(asked), lead_id=lead.lead_id)


def _question(criterion: Criterion) -> str:
    hints = f" (words that may tell: {', '.join(criterion.signals[:MOST_HINTS])})" if criterion.signals else ""
    return f"- {criterion.id}: {criterion.question}{hints}"


def backed(lead: Lead, pages: Sequence[Page], verdicts: Sequence[Verdict | None], name: str) -> list[Judgement]:
    """Each verdict with the company's own sentences that it quotes; unknown where it quotes none."""
    said = said_on(lead, pages)
    return [_backed(verdict, said, pages, name) for verdict in verdicts]


def _backed(verdict: Verdict | None, said: Sequence[Said], pages: Sequence[Page], name: str) -> Judgement:
    if verdict is None:
        return unknown(f"{name} did not answer.")
    if verdict.verdict == "unknown":
        return unknown(f"{name} finds no answer on its pages.")
    found = trusted(_quoted(verdict.quote, said, pages))
    if not found:
        return unknown(f"{name} says {verdict.verdict}, but its quotation is not the company's own words.")
    if verdict.verdict == "yes" and all(one.is_over for one in found):
        return unknown(f"{name} says yes, but its quotation tells of the past.", found)
    return answer(verdict.verdict, found, f"{name} says so, by this quotation.")


def _quoted(quote: str, said: Sequence[Said], pages: Sequence[Page]) -> list[Said]:
    """The sentences that a quotation touches, whole: a part of one could say the contrary."""
    for page in pages:
        span = locate(quote, page.text)
        if span is None:
            continue
        touched = [
            one
            for one in said
            if one.page.snapshot.id == page.snapshot.id
            and one.sentence.start < span[1]
            and span[0] < one.sentence.end
        ]
        if touched and len(touched) <= MOST_QUOTES:
            return touched
    return []
