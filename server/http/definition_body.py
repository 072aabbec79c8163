"""A workflow's definition as a request's body: JSON, or YAML where that is what it says it is."""

from typing import Any

from fastapi import Request

from memory.definitions import Definition
from tools.definition_text import read_definition

_SCHEMA = Definition.model_json_schema(ref_template="#/components/schemas/{model}")
_SENT: dict[str, Any] = {"schema": {name: part for name, part in _SCHEMA.items() if name != "$defs"}}
DEFINITION_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/json": _SENT, "application/yaml": _SENT}}
}


async def definition_in(request: Request) -> object:
    """The value that the body holds, of whatever shape."""
    return read_definition(await request.body())
