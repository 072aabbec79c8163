"""What the records agent is given: which record to read, what to write, which leads are meant, what to note."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from memory.interaction_texts import Name, Person
from memory.json_values import JsonObject
from memory.leads import Policy
from memory.records import LeadStatus
from memory.remembered import About, NoteText
from memory.words import Kind, Outcome
from nodes.agents.given_leads import MOST_LEADS, Objects
from tools.lead_filter import LeadFilter

Verdict = Literal["qualified", "not_qualified", "review"]
Order = Literal["newest", "oldest", "score", "largest", "smallest"]
Words = Annotated[str, Field(max_length=300)]


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReadInput(Given):
    """One record to read: a lead, a context, what is remembered, or whether somebody may be written to."""

    lead: Annotated[str, Field(max_length=300)] | None = Field(None, description="A lead's id or mail address.")
    context: str | None = Field(None, description="A context's job_id.")
    version: int | None = Field(None, ge=1, description="An earlier version of the context.")
    about: About | Literal["all"] | None = Field(
        None,
        description="What is remembered about this; product, tone and sender bring the offer, profile the ICP.",
    )
    never_contact: Annotated[str, Field(max_length=300)] | None = Field(
        None, description="A mail address or domain: is it on the list of those who are not written to?"
    )
    text: NoteText | None = Field(None, description="A question about what is remembered, in plain words.")


class ContextToWrite(Given):
    """A context, as the next version of the job's where there is one."""

    job_id: str | None = Field(None, description="Made where it is absent.")
    job_type: Annotated[str, Field(min_length=1, max_length=200)] = Field("note", description="Its type.")
    context_data: JsonObject = Field(description="The data to keep.")
    version: int | None = Field(None, description="Only if this is still the latest version.")
    error: JsonValue = None


class WriteInput(Given):
    """What to keep, or to take away: leads, or one context."""

    lead: Objects | None = Field(None, description="A lead: email, full_name, company, website, title, …")
    leads: Objects | None = Field(None, description=f"Several leads, or outputs about them; at most {MOST_LEADS}.")
    duplicates: Policy = Field("update", description="What becomes of a lead whose address is known.")
    context: ContextToWrite | None = Field(None, description="A context to create, or its next version.")
    remove: Objects | Annotated[list[str], Field(max_length=MOST_LEADS)] | None = Field(
        None, description="Leads to take out of the store, by their ids or as a list gave them."
    )


class LeadsMeant(Given):
    """Which leads are meant. All that is given must hold."""

    title: Words = Field("", description="Words of the job title, such as CTO or head of sales.")
    industry: Words = Field("", description="Words of the industry.")
    company: Words = Field("", description="Words of the company's name, website or domain.")
    website: Words = Field("", description="The company's domain.")
    email: Words = Field("", description="The lead's address, or a part of it.")
    place: Words = Field("", description="A country, a region (EU, DACH) or a town.")
    country: Words = Field("", description="The same as place.")
    city: Words = Field("", description="The same as place.")
    location: Words = Field("", description="The same as place; one of several, as in: Germany and France.")
    words: Words = Field("", description="Words that stand anywhere in the row.")
    language: Words = Field("", description="The lead's language, such as en.")
    employees_min: int | None = Field(None, ge=0)
    employees_max: int | None = Field(None, ge=0)
    has_website: bool | None = None
    status: LeadStatus | list[LeadStatus] | None = Field(None, description="How its last run ended.")
    verdict: Verdict | list[Verdict] | None = Field(None, description="How it fits the profile.")
    min_score: int | None = Field(None, ge=0, le=100)
    unread: bool | None = Field(None, description="True: no run has worked on it.")

    def own_filters(self) -> tuple[LeadFilter, ...]:
        """The conditions; of those on one thing, each in a filter of its own."""
        rest = LeadFilter(
            title=self.title,
            industry=self.industry,
            company=self.company,
            place=self.place,
            words=self.words,
            language=self.language,
            employees_min=self.employees_min,
            employees_max=self.employees_max,
            has_website=self.has_website,
            status=_set(self.status),
            verdict=_set(self.verdict),
            min_score=self.min_score,
            unread=self.unread,
        )
        places = (LeadFilter(place=place) for place in (self.country, self.city, self.location) if place)
        sites = (LeadFilter(company=name) for name in (self.website, self.email) if name)
        return (rest, *places, *sites)


class ListInput(LeadsMeant):
    """Which leads - or contexts - are wanted; nothing given means all leads."""

    filters: LeadsMeant | None = Field(None, description="The conditions, where they are not given beside it.")
    order: Order = Field("newest", description="newest: those that came last first.")
    limit: Annotated[int, Field(ge=1, le=MOST_LEADS)] = 100
    contexts: bool = Field(False, description="List contexts instead of leads, the newest first.")
    job_type: Words | None = Field(None, description="Contexts of this type alone.")

    def all_filters(self) -> tuple[LeadFilter, ...]:
        """Every condition."""
        return (*self.own_filters(), *(self.filters.own_filters() if self.filters else ()))


class NoteInput(Given):
    """What to note: about a person, or something to keep in mind; or whom never to contact."""

    text: NoteText | None = Field(None, description="The note, in the words in which it was told.")
    about: About | None = Field(None, description="What is to be remembered is about this; found out if absent.")
    person: Person | None = Field(None, description="The mail address of the person whom the note is about.")
    lead: JsonObject | str | None = Field(
        None, description="The lead that it is about: an object, an id, an address."
    )
    kind: Kind = Field("note", description="With a person: what happened.")
    outcome: Outcome | None = Field(None, description="With a person: what it came to, such as wait or refused.")
    due: date | None = Field(None, description="With an outcome: until when to wait, or by when it was promised.")
    never_contact: Name | list[Name] | None = Field(
        None, description="Mail addresses and domains that are not to be written to, nor imported."
    )
    forget: Annotated[str, Field(max_length=300)] | None = Field(
        None, description="Forget what is remembered with all these words in it."
    )

    def never(self) -> list[str]:
        """The addresses and domains that are not to be contacted."""
        return [self.never_contact] if isinstance(self.never_contact, str) else self.never_contact or []


def _set(given: str | list[LeadStatus] | list[Verdict] | None) -> frozenset[str]:
    if given is None:
        return frozenset()
    return frozenset((given,) if isinstance(given, str) else given)
