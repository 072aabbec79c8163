"""What a client may ask of a run, checked. An unknown field is ignored: clients are newer than servers."""

from collections.abc import Sequence
from typing import Annotated, Literal, get_args
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from memory.json_text import JsonObject
from memory.run_records import Strategy

StreamMode = Literal[
    "values", "updates", "messages", "messages-tuple", "custom", "events", "debug", "tasks", "checkpoints"
]
MODES: frozenset[str] = frozenset(get_args(StreamMode))
LONGEST_DELAY = 366 * 24 * 3600  # seconds


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _once(modes: list[StreamMode]) -> list[StreamMode]:
    return list(dict.fromkeys(modes))


def _nodes(value: object) -> object:
    return value if value == "*" or value is None or isinstance(value, list) else [value]


Modes = Annotated[list[StreamMode], BeforeValidator(_listed), AfterValidator(_once), Field(min_length=1)]
Nodes = Annotated[Literal["*"] | list[str] | None, BeforeValidator(_nodes)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Goto(_Asked):
    """A node to go to with an input of its own."""

    node: str
    input: object = None


class CommandAsked(_Asked):
    """What a client says to a graph that waits."""

    resume: object = None
    update: JsonObject | list[tuple[str, object]] | None = None
    goto: str | Goto | list[str | Goto] | None = None


class ConfigAsked(_Asked):
    """The part of a LangChain config that a client may set."""

    tags: list[str] = []
    recursion_limit: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    max_concurrency: Annotated[int, Field(ge=1, le=10_000)] | None = None
    run_name: str | None = None
    metadata: JsonObject = {}
    configurable: JsonObject = {}

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: object) -> object:
        return {k: v for k, v in given.items() if v is not None} if isinstance(given, dict) else given


class CheckpointAsked(_Asked):
    """A checkpoint as we gave it, or as older servers did."""

    checkpoint_id: str | None = None
    checkpoint_ns: str | None = None
    checkpoint_map: dict[str, str] | None = None


class RunAsked(_Asked):
    """A run request on a thread."""

    assistant_id: str
    input: object = None
    command: CommandAsked | None = None
    metadata: JsonObject | None = None
    config: ConfigAsked | None = None
    context: JsonObject | None = None
    checkpoint: CheckpointAsked | None = None
    checkpoint_id: UUID | None = None
    stream_mode: Modes | None = None
    stream_subgraphs: bool | None = None
    stream_resumable: bool | None = None
    multitask_strategy: Strategy | None = None
    if_not_exists: Literal["create", "reject"] | None = None
    on_disconnect: Literal["cancel", "continue"] | None = None
    on_completion: Literal["delete", "keep"] | None = None
    interrupt_before: Nodes = None
    interrupt_after: Nodes = None
    webhook: Annotated[str, Field(max_length=65_536)] | None = None
    after_seconds: Annotated[float, Field(ge=0, le=LONGEST_DELAY, allow_inf_nan=False)] | None = None
    durability: Literal["sync", "async", "exit"] | None = None
    checkpoint_during: bool | None = None

    @property
    def modes(self) -> Sequence[StreamMode]:
        """The stream modes, as asked or as they are by default."""
        return self.stream_mode or ["values"]

    def kwargs(self, config: JsonObject, context: JsonObject) -> JsonObject:
        """What is kept of it with the run; config and context are those that its assistant's lie under."""
        return {
            "input": self.input,
            "command": self.command.model_dump(mode="json", exclude_unset=True) if self.command else None,
            "config": config,
            "context": context,
            "checkpoint_id": self.fork,
            "checkpoint": self.checkpoint.model_dump() if self.checkpoint else None,
            "stream_mode": list(self.modes),
            "stream_subgraphs": bool(self.stream_subgraphs),
            "stream_resumable": bool(self.stream_resumable),
            "interrupt_before": self.interrupt_before,
            "interrupt_after": self.interrupt_after,
            "durability": "exit" if self._stores_last() else "sync",
            "webhook": self.webhook,
        }

    @property
    def fork(self) -> str | None:
        """The id of the checkpoint that the run starts from; None: the newest."""
        if self.checkpoint_id:
            return str(self.checkpoint_id)
        return self.checkpoint.checkpoint_id if self.checkpoint else None

    def _stores_last(self) -> bool:
        return self.durability == "exit" or (self.durability is None and self.checkpoint_during is False)
