"""What the person who asked wants of a mail, beside what it is about."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, Field

from memory.records import Draft
from tools.proof.reading import read


class Wishes(BaseModel):
    """How the mail should be. The notes say which of it the draft does not follow, or cannot be known to."""

    instructions: Annotated[str, Field(max_length=10_000)] = Field(
        "", description="What the mail should be like: kept in the notes for whoever approves."
    )
    max_words: int | None = Field(None, ge=1, description="Told in the notes where the draft has more words.")
    language: str | None = Field(
        None, max_length=20, description="en, de or fr: a first mail follows it where the offer speaks it."
    )

    def unmet(self, draft: Draft | None) -> tuple[str, ...]:
        """A note for each wish that the draft does not follow."""
        return () if draft is None else tuple(self._unmet(draft))

    def _unmet(self, draft: Draft) -> Iterator[str]:
        words, wanted = len(draft.body.split()), (self.language or "").strip().lower()[:2]
        if self.max_words is not None and words > self.max_words:
            yield f"It has {words} words with its signature, and at most {self.max_words} were asked for."
        if wanted and read(draft.body).language != wanted:
            yield f"It is not in the language that was asked for ({self.language})."
        if self.instructions.strip():
            yield f"Asked for was: “{self.instructions.strip()}” Whoever approves, check that this is it."
