"""What a step does, in two parts: what goes into it, and the doing."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue

from memory.envelopes import Provenance
from nodes.workflow.frame import Frame
from nodes.workflow.outcomes import Outcomes
from nodes.workflow.recording import Story


@dataclass(frozen=True)
class Done:
    """What a step's work came to."""

    output: JsonValue
    agent: str | None = None  # that did it
    provenance: tuple[Provenance, ...] = ()


@dataclass(frozen=True)
class Ready:
    """Work that is ready to be done. `input` is for the record.

    `is_body` says that it runs other steps: then only `StepFailed` is its failure, and what else comes out of it
    is trouble beside the workflow, such as a data server that is away.
    """

    input: JsonValue
    do: Callable[[Story], Awaitable[Done]]
    is_body: bool = False


class Action(Protocol):
    """What a kind of step does."""

    def prepare(self, frame: Frame) -> Ready:
        """Put its values in; `Invalid` where that cannot be done. Nothing happens yet."""
        ...


Body = Callable[[Frame], Awaitable[Outcomes]]  # runs a list of steps, and goes on where it was interrupted
Branches = Callable[[Frame, Sequence[str]], Awaitable[Mapping[str, Outcomes]]]  # runs those named, side by side
Ask = Callable[[object], object]  # stops the run until there is an answer; it is LangGraph's `interrupt`
Sleep = Callable[[float], Awaitable[None]]
