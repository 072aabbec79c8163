"""Earlier interactions as another agent hands them on, and the people that they are of."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from memory.errors import Mistake, Mistakes
from memory.json_values import JsonObject
from memory.records import Interaction, Lead
from nodes.agents.dossier import Dossier
from nodes.agents.given_leads import Objects
from tools.accounts import person_of
from tools.lead_object import read_lead

LONGEST_TEXT = 100_000  # characters


class Heard(BaseModel):
    """What an answer needs of an interaction. `person` is an address, `at` None where nobody says when it was."""

    model_config = ConfigDict(frozen=True)

    text: Annotated[str, Field(max_length=LONGEST_TEXT)]
    kind: str = "mail_received"
    person: str = ""
    person_name: str = ""
    company: str = ""
    account: str = ""
    at: AwareDatetime | None = None

    @classmethod
    def of(cls, interaction: Interaction) -> "Heard":
        """A remembered interaction."""
        return cls.model_validate(interaction.model_dump(include=set(cls.model_fields)))


def heard_in(given: Objects | None, where: str) -> list[Heard]:
    """The interactions that were handed over, one or many, in whatever they are packed.

    `Mistakes` where something in them is wrong.
    """
    objects = [given] if isinstance(given, dict) else given or []
    try:
        return [Heard.model_validate(item) for one in objects for item in _interactions(one)]
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise Mistakes([Mistake(where, f"An interaction is wrong: {place}: {fault['msg']}.")]) from None


def _interactions(given: JsonObject) -> Iterator[JsonObject]:
    if "text" in given:
        yield given
        return
    for value in given.values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from _interactions(item)


def dossiers_of(heard: Sequence[Heard]) -> list[Dossier]:
    """The people who are heard of, each once, as leads."""
    people = {one.person: one for one in reversed(heard) if one.person}
    return [Dossier(lead=_lead(one)) for one in reversed(people.values())]


def _lead(one: Heard) -> Lead:
    given: JsonObject = {"email": one.person, "full_name": one.person_name, "company": one.company}
    return read_lead({**given, "website": one.account}, "interactions")


def with_person(heard: Sequence[Heard], lead: Lead) -> list[Heard]:
    """What was heard of the lead's person, or of nobody in particular; the newest first, where that is known."""
    person = person_of(lead)
    theirs = [one for one in heard if one.person.lower() in ("", person)]
    return sorted(theirs, key=lambda one: one.at.timestamp() if one.at else 0, reverse=True)
