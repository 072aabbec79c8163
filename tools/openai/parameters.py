"""A JSON schema of parameters in a line or two, for a model to read: the schema itself is ten times as long."""

from collections.abc import Iterator, Mapping

from memory.json_values import JsonObject

DEEPEST = 2  # objects within each other whose keys are told
ALIAS = "Another name for "  # how a description begins of what need not be told

Schema = Mapping[str, object]


def told(schema: JsonObject) -> str:
    """The keys with their types and what they mean; "any" where none is declared."""
    return "; ".join(_keys(schema, schema, 0)) or "any"


def _keys(schema: Schema, root: Schema, depth: int) -> Iterator[str]:
    properties, required = schema.get("properties"), schema.get("required")
    if not isinstance(properties, dict):
        return
    for name, value in properties.items():
        described = value.get("description", "") if isinstance(value, dict) else ""
        if described.startswith(ALIAS):
            continue
        must = ", required" if isinstance(required, list) and name in required else ""
        yield f"{name} ({_kind(value, root, depth)}{must}){': ' if described else ''}{described}".rstrip(". ")


def _kind(value: object, root: Schema, depth: int) -> str:
    """What a value may be: "integer", "en | de", "object of (…)", "list"."""
    schema = _followed(value, root)
    if isinstance(choices := schema.get("anyOf"), list):
        kinds = dict.fromkeys(_kind(one, root, depth) for one in choices)
        return " or ".join(kind for kind in kinds if kind != "null")
    if isinstance(values := schema.get("enum"), list):
        return " | ".join(map(str, values))
    if schema.get("type") == "object" and "properties" in schema and depth < DEEPEST:
        return f"object of ({'; '.join(_keys(schema, root, depth + 1))})"
    if schema.get("type") == "array":
        inside = _kind(schema.get("items"), root, depth)
        return "list" if inside in {"anything", "object"} else f"list of {inside}"
    return str(schema.get("const", schema.get("type", "anything")))


def _followed(value: object, root: Schema) -> Schema:
    """The schema that a reference stands for."""
    schema = value if isinstance(value, dict) else {}
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    known = root.get("$defs")
    found = known.get(name) if name and isinstance(known, dict) else schema
    return found if isinstance(found, dict) else {}
