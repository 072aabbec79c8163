"""The leads that an agent was given, in whichever way: one or many, as objects or field by field, raw or handed on.

What an earlier step came to - an object with a `lead` - brings along all that is known of that lead.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from memory.errors import Mistake, Mistakes
from memory.json_values import JsonObject
from memory.profile import Icp, Offer
from nodes.agents.dossier import Dossier
from tools.lead_object import identifies, read_lead
from tools.profile_files import parse_icp, parse_offer

MOST_LEADS = 1_000
LISTS = ("leads", "items")
PLACES = ("leads", "lead", "lead_data", "data")
CARRIED = tuple(name for name in Dossier.model_fields if name != "lead")

Objects = JsonObject | Annotated[list[JsonObject], Field(max_length=MOST_LEADS)]


class LeadsInput(BaseModel):
    """Whom it is about. Without `lead` and `leads`, the parameters themselves are the fields of one lead."""

    model_config = ConfigDict(extra="allow")

    lead: Objects | None = Field(
        None,
        description="A lead: email, full_name (or name), company, website, title, employees, country, …; other "
        "keys are kept as extra. Or the whole output of an earlier step about a lead.",
        examples=[{"email": "anna@acme.example", "name": "Anna Berg", "website": "https://acme.example"}],
    )
    leads: Objects | None = Field(
        None,
        description=f"Several leads, or outputs of earlier steps: one record comes of each, at most {MOST_LEADS}.",
    )
    lead_data: Objects | None = Field(None, description="Another name for lead.")
    data: Objects | None = Field(None, description="Another name for lead.")

    def dossiers(self) -> list[Dossier]:
        """What is known of each lead, in order; `Mistakes` with the path of all that is wrong."""
        for place in PLACES:
            given = getattr(self, place)
            if given is not None:
                return self._at(place, given)
        given = self.flat()
        return [_joined(dossier_of(given, "lead"), given)]

    def names_a_lead(self) -> bool:
        """Whether one is given at all."""
        places = (getattr(self, place) for place in PLACES)
        return any(given is not None for given in places) or identifies(self.flat())

    def flat(self) -> JsonObject:
        """The fields of one lead, given as parameters."""
        return self.model_extra or {}

    def _at(self, place: str, given: Objects) -> list[Dossier]:
        """The leads given there; what else was handed on is of the lead where there is one alone."""
        if isinstance(given, list):
            objects: dict[str, JsonValue] = {f"{place}[{at}]": item for at, item in enumerate(given)}
        else:
            objects = _unpacked(given, place)
        if len(objects) > MOST_LEADS:
            raise Mistakes([Mistake(place, f"At most {MOST_LEADS:,} leads are taken at a time.")])
        found = _all_of(objects)
        return [_joined(found[0], self.model_extra or {})] if len(found) == 1 else found


class ProfiledInput(LeadsInput):
    """Whom to hold against which profile."""

    icp: JsonObject | None = Field(None, description="A profile with the keys of icp.toml; else the default.")

    def profile(self) -> Icp | None:
        """The profile given here; `Invalid` with each mistake in it."""
        return None if self.icp is None else parse_icp(self.icp)


class OfferedInput(ProfiledInput):
    """Whom to write to, and in whose name."""

    offer: JsonObject | None = Field(None, description="An offer with the keys of offer.toml; else the default.")

    def offering(self) -> Offer | None:
        """The offer given here; `Invalid` with each mistake in it."""
        return None if self.offer is None else parse_offer(self.offer)


def _unpacked(given: JsonObject, place: str) -> dict[str, JsonValue]:
    """By path: what an object that is no lead lists, as a page of a store does; else the object itself."""
    if not identifies(given) and not _is_output(given):
        for name in LISTS:
            if isinstance(listed := given.get(name), list):
                return {f"{place}.{name}[{at}]": item for at, item in enumerate(listed)}
    return {place: given}


def _all_of(objects: Mapping[str, JsonValue]) -> list[Dossier]:
    """What is known of each, by its path; `Mistakes` with those of all."""
    found: list[Dossier] = []
    mistakes: list[Mistake] = []
    for path, given in objects.items():
        try:
            found.append(dossier_of(_as_object(given, path), path))
        except Mistakes as error:
            mistakes += error.mistakes
    if mistakes:
        raise Mistakes(mistakes)
    return found


def _as_object(given: JsonValue, path: str) -> JsonObject:
    if not isinstance(given, dict):
        raise Mistakes([Mistake(path, "A lead is an object.")])
    return given


def dossier_of(given: Mapping[str, JsonValue], where: str) -> Dossier:
    """What is known of the lead in an object: a lead by its fields, or an earlier step's output."""
    lead = given.get("lead")
    if not isinstance(lead, dict):
        return Dossier(lead=read_lead(given, where))
    return _with(dossier_of(lead, f"{where}.lead"), _parts(given), where)


def _joined(dossier: Dossier, others: Mapping[str, JsonValue]) -> Dossier:
    """With what was handed on beside the lead: further outputs about the same lead, or single parts of one."""
    single = {name: value for name, value in others.items() if not _is_output(value)}
    for name in others.keys() - single.keys():
        other = dossier_of(_as_object(others[name], name), name)
        if other.lead.lead_id != dossier.lead.lead_id:
            raise Mistakes([Mistake(name, "This is about another lead. Give what was found out about this one.")])
        dossier = joined(dossier, other)
    return _with(dossier, _parts(single), "")


def joined(one: Dossier, other: Dossier) -> Dossier:
    """What two know of a lead. The pages are those of the one that found some, and so are the verdicts on them."""
    pages, rest = (other, one) if other.found and not one.found else (one, other)
    judge = pages if pages.qualification else rest
    fits = judge.facts == pages.facts or not judge.facts
    verdicts = {name: getattr(judge, name) for name in ("qualification", "judged", "evidence")} if fits else {}
    return pages.model_copy(update={**verdicts, "standing": pages.standing or rest.standing})


def _is_output(value: JsonValue) -> bool:
    return isinstance(value, dict) and isinstance(value.get("lead"), dict)


def _parts(given: Mapping[str, JsonValue]) -> JsonObject:
    return {name: given[name] for name in CARRIED if given.get(name) is not None}


def _with(dossier: Dossier, parts: JsonObject, where: str) -> Dossier:
    try:
        given = Dossier.model_validate({"lead": dossier.lead, **parts})
    except ValidationError as error:
        raise Mistakes([_mistake(fault["loc"], fault["msg"], where) for fault in error.errors()]) from None
    return dossier.model_copy(update={name: getattr(given, name) for name in parts})


def _mistake(place: tuple[int | str, ...], message: str, where: str) -> Mistake:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return Mistake(f"{where}{path}".lstrip("."), f"{message}.")
