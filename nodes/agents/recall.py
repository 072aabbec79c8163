"""The agent that remembers: what happened before with a person or a company, by meaning or exactly."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from memory.envelopes import Sourced
from memory.errors import Mistake, Mistakes, NotFound
from memory.interaction_texts import Account, Moment, Name, Person
from memory.interactions import Interactions, Where
from memory.json_values import JsonObject
from memory.records import Interaction
from memory.words import Clock, Kind, Outcome, utc_now
from nodes.agents.agent import Agent, Capability, Limits, Made, Task
from nodes.agents.given_leads import dossier_of
from tools.accounts import accounts_of, person_of
from tools.lead_filter import has_words
from tools.plain_words import stem_of, words_of

MOST = 200  # interactions in one answer
MOST_RANKED = 100  # of which those with a name are looked for
LOOKED_AT = 2_000  # of which those with a name are looked for
SOURCE = "interactions"


class WhoseInput(BaseModel):
    """Which interactions are meant. What is left out is no condition; all that is given must hold."""

    model_config = ConfigDict(extra="forbid")

    person: Person | None = Field(None, description="A person, by mail address.")
    account: Account | None = Field(None, description="A company, by its domain, such as acme.example.")
    lead: JsonObject | None = Field(
        None, description="A lead, or an earlier step's output about one: its person, else its company, is meant."
    )
    name: Name = Field("", description="A name, or part of one, of a person or a company.")
    kinds: tuple[Kind, ...] = Field((), description="Of these kinds alone.")
    outcomes: tuple[Outcome, ...] = Field((), description="With one of these outcomes.")
    campaign: Name | None = Field(None, description="Of this campaign.")
    since: Moment | None = Field(None, description="From this time on (ISO 8601 with offset).")
    until: Moment | None = Field(None, description="Before this time.")

    days: int | None = Field(None, ge=1, le=36_500, description="Of the last so many days alone.")

    def where(self, now: datetime) -> Where:
        """The conditions for the store; `Mistakes` where a lead is nobody in particular."""
        person, account = self.person, self.account
        if self.lead is not None and not (person or account):
            lead = dossier_of(self.lead, "lead").lead
            person, account = person_of(lead), next(iter(accounts_of(lead)), None)
            if not (person or account):
                raise Mistakes([Mistake("lead", "This lead has neither an address nor a website to look for.")])
        starts = [self.since] if self.since else []
        starts += [now - timedelta(days=self.days)] if self.days else []
        chosen = {"person": person} if person else {"account": account}
        return Where(
            **chosen,
            kinds=frozenset(self.kinds),
            outcomes=frozenset(self.outcomes),
            campaign=self.campaign,
            since=max(
                filter(None, (self.since, now - timedelta(days=self.days) if self.days else None)), default=None
            ),
            until=self.until,
        )


class SearchInput(WhoseInput):
    """What to look for."""

    query: Annotated[str, Field(min_length=1, max_length=4_000, description="What it is about, in plain words.")]
    limit: Annotated[int, Field(ge=1, le=50, description="At most so many.")] = 5


class HistoryInput(WhoseInput):
    """Whose history is wanted, the newest first."""

    limit: Annotated[int, Field(ge=1, le=MOST, description="At most so many.")] = 20


class Past(BaseModel):
    """One interaction, as it is remembered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    at: datetime
    kind: Kind
    person: str
    person_name: str
    company: str
    account: str
    campaign: str
    text: str
    outcome: Outcome | None = None
    due: date | None = Field(None, description="Until when to wait, or by when something was promised.")
    score: float | None = Field(None, description="How well it answers, from 0 to 1; null where nothing was asked.")


class Remembered(BaseModel):
    """The interactions that were found: the best first where something was asked, else the newest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interactions: tuple[Past, ...]
    count: int


SEARCH = Capability(
    "search",
    "Searches past interactions (mails, replies, notes, outcomes) by meaning, for a person, a company or all.",
    input=SearchInput,
    output=Remembered,
    seconds=0.3,
)
HISTORY = Capability(
    "history",
    "Lists past interactions with a person or a company exactly, the newest first, by kind, outcome and time.",
    input=HistoryInput,
    output=Remembered,
)


@dataclass(kw_only=True)
class RecallAgent(Agent):
    """Looks things up, and changes nothing."""

    agent_id: str = "recall"
    name: str = "Recall"
    capabilities: Sequence[Capability | str] = (SEARCH, HISTORY)
    limits: Limits = field(default_factory=Limits)
    interactions: Interactions
    clock: Clock = utc_now

    async def execute(self, task: Task) -> Made:
        if task.capability == SEARCH.name:
            found = await self._search(SearchInput.model_validate(task.parameters))
        elif task.capability == HISTORY.name:
            found = await self._history(HistoryInput.model_validate(task.parameters))
        else:
            raise NotFound(f"The agent {self.agent_id} has no capability {task.capability[:100]!r}.")
        made = Remembered(interactions=tuple(found), count=len(found))
        return Sourced(made.model_dump(mode="json"), SOURCE)

    async def _search(self, asked: SearchInput) -> list[Past]:
        query = f"{asked.name} {asked.query}".strip()
        found = await self.interactions.recall(
            query, asked.where(self.clock()), MOST_RANKED if asked.name else asked.limit
        )
        named = [one for one in found if _is_named(one.interaction, asked.name)]
        return [_past(one.interaction, one.score) for one in named[: asked.limit]]

    async def _history(self, asked: HistoryInput) -> list[Past]:
        found = await self.interactions.history(asked.where(self.clock()), LOOKED_AT if asked.name else asked.limit)
        return [_past(item) for item in found if _is_named(item, asked.name)][: asked.limit]


def _is_named(item: Interaction, name: str) -> bool:
    wanted = [stem_of(word) for word in words_of(name)]
    return has_words(wanted, words_of(f"{item.person_name} {item.company} {item.person} {item.account}"))


def _past(item: Interaction, score: float | None = None) -> Past:
    kept = {name: getattr(item, name) for name in Past.model_fields if name not in ("id", "score")}
    return Past(id=str(item.id), score=score, **kept)
