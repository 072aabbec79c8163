"""The OpenAI form of `CritiqueDraft`: the rules first, and a model where they find nothing."""

from dataclasses import dataclass, field

from memory.records import Draft
from tools.engine import Brief, Critique, CritiqueDraft
from tools.offline.critique import OfflineCritique
from tools.openai.faults import FAULTS
from tools.openai.model import Model
from tools.openai.prompt import Data, Prompt
from tools.openai.shapes import Shape, Words

MOST_NOTES = 5
LONGEST_NOTE = 300  # characters


class Review(Shape):
    """What keeps a draft from being sent; no notes where it can be."""

    notes: list[Words]


@dataclass(frozen=True)
class ModelCritique:
    """Asks a model about the first draft only: nothing follows from what it would say of the second.

    A model that fails keeps no proven draft from the person who decides.
    """

    model: Model
    rules: CritiqueDraft = field(default_factory=OfflineCritique)

    async def critique(self, draft: Draft, brief: Brief) -> Critique:
        found = await self.rules.critique(draft, brief)
        if found.notes or brief.problems or brief.round > 1:
            return found
        prompt = Prompt("critique", {"draft": Data(f"Subject: {draft.subject}\n\n{draft.body}")})
        try:
            review = await self.model.ask(prompt, Review, lead_id=brief.lead.lead_id, about=brief.lead.lead_id)
        except FAULTS:
            self.model.counted["critiques that failed"] += 1
            return found
        notes = tuple(" ".join(note.split())[:LONGEST_NOTE] for note in review.notes if note)[:MOST_NOTES]
        return Critique(passed=not notes, notes=notes)
