"""Whether an agent takes the parameters that stand in a definition, where templates may become anything."""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticSerializationError, to_json

from memory.errors import Invalid
from nodes.workflow.checking.details import Where, names_of, no_such_key, value_in, wanted, where
from nodes.workflow.checking.places import Found, Key, Path
from tools.templates import parse
from tools.templates.values import kind, short

NEVER_A_TEXT = (
    *("dict_type", "model_type", "model_attributes_type", "mapping_type"),
    *("list_type", "tuple_type", "set_type", "frozen_set_type"),
)


def parameter_faults(parameters: Mapping[str, object], model: type[BaseModel]) -> Iterator[Found]:
    """What the agent's own input model refuses, whatever the templates become."""
    told: set[Path] = set()
    for detail, place in _nearest(_details(parameters, model), parameters):
        if place.path not in told:
            told.add(place.path)
            yield Found(place.path, _sentence(detail, place.path, model))


def _nearest(
    details: Iterable[ErrorDetails], parameters: Mapping[str, object]
) -> Iterator[tuple[ErrorDetails, Where]]:
    """What is wrong for sure; of a union, with the member that the value comes nearest to. None, if one may fit."""
    unions: dict[Path, dict[Key, list[tuple[ErrorDetails, Where]]]] = {}
    for detail in details:
        place = where(detail, parameters)
        is_wrong = not _is_open(detail, place, parameters)
        if place.union is None:
            if is_wrong:
                yield detail, place
            continue
        found = unions.setdefault(place.union, {}).setdefault(place.member, [])
        found += [(detail, place)] if is_wrong else []
    for members in unions.values():
        yield from min(members.values(), key=len)


def _details(parameters: Mapping[str, object], model: type[BaseModel]) -> list[ErrorDetails]:
    try:
        model.model_validate_json(to_json(parameters))  # as it is done when the agent is called
    except ValidationError as error:
        return error.errors(include_url=False)
    except PydanticSerializationError:
        return []  # there is half a character in it, which is told beside all else
    except (AttributeError, LookupError, TypeError):
        return []  # a validator of the agent's own that did not reckon with a template's text
    return []


def _is_open(detail: ErrorDetails, place: Where, parameters: Mapping[str, object]) -> bool:
    """Whether what templates become may yet be right."""
    value = value_in(parameters, place.path)
    if detail["type"] == "extra_forbidden" or not _has_template(value):
        return False
    return not (isinstance(value, str) and detail["type"] in NEVER_A_TEXT and not _is_single(value))


def _has_template(value: object) -> bool:
    if isinstance(value, Mapping | list):
        return any(map(_has_template, value.values() if isinstance(value, Mapping) else value))
    return isinstance(value, str) and "{{" in value


def _is_single(text: str) -> bool:
    try:
        return parse(text).single is not None
    except Invalid:
        return True  # said where templates are checked


def _sentence(detail: ErrorDetails, path: Path, model: type[BaseModel]) -> str:
    key = str(path[-1]) if path else ""
    if detail["type"] == "extra_forbidden":
        return no_such_key(key, names_of(model)) if len(path) == 1 else f"There is no key {short(key)} here."
    if detail["type"] == "missing":
        return f"{key} is missing, and the agent needs it."
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    return f"{wanted(detail)} This is {kind(detail['input'])}."
