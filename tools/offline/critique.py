"""Reading a draft as its recipient would, by rules that anybody can check.

Each note begins with what it is about ("Length: ..."), so that a writer can act on it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from memory.records import Draft
from tools.engine import Brief, Critique
from tools.offline import critique_form, critique_wording
from tools.offline.reading import Reading

Rule = Callable[[Reading], Iterator[str]]

RULES: tuple[Rule, ...] = (*critique_form.RULES, *critique_wording.RULES)
MOST_NOTES = 12


@dataclass(frozen=True)
class OfflineCritique:
    """Implements `tools.engine.CritiqueDraft`."""

    async def critique(self, draft: Draft, brief: Brief) -> Critique:
        """What keeps the draft from being sent as it stands; the same draft has the same notes."""
        reading = Reading(draft, brief)
        notes = tuple(note for rule in RULES for note in rule(reading))
        return Critique(passed=not notes, notes=notes[:MOST_NOTES])
