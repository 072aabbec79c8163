"""What a step's output will have in it, as far as that is known before it runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nodes.workflow.checking.agents import Agents
from nodes.workflow.checking.output_schemas import Schemas
from nodes.workflow.checking.places import Place
from tools.templates import Path as Reference
from tools.templates.values import listed, short

API_CALL = ("status", "headers", "json", "text")


@dataclass(frozen=True)
class Outputs:
    """Answers for each step whether a path below its output can be there at all."""

    agents: Agents
    schemas: Schemas

    def fault(self, step: Place, reference: Reference) -> str | None:
        """Why nothing can ever be at a path; None where something may be."""
        return self._fault(step, reference.keys[2:], ".".join(reference.keys[:2]))

    def _fault(self, step: Place, keys: Sequence[str], way: str) -> str | None:
        if not keys:
            return None
        match step.step_type:
            case "api_call":
                return None if keys[0] in API_CALL else _no_key(way, keys[0], API_CALL)
            case "wait":
                return f"{way} is null: a wait has no output."
            case "transform":
                return _no_value(step.given.get("value"), keys, way)
            case "condition" | "parallel" | "loop":
                return self._inside(step, keys, way)
            case "agent_task":
                return self._agent(step, keys, way)
        return None

    def _inside(self, step: Place, keys: Sequence[str], way: str) -> str | None:
        lists = list(step.bodies)
        if step.step_type == "parallel":
            branches = {str(body.path[-1]): body for body in lists}
            if keys[0] not in branches:
                return _no_key(way, keys[0], list(branches))
            lists, way, keys = [branches[keys[0]]], f"{way}.{keys[0]}", keys[1:]
        elif step.step_type == "loop":
            if not keys[0].isdigit():
                return f"{way} is a list of rounds, so a number follows: {way}.0."
            way, keys = f"{way}.{keys[0]}", keys[1:]
        if not keys:
            return None
        steps = {step_id: place for body in lists for step_id, place in body.by_id.items()}
        if keys[0] not in steps:
            return _no_key(way, keys[0], list(steps))
        return self._fault(steps[keys[0]], keys[1:], f"{way}.{keys[0]}")

    def _agent(self, step: Place, keys: Sequence[str], way: str) -> str | None:
        capability = self.agents.capability_of(step)
        if capability is None:
            return None
        known = self.schemas.missing_key(capability.output, keys)
        return (
            None
            if known is None
            else _no_key(".".join((way, *keys[: known.depth])), keys[known.depth], known.there)
        )


def _no_value(value: object, keys: Sequence[str], way: str) -> str | None:
    """The keys of a value that is written in the definition itself."""
    for key in keys:
        if isinstance(value, str) and "{{" in value:
            return None
        if isinstance(value, Mapping):
            if key not in value:
                return _no_key(way, key, list(value))
            value = value[key]
        elif isinstance(value, list) and key.isdigit() and int(key[:9]) < len(value):
            value = value[int(key)]
        else:
            return _no_key(way, key, ())
        way = f"{way}.{key}"
    return None


def _no_key(way: str, key: str, there: Sequence[str]) -> str:
    return f"{way} never has {short(key)}. It has {listed(there) if there else 'no keys'}."
