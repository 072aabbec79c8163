"""Which earlier steps a step looks at, so that it is given those and no others."""

from collections.abc import Iterator

from pydantic import BaseModel

from memory.definitions import Step, every_step
from tools.templates import parse

PLAIN = {"name", "description"}  # fields whose texts are no templates


def references(step: Step) -> set[str]:
    """The ids of all steps that the step, and what is inside it, depends on or names in a template."""
    return {*(one for inner in every_step([step]) for one in inner.depends_on), *_named_in(step)}


def _named_in(value: object) -> set[str]:
    """The ids of the steps that the templates in a value name."""
    paths = (path for text in _templates(value) for path in parse(text).references)
    return {path.keys[1] for path in paths if path.root == "steps"}


def _templates(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if "{{" in value:
            yield value
    elif isinstance(value, BaseModel):
        for name, one in value:
            if name not in PLAIN:
                yield from _templates(one)
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _templates(one)
