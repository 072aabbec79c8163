"""What a run told before its worker died. LangGraph begins by saying where it stands; so that it is said once."""

from collections.abc import Mapping, Sequence
from typing import Any

from memory.json_text import loads
from memory.run_events import Event
from server.jsonable import to_json


class ToldBefore:
    """The newest events of the attempts before this one."""

    def __init__(self, events: Sequence[Event] = ()) -> None:
        self._told = {(event.name, event.data) for event in events}
        self._begins = bool(events)  # nothing new was said yet
        self.at_input = False  # whether this attempt begins where the input is stored, and not yet taken in
        self._checkpoints = {
            (event.name, _checkpoint_id(event.name, loads(event.data)))
            for event in events
            if event.name in ("checkpoints", "debug")
        }

    def covers(self, mode: str, chunk: Any) -> bool:
        """Whether this chunk of the outer graph was told already."""
        if mode == "values" and self.at_input:
            self.at_input = False
            return True  # the state without the input, which a run that nothing befalls never tells
        if mode == "values":
            begins, self._begins = self._begins, False  # only what is said first
            return begins and ("values", to_json(chunk)) in self._told
        if mode == "updates" and isinstance(chunk, Mapping) and "__metadata__" in chunk:
            return ("updates", to_json({k: v for k, v in chunk.items() if k != "__metadata__"})) in self._told
        if mode in ("checkpoints", "debug") and self._checkpoints:
            found = (mode, _checkpoint_id(mode, chunk))
            return found[1] is not None and found in self._checkpoints
        return False


def _checkpoint_id(mode: str, chunk: Any) -> object:
    """The id of the checkpoint that a chunk tells of; None where it is of something else."""
    if mode == "debug":
        if chunk.get("type") != "checkpoint":
            return None
        chunk = chunk["payload"]
    config = chunk.get("config")
    return config["configurable"].get("checkpoint_id") if config else None
