"""What an agent's output model says about the keys of its records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticSchemaGenerationError

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class MissingKey:
    """The key at this depth of the path can never be there; those that can are."""

    depth: int
    there: Sequence[str]


@dataclass(frozen=True)
class Schemas:
    """JSON schemas of output models, each made once."""

    made: dict[type[BaseModel], Schema] = field(default_factory=dict)

    def missing_key(self, model: type[BaseModel], keys: Sequence[str]) -> MissingKey | None:
        """The first key of a path that no record of the model can have; None where that cannot be told.

        One record is handed on as it is, several as a list: so the path may begin with a number.
        """
        schema = self._schema(model)
        return None if keys[0].isdigit() else _missing(schema, schema, keys, 0)

    def _schema(self, model: type[BaseModel]) -> Schema:
        if model not in self.made:
            try:
                self.made[model] = model.model_json_schema()
            except (PydanticInvalidForJsonSchema, PydanticSchemaGenerationError):
                self.made[model] = {}
        return self.made[model]


def _missing(root: Schema, schema: Schema, keys: Sequence[str], depth: int) -> MissingKey | None:
    schema = _followed(root, schema)
    if depth == len(keys) or "anyOf" in schema or "oneOf" in schema or "allOf" in schema:
        return None
    if "items" in schema and keys[depth].isdigit() and isinstance(schema["items"], Mapping):
        return _missing(root, schema["items"], keys, depth + 1)
    properties = schema.get("properties", {})
    if keys[depth] in properties:
        return _missing(root, properties[keys[depth]], keys, depth + 1)
    is_closed = schema.get("additionalProperties") is False
    return MissingKey(depth, list(properties)) if is_closed else None


def _followed(root: Schema, schema: Schema) -> Schema:
    reference = schema.get("$ref", "")
    name = reference.rpartition("/")[2]
    found: Schema = root.get("$defs", {}).get(name, {}) if reference else schema
    return found
