"""How clients name a place in a thread's history: as we gave it, or in one of the ways that older ones do."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from server.thread_state import Place


class GivenCheckpoint(BaseModel):
    """A checkpoint as clients send it back: whole, in part, with null fields, or as `{configurable: {…}}`."""

    model_config = ConfigDict(extra="ignore")

    checkpoint_id: UUID | None = None
    checkpoint_ns: str | None = Field(default=None, max_length=4000)
    checkpoint_map: dict[str, str] | None = None

    def place(self) -> Place:
        """The place that it names."""
        return Place(
            checkpoint_id=str(self.checkpoint_id) if self.checkpoint_id else None,
            checkpoint_ns=self.checkpoint_ns or "",
            checkpoint_map=self.checkpoint_map,
        )


def _unpacked(value: object) -> object:
    """An id alone, or what is in a config, as a checkpoint."""
    if isinstance(value, str):
        return {"checkpoint_id": value}
    if isinstance(value, dict) and isinstance(value.get("configurable"), dict):
        return value["configurable"]
    return value


Checkpoint = Annotated[GivenCheckpoint, BeforeValidator(_unpacked)]
