"""What is wrong with parameters, told by their paths with what would be right; no value is repeated."""

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from memory.errors import Invalid, Mistake, Mistakes
from memory.json_values import JsonObject

PARAMETERS = "parameters"
_OF_A_UNION = re.compile(r"constrained-|(?:dict|list|tuple|[a-z]+(?:-[a-z]+)+)\[")

Model = TypeVar("Model", bound=BaseModel)


def read_parameters(parameters: JsonObject, model: type[Model], *, of: str) -> Model:
    """The parameters of what is called `of`, as its model takes them; `Mistakes` says all that is wrong."""
    try:
        return model.model_validate_json(to_json(parameters))
    except ValidationError as error:
        raise Mistakes(mistakes_in(error, model, of=of)) from None
    except (PydanticSerializationError, ValueError, RecursionError):
        raise Invalid(
            "They are not JSON. Give objects, lists, texts, numbers, true, false and null.", where=PARAMETERS
        ) from None


def mistakes_in(
    error: ValidationError, model: type[BaseModel], *, of: str, root: str = PARAMETERS
) -> tuple[Mistake, ...]:
    """What a model says is wrong, each below `root`."""
    names = ", ".join(field.alias or name for name, field in model.model_fields.items())
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    return tuple(
        Mistake(path_of(root, one["loc"]), _sentence(one["type"], one["msg"], of, names)) for one in faults
    )


def path_of(root: str, loc: Sequence[int | str]) -> str:
    """A place as people write it: `parameters.leads[0].email`."""
    return root + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in written_parts(loc))


def written_parts(loc: Sequence[object]) -> Iterator[object]:
    """A place's parts without what Pydantic adds: which of several types it tried."""
    return (part for part in loc if not (isinstance(part, str) and _OF_A_UNION.match(part)))


def _sentence(kind: str, said: str, of: str, names: str) -> str:
    if kind == "missing":
        return f"It is missing. {of} takes {names}."
    if kind == "extra_forbidden":
        return f"There is no such parameter. {of} takes {names}."
    return f"{said.removeprefix('Value error, ').rstrip('.')}."
