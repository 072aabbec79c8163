"""What a step's output will have in it, as far as that is known before it runs.

What is not known is taken, and is an error where it is missing when it is read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nodes.workflow.checking.agents import Agents
from nodes.workflow.checking.output_schemas import Schemas
from nodes.workflow.checking.places import Place, way_within
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
            case "condition" | "parallel" | "loop":
                return self._inside(step, keys, way)
            case "agent_task":
                return self._agent(step, keys, way)
        return None

    def _inside(self, step: Place, keys: Sequence[str], way: str) -> str | None:
        """What is below a step with steps inside it: after a branch's name or a round's number, a step's id."""
        lists, below = step.bodies, way
        if step.step_type in ("parallel", "loop"):
            is_round = step.step_type == "loop" and keys[0].isdigit()
            lists = lists if is_round else [body for body in lists if body.path[-1] == keys[0]]
            if not lists or (step.step_type == "loop" and not is_round):
                return _misplaced(step, keys[0], way)
            below, keys = f"{way}.{keys[0]}", keys[1:]
        if not keys:
            return None
        found = next((body.by_id[keys[0]] for body in lists if keys[0] in body.by_id), None)
        return self._fault(found, keys[1:], f"{below}.{keys[0]}") if found else _misplaced(step, keys[0], way)

    def _agent(self, step: Place, keys: Sequence[str], way: str) -> str | None:
        capability = self.agents.capability_of(step)
        known = self.schemas.missing_key(capability.output, keys) if capability else None
        if known is None:
            return None
        return _no_key(".".join((way, *keys[: known.depth])), keys[known.depth], known.there)


def _misplaced(step: Place, key: str, way: str) -> str | None:
    """Says where a step is, if the key names one that is further inside."""
    target = next((one for one in _all_inside(step) if one.step_id == key), None)
    return f"{key} is inside {step.step_id}. Write {way}.{way_within(step, target)}." if target else None


def _all_inside(step: Place) -> Iterator[Place]:
    for body in step.bodies:
        for place in body.places:
            yield place
            yield from _all_inside(place)


def _no_key(way: str, key: str, there: Sequence[str]) -> str:
    return f"{way} never has {short(key)}. It has {listed(there) if there else 'no keys'}."
