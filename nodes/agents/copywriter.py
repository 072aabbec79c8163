"""The agent that writes: first mails and answers, each with its proof. It sends nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import Field

from memory.envelopes import Sourced
from memory.errors import Mistake, Mistakes, NotFound
from memory.json_values import JsonObject
from nodes.agents.agent import Agent, Capability, Made, Task
from nodes.agents.dossier import Dossier, Drafted, Replied
from nodes.agents.drafting import Drafting, without_draft
from nodes.agents.given_leads import Objects, OfferedInput
from nodes.agents.heard import LONGEST_TEXT, Heard, dossiers_of, heard_in, with_person
from nodes.agents.lead_steps import LIMITS, LeadSteps
from nodes.agents.many import each
from nodes.agents.replying import Replying, without_answer
from nodes.agents.wishes import Wishes


class DraftInput(OfferedInput, Wishes):
    """Whom to write to, in whose name, and how."""


DRAFT_EMAIL = Capability(
    "draft_email",
    "Drafts a first mail to a lead from what its company's pages say and from the offer, and proves it word by "
    "word; sends nothing. Reads and qualifies first unless steps before did. A lead that does not fit the profile, "
    "asked not to be written to, or has no page that says anything firm gets no draft, and the reason.",
    input=DraftInput,
    output=Drafted,
    tokens=6_000,  # and no pages: research has read them, as a rule
    mails=1,
    seconds=0.5,
)


class ReplyInput(OfferedInput, Wishes):
    """Whom to answer, and what they wrote. Without a lead, the people of the interactions are answered."""

    message: Annotated[str, Field(max_length=LONGEST_TEXT)] | JsonObject | None = Field(
        None,
        description="The text of the received mail, or an interaction with a `text`; of one lead. Without it, the "
        "last mail of each person that is known.",
    )
    subject: str = Field("", description="The subject of the received mail.")
    interactions: Objects | None = Field(None, description="Earlier interactions, as recall gives them.")
    history: Objects | None = Field(None, description="Another name for interactions.")

    def heard(self) -> list[Heard]:
        """The interactions that were handed over."""
        return heard_in(self.interactions, "interactions") + heard_in(self.history, "history")

    def people(self, heard: Sequence[Heard]) -> list[Dossier]:
        """The leads to be answered; `Mistakes` where one mail is said to be of several."""
        handed_over = self.interactions is not None or self.history is not None
        found = dossiers_of(heard) if handed_over and not self.names_a_lead() else self.dossiers()
        if self.message is not None and len(found) > 1:
            raise Mistakes([Mistake("message", "One mail is of one lead. Leave out the other leads.")])
        return found

    def received(self) -> str | None:
        """The text of the mail that was given."""
        if isinstance(self.message, str) or self.message is None:
            return self.message
        return "\n".join(one.text for one in heard_in(self.message, "message"))


REPLY = Capability(
    "reply",
    "Drafts an answer to a mail received from a lead: quotes their questions and answers them from the offer's "
    "statements alone, and proves every word; sends nothing. Where the offer has no answer, or they say no, there "
    "is no draft, and the reason.",
    input=ReplyInput,
    output=Replied,
    mails=1,
    seconds=0.2,
)


@dataclass
class CopywriterAgent(Agent):
    """Writes only what is proven, and marks it so."""

    steps: LeadSteps

    agent_id = "copywriter"
    name = "Copywriter"
    capabilities = (DRAFT_EMAIL, REPLY)
    limits = LIMITS

    @cached_property
    def drafting(self) -> Drafting:
        return Drafting(self.steps)

    @cached_property
    def replying(self) -> Replying:
        return Replying(self.steps)

    async def execute(self, task: Task) -> Made:
        """One record for each lead."""
        if task.capability == DRAFT_EMAIL.name:
            return await self._drafts(DraftInput.model_validate(task.parameters))
        if task.capability == REPLY.name:
            return await self._replies(ReplyInput.model_validate(task.parameters))
        raise NotFound(f"The agent {self.agent_id} has no capability {task.capability[:100]!r}.")

    async def _drafts(self, asked: DraftInput) -> list[Sourced]:
        icp, offer = asked.profile(), asked.offering()

        async def draft(dossier: Dossier) -> Drafted:
            made = await self.drafting.draft(dossier, icp, offer, language=asked.language)
            return made.model_copy(update={"notes": (*made.notes, *asked.unmet(made.draft))})

        return [_record(one) for one in await each(asked.dossiers(), draft, _not_drafted)]

    async def _replies(self, asked: ReplyInput) -> list[Sourced]:
        offer, heard = asked.offering(), asked.heard()

        async def reply(dossier: Dossier) -> Replied:
            letters = with_person(heard, dossier.lead)
            made = await self.replying.reply(dossier, asked.received(), letters, offer, subject=asked.subject)
            return made.model_copy(update={"notes": (*made.notes, *asked.unmet(made.draft))})

        return [_record(one) for one in await each(asked.people(heard), reply, _not_answered)]


def _record(made: Drafted | Replied) -> Sourced:
    """The record, from the first page that was read, or from the mail that is answered."""
    message = made.message_id if isinstance(made, Replied) else ""
    return Sourced(made.model_dump(mode="json"), f"message:{message}" if message else made.source)


def _not_drafted(dossier: Dossier, why: str) -> Drafted:
    return without_draft(dossier, why, "failed")


def _not_answered(dossier: Dossier, why: str) -> Replied:
    return without_answer(dossier, why, "failed")
