"""What somebody told Zigral to remember - of the product, the profile, the tone - as one context of its owner."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import AwareDatetime, StringConstraints, ValidationError

from memory.contexts import Bounds, Contexts
from memory.errors import Conflict, Malformed, NotFound, TooLarge
from memory.records import Context, Record

JOB_ID = JOB_TYPE = "remembered"
MOST = 500  # notes of one owner
ONE = Bounds(versions=1, checkpoints=1)
ROUNDS = 20  # times that we try again where somebody else wrote meanwhile

About = Literal["product", "profile", "tone", "sender", "rule", "other"]
NoteText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]


class Note(Record):
    """One thing to remember, in the words in which it was told."""

    text: NoteText
    about: About = "other"
    at: AwareDatetime


class Notes(Record):
    """All of them, the first one first."""

    notes: tuple[Note, ...] = ()


Change = Callable[[tuple[Note, ...]], tuple[Note, ...]]


@dataclass(frozen=True)
class Remembered:
    """The notes of one owner, in the context `remembered`."""

    contexts: Contexts

    async def notes(self, about: About | None = None) -> tuple[Note, ...]:
        """Those about one thing, or all."""
        _, notes = await self._read()
        return tuple(note for note in notes if about in (None, note.about))

    async def add(self, text: str, about: About = "other") -> Context:
        """Remember a text; one that is remembered already stands once. `TooLarge` where there are too many."""
        at = self.contexts.clock()

        def more(notes: tuple[Note, ...]) -> tuple[Note, ...]:
            note = Note(text=text, about=about, at=at)
            kept = tuple(one for one in notes if one.text.casefold() != note.text.casefold())
            if len(kept) >= MOST:
                raise TooLarge(f"{MOST} notes are remembered already. Forget some first.", where="text")
            return (*kept, note)

        return await self._changed(more)

    async def forget(self, words: str) -> tuple[Note, ...]:
        """Forget every note that has all these words, and say which; none where there are no words."""
        wanted = words.casefold().split()

        def meant(note: Note) -> bool:
            return bool(wanted) and all(word in note.text.casefold() for word in wanted)

        _, notes = await self._read()
        gone = tuple(filter(meant, notes))
        if gone:
            await self._changed(lambda notes: tuple(note for note in notes if not meant(note)))
        return gone

    async def erase(self, text: str) -> None:
        """Remove a note to the last byte: what stood there before, and was put aside, goes with it."""
        last = replace(self.contexts, bounds=ONE)
        await Remembered(last)._changed(lambda notes: tuple(note for note in notes if note.text != text))
        if (await last.checkpoints(JOB_ID, limit=1)).items:
            await last.checkpoint(JOB_ID)

    async def _changed(self, change: Change) -> Context:
        """What a change makes of the notes, whoever else changes them too."""
        for _ in range(ROUNDS):
            context, notes = await self._read()
            data = Notes(notes=change(notes)).model_dump(mode="json")
            try:
                if context is None:
                    return await self.contexts.create(JOB_TYPE, data, job_id=JOB_ID)
                return await self.contexts.put(JOB_ID, JOB_TYPE, data, version=context.version)
            except (Conflict, NotFound):
                continue
        raise Conflict("Somebody else keeps changing what is remembered. Try again in a moment.")

    async def _read(self) -> tuple[Context | None, tuple[Note, ...]]:
        try:
            context = await self.contexts.get(JOB_ID)
        except NotFound:
            return None, ()
        try:
            return context, Notes.model_validate(context.context_data).notes
        except ValidationError:
            raise Malformed(
                f'The context {JOB_ID} does not hold notes. Change it to {{"notes": […]}}, or delete it.'
            ) from None
