"""The OpenAI form of `Write`: a model writes what leads from the company's facts to the offer."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from memory.errors import Malformed, Refused
from memory.records import Draft
from memory.words import Language
from tools.engine import Brief, EngineStopped, EngineUnavailable, Write
from tools.offline.addressee import addressee, language_of
from tools.offline.write import OfflineWriter
from tools.openai.faults import LeadBudgetSpent
from tools.openai.letter import Letter, Mail
from tools.openai.model import Model
from tools.openai.prompt import Data, Prompt

LANGUAGES: dict[Language, str] = {"en": "English", "de": "German", "fr": "French"}
MOST_PROBLEMS = 12


@dataclass(frozen=True)
class ModelWriter:
    """Writes by asking a model, and takes out what is not proven.

    On the last round, where nothing of the model's holds, the rules write the mail and the draft says so.
    """

    model: Model
    rules: Write = field(default_factory=OfflineWriter)

    async def write(self, brief: Brief) -> Draft | None:
        language = language_of(brief.lead, brief.offer, brief.snapshots)
        if language is None or not brief.facts:
            return None
        if brief.previous is not None:
            return await self._better(brief, language)
        letter = await self._letter(brief, language)
        return letter.draft() if letter.tells_a_fact else await self._by_rules(brief)

    async def _better(self, brief: Brief, language: Language) -> Draft | None:
        """A draft to follow one that has faults; None where that one was proven and no better is found."""
        try:
            letter = await self._letter(brief, language)
            if letter.tells_a_fact and not letter.findings():
                return letter.draft()
        except (EngineUnavailable, EngineStopped, LeadBudgetSpent):
            if brief.problems:
                raise
        except (Malformed, Refused):
            self.model.counted["second drafts that failed"] += 1
        return await self._by_rules(brief) if brief.problems else None

    async def _letter(self, brief: Brief, language: Language) -> Letter:
        """The model's letter, weeded where something of it is left then."""
        prompt = prompt_for(brief, language)
        mail = await self.model.ask(prompt, Mail, lead_id=brief.lead.lead_id, about=brief.lead.lead_id)
        written = Letter.of(mail, brief, language)
        weeded = written.weeded()
        self.model.counted["sentences not proven"] += len(written.opening) - len(weeded.opening)
        return weeded if weeded.tells_a_fact else written

    async def _by_rules(self, brief: Brief) -> Draft | None:
        draft = await self.rules.write(brief)
        self.model.counted["drafts by rules"] += draft is not None
        return draft and draft.model_copy(update={"writer": "offline"})


def prompt_for(brief: Brief, language: Language) -> Prompt:
    """All that a model is told for one mail; of the person no more than a greeting shows."""
    offer, to = brief.offer, addressee(brief.lead)
    return Prompt(
        "write",
        {
            "language": LANGUAGES[language],
            "tone": offer.tone,
            "sender": f"{offer.sender.name}, {offer.sender.company}",
            "what": offer.text_in("what", language) or "",
            "audience": offer.text_in("audience", language) or "",
            "statements": "\n".join(f"- {s.id}: {s.text}" for s in offer.statements_in(language)),
            "guesses": "\n".join(f"- {g.text}" for g in offer.guesses_in(language)) or "- none",
            "question": offer.text_in("call_to_action", language) or "",
            "reader": Data(f"Name: {to.full}\nTitle: {brief.lead.title[:100]}\nCompany: {to.company}"),
            "facts": Data("\n".join(f"{fact.id} ({fact.about}): {fact.quote}" for fact in brief.facts)),
            "again": "\n".join(_faults(brief)),
            "previous": Data(f"{brief.previous.subject}\n\n{brief.previous.body}") if brief.previous else "",
        },
    )


def _faults(brief: Brief) -> Iterator[str]:
    """What was wrong with the draft before."""
    if brief.previous is None:
        return
    yield "An earlier draft was not good enough. Write it anew. What was wrong with it:"
    for finding in brief.problems[:MOST_PROBLEMS]:
        text = brief.previous.subject if finding.where == "subject" else brief.previous.body
        yield f"- not proven: “{text[finding.start : finding.end][:200]}” {finding.message[:300]}"
    yield from (f"- {note[:300]}" for note in brief.notes[:MOST_PROBLEMS])
    yield "The earlier draft:"
