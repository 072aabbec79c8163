"""The agent that writes: first mails and answers, each with its proof. It sends nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import Field

from memory.envelopes import Sourced
from memory.errors import NotFound
from memory.json_values import JsonObject
from nodes.agents.agent import Agent, Capability, Made, Task
from nodes.agents.dossier import Dossier, Drafted, Replied
from nodes.agents.drafting import Drafting, without_draft
from nodes.agents.given_leads import Objects, OfferedInput
from nodes.agents.lead_steps import LIMITS, LeadSteps
from nodes.agents.many import each
from nodes.agents.replying import Message, Replying, without_answer
from nodes.research import PAGE_BUDGET

LONGEST_MESSAGE = 100_000  # characters

DRAFT_EMAIL = Capability(
    "draft_email",
    "Drafts a first mail to a lead from what its company's pages say and from the offer, and proves it word by "
    "word; sends nothing. Reads and qualifies first unless steps before did. A lead that does not fit the profile, "
    "asked not to be written to, or has no page that says anything firm gets no draft, and the reason.",
    input=OfferedInput,
    output=Drafted,
    pages=PAGE_BUDGET,
    tokens=12_000,
    mails=1,
    seconds=3.0,
)


class ReplyInput(OfferedInput):
    """Whom to answer, and what they wrote. One mail to one lead."""

    message: Annotated[str, Field(max_length=LONGEST_MESSAGE)] | JsonObject | None = Field(
        None,
        description="The text of the received mail, or an interaction with a `text`. Without it, the last mail "
        "of the person that is remembered.",
    )
    subject: str = Field("", description="The subject of the received mail.")
    history: Objects | None = Field(None, description="Earlier interactions, as recall gives them.")

    def received(self) -> Message | None:
        """The mail to answer: the one given, or the newest of theirs in the history."""
        past = _interactions(self.history)
        ours = tuple(text for kind, text in past if kind == "mail_sent")
        theirs = (text for kind, text in past if kind == "mail_received")
        text = self.message if isinstance(self.message, str) else _text_of(self.message or {})
        found = text or next(theirs, "")
        return Message(_whole(found), self.subject, ours) if found.strip() else None


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


def _interactions(given: Objects | None) -> list[tuple[str, str]]:
    """Kind and text of each, in the order given."""
    objects = [given] if isinstance(given, dict) else given or []
    inside = [item for one in objects for item in _listed(one)]
    return [(str(item.get("kind")), text) for item in inside if (text := _text_of(item))]


def _listed(given: JsonObject) -> Iterator[JsonObject]:
    """The interactions in an object: itself, those of its lists, or the one within it."""
    below = [value for value in given.values() if isinstance(value, list | dict)]
    if "text" in given or not below:
        yield given
        return
    for value in below:
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from _listed(item)


def _text_of(given: JsonObject) -> str:
    text = given.get("text")
    return text[:LONGEST_MESSAGE] if isinstance(text, str) else ""


def _whole(text: str) -> str:
    """The text with line ends of one kind, and a question mark for half a character."""
    return text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()


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
        if task.capability == DRAFT_EMAIL.name:
            return await self._drafts(OfferedInput.model_validate(task.parameters))
        if task.capability == REPLY.name:
            return await self._replies(ReplyInput.model_validate(task.parameters))
        raise NotFound(f"The agent {self.agent_id} has no capability {task.capability[:100]!r}.")

    async def _replies(self, asked: ReplyInput) -> list[Sourced]:
        offer, message = asked.offering(), asked.received()

        async def reply(dossier: Dossier) -> Replied:
            return await self.replying.reply(dossier, message, offer)

        found = await each(asked.dossiers(), reply, _unanswered)
        return [Sourced(one.model_dump(mode="json"), one.source) for one in found]

    async def _drafts(self, asked: OfferedInput) -> list[Sourced]:
        icp, offer = asked.profile(), asked.offering()

        async def draft(dossier: Dossier) -> Drafted:
            return await self.drafting.draft(dossier, icp, offer)

        found = await each(asked.dossiers(), draft, _failed)
        return [Sourced(one.model_dump(mode="json"), one.source) for one in found]


def _failed(dossier: Dossier, why: str) -> Drafted:
    return without_draft(dossier, why, "failed")


def _unanswered(dossier: Dossier, why: str) -> Replied:
    return without_answer(dossier, why, "failed")
