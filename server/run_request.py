"""What a client may ask of a run, checked. An unknown field is ignored: clients are newer than servers."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self, get_args
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from memory.errors import ZigralError
from memory.json_text import JsonObject
from memory.run_records import Strategy

StreamMode = Literal[
    "values", "updates", "messages", "messages-tuple", "custom", "events", "debug", "tasks", "checkpoints"
]
MODES: frozenset[str] = frozenset(get_args(StreamMode))
LONGEST_DELAY = 366 * 24 * 3600  # seconds


class Contradiction(ZigralError):
    """A request that is well formed and cannot be meant."""


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

    @model_validator(mode="after")
    def _one_way_to_set(self) -> Self:
        if self.context and self.config and self.config.configurable:
            raise Contradiction("A request sets context or config.configurable, not both. Leave one out.")
        return self

    @property
    def modes(self) -> Sequence[StreamMode]:
        """The stream modes, as asked or as they are by default."""
        return self.stream_mode or ["values"]

    def kwargs(self) -> JsonObject:
        """What is kept of it with the run."""
        resume = self.command is not None and "resume" in self.command.model_fields_set
        return {
            **self.model_dump(
                mode="json",
                include={"input", "context", "stream_subgraphs", "stream_resumable", "interrupt_before"}
                | {"interrupt_after", "webhook", "checkpoint"},
            ),
            "stream_mode": list(self.modes),
            "command": self.command.model_dump(mode="json", exclude_unset=True) if self.command else None,
            "resumes": resume,
            "config": self.config.model_dump(mode="json", exclude_unset=True) if self.config else {},
            "checkpoint_id": self._fork(),
            "durability": "exit" if self._stores_last() else "sync",
        }

    def _fork(self) -> str | None:
        if self.checkpoint_id:
            return str(self.checkpoint_id)
        return self.checkpoint.checkpoint_id if self.checkpoint else None

    def _stores_last(self) -> bool:
        return self.durability == "exit" or (self.durability is None and self.checkpoint_during is False)
