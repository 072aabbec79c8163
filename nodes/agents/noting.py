"""Noting: something about a person, something to keep in mind, or whom never to contact."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid5

from pydantic import ValidationError

from memory.contexts import Contexts
from memory.errors import Invalid, Mistake, Mistakes, Suppressed
from memory.interaction_texts import SOURCES, person_address
from memory.interactions import Interactions
from memory.leads import LEAD_ID, Leads
from memory.records import Interaction, Lead
from memory.remembered import Remembered
from memory.suppressions import Suppressions, domain_named
from memory.words import Clock
from nodes.agents.agent import Task
from nodes.agents.given_leads import dossier_of
from nodes.agents.record_inputs import NoteInput
from nodes.agents.record_outputs import NoteOutput
from tools.accounts import accounts_of, person_of
from tools.offline.notes import Wish, about_of, addresses_in, wish_of


@dataclass(frozen=True)
class Noting:
    """Where notes go to."""

    leads: Leads
    interactions: Interactions
    suppressions: Suppressions
    contexts: Callable[[str], Contexts]  # of an owner
    clock: Clock

    async def note(self, asked: NoteInput, task: Task) -> NoteOutput:
        """Note all that is asked for, and say what was done. `Mistakes` where nothing is, or it makes no sense."""
        asked, is_ban = _understood(asked)
        never = asked.never()
        if not (asked.text or never or asked.forget):
            raise Mistakes([Mistake("text", "There is nothing to note. Give text, never_contact or forget.")])
        remembered = Remembered(self.contexts(task.owner))
        spelled = await self._suppress(never)
        gone = await remembered.forget(asked.forget) if asked.forget else ()
        noted = await self._about_a_person(asked, task) if asked.text else None
        kept = None if noted else _to_remember(asked.text, spelled)
        if kept:
            await remembered.add(kept, asked.about or about_of(kept))
        forgotten = tuple(note.text for note in gone)
        return NoteOutput(
            text=" ".join(_told(noted, kept, spelled, is_ban=is_ban)) or _forgotten(forgotten),
            interaction=str(noted.id) if noted else None,
            remembered=kept,
            never_contact=spelled,
            forgotten=forgotten,
        )

    async def _suppress(self, never: Sequence[str]) -> tuple[str, ...]:
        """Put each on the list, as an address or as a domain; none where one of them is neither."""
        mistakes = [Mistake(f"never_contact[{at}]", why) for at, one in enumerate(never) if (why := _fault(one))]
        if mistakes:
            raise Mistakes(mistakes)
        spelled = []
        for one in never:
            if "@" in one.strip().lstrip("@"):
                address = person_address(one)
                await self.suppressions.add(address, "do not contact", self.clock())
                spelled.append(address)
            else:
                spelled.append(await self.suppressions.add_domain(one, "do not contact", self.clock()))
        return tuple(dict.fromkeys(spelled))

    async def _about_a_person(self, asked: NoteInput, task: Task) -> Interaction | None:
        """The note as an interaction with the person; None where it is about nobody in particular."""
        lead = await self._lead(asked)
        person = asked.person or (person_of(lead) if lead else None)
        if person is None:
            if lead or asked.outcome or asked.due:
                raise Mistakes([Mistake("person", "Whose? Give the mail address of the person.")])
            return None
        if await self.suppressions.reason(person) == "erased":
            raise Suppressed("This person was erased, and nothing is noted about them.")
        item = self._item(asked, task, person, lead or Lead(email=person))
        await self.interactions.remember([item])
        return item

    async def _lead(self, asked: NoteInput) -> Lead | None:
        if isinstance(asked.lead, dict):
            return dossier_of(asked.lead, "lead").lead
        if asked.lead and LEAD_ID.fullmatch(asked.lead):
            return await self.leads.get(asked.lead)
        address = asked.lead or asked.person
        if not address:
            return None
        return next(iter(await self.leads.find(address)), Lead(email=address))

    def _item(self, asked: NoteInput, task: Task, person: str, lead: Lead) -> Interaction:
        at, text = self.clock(), asked.text or ""
        step = task.key if task.run_id else at.date().isoformat()
        try:
            return Interaction(
                id=uuid5(SOURCES, f"{step} note {person} {text}"),  # the same for each attempt at the step
                account=next(iter(accounts_of(lead)), person.rpartition("@")[2]),
                company=lead.company[:300],
                person=person,
                person_name=(lead.full_name or f"{lead.first_name} {lead.last_name}").strip()[:300],
                kind=asked.kind,
                at=at,
                text=text,
                outcome=asked.outcome,
                due=asked.due,
            )
        except ValidationError as error:
            raise Invalid(f"This cannot be noted about the person: {error.errors()[0]['msg']}.") from None


def _fault(one: str) -> str | None:
    """What is wrong with an address or a domain."""
    name = one.strip()
    try:
        if "@" in name.lstrip("@"):
            person_address(name)
        else:
            domain_named(name)
    except Invalid:
        return "This is neither a mail address nor a domain, such as acme.example."
    except ValueError as error:
        return f"This {error}"
    return None


def _understood(asked: NoteInput) -> tuple[NoteInput, bool]:
    """The note with what its words alone ask for, and whether it says not to contact somebody.

    A note about a person is what somebody wrote about them, and asks for nothing. One that names somebody by mail
    address is about them: no address gets into what is remembered, where it could not be erased by itself.
    """
    alone = not (asked.person or asked.lead or asked.never_contact or asked.forget)
    wish = wish_of(asked.text) if asked.text and alone else Wish()
    if wish.forget:
        return asked.model_copy(update={"text": None, "forget": wish.forget}), False
    if len(wish.people) > 1:
        why = "It names several mail addresses. Note it for one person at a time, with `person`."
        raise Mistakes([Mistake("text", why)])
    if wish.people:
        return asked.model_copy(update={"person": wish.people[0]}), False
    changes = {"about": asked.about or wish.about, "never_contact": list(wish.never_contact) or asked.never_contact}
    return (asked.model_copy(update=changes) if alone else asked), wish.is_ban


def _to_remember(text: str | None, never: Sequence[str]) -> str | None:
    """What is kept in mind: the note, or the domains that are not to be contacted; never a mail address."""
    domains = [one for one in never if "@" not in one]
    if text and not addresses_in(text):
        return text
    return f"Never contact anyone at {', '.join(domains)}." if domains else None


def _told(noted: Interaction | None, kept: str | None, spelled: Sequence[str], *, is_ban: bool) -> Iterator[str]:
    if noted:
        yield f"Noted about {noted.person_name or noted.person}."
    if kept:
        yield "Remembered."
    if spelled:
        yield f"Not written to or imported from now on: {', '.join(spelled)}."
    elif is_ban:
        yield "Only a mail address or a domain can be held back for certain; name one."


def _forgotten(forgotten: Sequence[str]) -> str:
    if not forgotten:
        return "Nothing that is remembered has these words."
    return f"Forgot {len(forgotten)} {'note' if len(forgotten) == 1 else 'notes'}."
