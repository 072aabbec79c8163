"""LangGraph's stream as the protocol's events: names, shapes, and only what was asked for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from langchain_core.messages import BaseMessage, BaseMessageChunk, message_chunk_to_message

from server.jsonable import to_json

Event = tuple[str, bytes]
INTERRUPT = "__interrupt__"
PLACE = ("thread_id", "checkpoint_ns", "checkpoint_id", "checkpoint_map")
GRAPH_MODES = {"messages-tuple": "messages"}  # what LangGraph calls it
NOT_GRAPH_MODES = {"events"}


class StreamEvents:
    """Turns one run's chunks into events."""

    def __init__(self, asked: Sequence[str], *, subgraphs: bool) -> None:
        self._asked = frozenset(asked)
        self._subgraphs = subgraphs
        self._messages: dict[str, BaseMessage] = {}  # by id, as far as they have come

    def of(self, namespace: tuple[str, ...], mode: str, chunk: Any) -> Iterator[Event]:
        """The events of a chunk."""
        if namespace and not self._subgraphs:
            return
        if mode == "messages":
            yield from self._of_message(namespace, chunk)
        elif mode == "updates" and self._interrupts_alone(chunk):
            yield _named("values", namespace), to_json({INTERRUPT: chunk[INTERRUPT]})
        elif mode in self._asked:
            yield _named(mode, namespace), to_json(_placed(chunk) if mode == "debug" else chunk)

    def _interrupts_alone(self, chunk: Any) -> bool:
        """Whether an interrupt would be seen nowhere: it is told in `values`, which was not asked for either."""
        silent = not self._asked & {"updates", "values"}
        return silent and isinstance(chunk, Mapping) and bool(chunk.get(INTERRUPT))

    def _of_message(self, namespace: tuple[str, ...], chunk: tuple[BaseMessage, dict[str, Any]]) -> Iterator[Event]:
        message, metadata = chunk
        if "messages-tuple" in self._asked:
            yield _named("messages", namespace), to_json([message, metadata])
        if "messages" not in self._asked:
            return
        message_id = str(message.id)
        known = self._messages.get(message_id)
        if known is None:
            yield _named("messages/metadata", namespace), to_json({message_id: {"metadata": metadata}})
        whole = _together(known, message)
        self._messages[message_id] = whole
        if isinstance(whole, BaseMessageChunk):
            yield _named("messages/partial", namespace), to_json([message_chunk_to_message(whole)])
        else:
            yield _named("messages/complete", namespace), to_json([whole])


def _together(known: BaseMessage | None, message: BaseMessage) -> BaseMessage:
    if isinstance(known, BaseMessageChunk) and isinstance(message, BaseMessageChunk):
        return cast("BaseMessage", known + message)
    return message


def _named(mode: str, namespace: Sequence[str]) -> str:
    return "|".join((mode, *namespace))


def _placed(chunk: Mapping[str, Any]) -> Mapping[str, Any]:
    """A `debug` chunk, with the checkpoint and its parent in the protocol's shape where it is of one."""
    if chunk.get("type") != "checkpoint":
        return chunk
    payload = chunk["payload"]
    places = {"checkpoint": place_of(payload["config"]), "parent_checkpoint": place_of(payload["parent_config"])}
    return {**chunk, "payload": {**payload, **places}}


def place_of(config: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Where a checkpoint is, as the protocol says it."""
    if not config:
        return None
    return {key: value for key, value in config["configurable"].items() if key in PLACE}
