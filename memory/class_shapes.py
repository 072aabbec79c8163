"""How an object of somebody's class is taken apart and made again: models, dataclasses, enums and the like.

Whether a class may be made at all is not decided here (`memory/serializing.py` does). A model is taken apart
into the fields themselves, not by `model_dump`: what is nested in it keeps its own type. It is made again by
validation, under the fields' names.
"""

import dataclasses
from collections.abc import Callable
from enum import Enum
from typing import Any

from pydantic import BaseModel, RootModel

SEND = ("langgraph.types", "Send")
BUILT_IN = (str, bytes, int, float, list, dict, tuple, set, frozenset)


@dataclasses.dataclass(frozen=True)
class Shape:
    """One kind of class. `plain` is what is left of an object whose class may not be made, or is gone."""

    code: int
    fits: Callable[[Any], bool]
    take: Callable[[Any], Any]
    make: Callable[[Any, Any], Any]
    plain: Callable[[Any], Any]


def _take_model(value: BaseModel) -> list[object]:
    kind = type(value)
    fields = {name: value.__dict__[name] for name in kind.model_fields if name in value.__dict__}
    unset = [name for name in fields if name not in value.model_fields_set]
    return [fields, unset, value.__pydantic_extra__ or None, value.__pydantic_private__ or None]


def _make_model(kind: type[BaseModel], parts: Any) -> BaseModel:
    fields, unset, extra, private = parts
    given = fields["root"] if issubclass(kind, RootModel) else {**fields, **(extra or {})}
    made = kind.model_validate(given, by_name=True, by_alias=False)
    made.__pydantic_fields_set__.difference_update(unset)
    if private:
        object.__setattr__(made, "__pydantic_private__", {**(made.__pydantic_private__ or {}), **private})
    return made


def _plain_model(parts: Any) -> dict[str, object]:
    fields, _, extra, _ = parts
    return {**fields, **(extra or {})}


def _is_dataclass(value: object) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def _take_dataclass(value: Any) -> dict[str, object]:
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _make_dataclass(kind: Any, parts: Any) -> object:
    at_start = {field.name for field in dataclasses.fields(kind) if field.init}
    made = kind(**{name: value for name, value in parts.items() if name in at_start})
    for name in parts.keys() - at_start:
        object.__setattr__(made, name, parts[name])
    return made


def _make_enum(kind: Any, parts: Any) -> object:
    name, value = parts
    return kind[name] if name in kind.__members__ else kind(value)


def _take_built_in(value: Any) -> object:
    base = next(base for base in BUILT_IN if isinstance(value, base))
    if getattr(value, "__dict__", None):
        raise TypeError(f"a {type(value).__name__} with attributes of its own")
    return base(value)


SHAPES = (  # the first that fits
    Shape(100, lambda v: isinstance(v, Enum), lambda v: [v.name, v.value], _make_enum, lambda p: p[1]),
    Shape(101, lambda v: isinstance(v, BaseModel), _take_model, _make_model, _plain_model),
    Shape(102, _is_dataclass, _take_dataclass, _make_dataclass, lambda parts: parts),
    Shape(
        103,
        lambda v: isinstance(v, tuple) and hasattr(v, "_fields"),
        list,
        lambda kind, parts: kind(*parts),
        tuple,
    ),
    Shape(
        104,
        lambda v: (type(v).__module__, type(v).__name__) == SEND,
        lambda v: [v.node, v.arg, v.timeout],
        lambda kind, parts: kind(parts[0], parts[1], timeout=parts[2]),
        lambda parts: parts,
    ),
    Shape(105, lambda v: isinstance(v, BUILT_IN), _take_built_in, lambda kind, parts: kind(parts), lambda p: p),
)
LEFT_AS_DATA = {101, 102}  # of a class inside a function, what a graph was given comes back as a dict
BY_CODE = {shape.code: shape for shape in SHAPES}


def shape_of(value: object) -> Shape | None:
    """The shape that an object has, or None."""
    return next((shape for shape in SHAPES if shape.fits(value)), None)
