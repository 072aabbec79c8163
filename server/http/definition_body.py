"""A workflow's definition as a request's body: JSON, or YAML where that is what it says it is."""

from typing import Any

from fastapi import Request

from memory.definitions import Definition
from memory.errors import Conflict, Invalid
from tools.definition_text import read_definition

_SCHEMA = Definition.model_json_schema(ref_template="#/components/schemas/{model}")
_SENT: dict[str, Any] = {"schema": {name: part for name, part in _SCHEMA.items() if name != "$defs"}}
DEFINITION_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/json": _SENT, "application/yaml": _SENT}}
}


READ = ("workflow_id", "version", "created_at", "updated_at")  # what a workflow that is read has beside


async def definition_in(request: Request) -> object:
    """The value that the body holds, of whatever shape."""
    return read_definition(await request.body())


def sent_back(given: object, workflow_id: str) -> tuple[object, int | None]:
    """The definition in a workflow that was read, changed and sent back whole, and the version that was read.

    `Conflict` where it is another workflow. A definition alone is given back as it is.
    """
    if not isinstance(given, dict) or not given.keys() >= set(READ):
        return given, None
    if given["workflow_id"] != workflow_id:
        raise Conflict(f"The body is of another workflow than {workflow_id}. A workflow keeps its id.")
    version = given["version"]
    if type(version) is not int:
        raise Invalid("A version is a whole number.", where="version")
    return {key: value for key, value in given.items() if key not in READ}, version
