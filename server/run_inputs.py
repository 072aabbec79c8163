"""From what was asked of a run to what LangGraph is called with."""

import dataclasses
from collections.abc import Mapping
from typing import Any, get_type_hints

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, Send
from pydantic import BaseModel

from memory.json_text import JsonObject
from memory.run_records import Run

OURS = ("thread_id", "checkpoint_id", "checkpoint_ns", "checkpoint_map", "checkpoint_during")
Compiled = CompiledStateGraph[Any, Any, Any, Any]


def run_config(run: Run) -> RunnableConfig:
    """The config that a run's graph is called with, without a checkpoint."""
    asked = _object(run.kwargs["config"])
    ids = {"run_id": run.run_id, "graph_id": run.graph_id, "assistant_id": run.assistant_id}
    ids["thread_id"] = run.thread_id
    config: RunnableConfig = {
        "tags": list(asked.get("tags") or ()),  # type: ignore[call-overload]
        "metadata": {**_object(asked.get("metadata")), **run.metadata, **ids},
        "configurable": {
            **theirs(asked.get("configurable")),
            **ids,
            "checkpoint_ns": "",
            "langgraph_auth_user_id": run.owner,  # nobody's word but ours
        },
    }
    if asked.get("recursion_limit"):
        config["recursion_limit"] = asked["recursion_limit"]  # type: ignore[typeddict-item]
    if asked.get("max_concurrency"):
        config["max_concurrency"] = asked["max_concurrency"]  # type: ignore[typeddict-item]
    if asked.get("run_name"):
        config["run_name"] = str(asked["run_name"])
    return config


def at_checkpoint(config: RunnableConfig, kwargs: Mapping[str, object]) -> RunnableConfig:
    """The config from an older checkpoint, where one was asked for."""
    if not kwargs.get("checkpoint_id"):
        return config
    place: JsonObject = {"checkpoint_id": kwargs["checkpoint_id"]}
    whole = _object(kwargs.get("checkpoint"))
    if whole.get("checkpoint_ns"):
        place["checkpoint_ns"] = whole["checkpoint_ns"]
    if whole.get("checkpoint_map"):
        place["checkpoint_map"] = whole["checkpoint_map"]
    return {**config, "configurable": {**config["configurable"], **place}}


def graph_input(kwargs: Mapping[str, object]) -> object:
    """The command, else the input."""
    command = kwargs.get("command")
    if not isinstance(command, dict):
        return kwargs.get("input")
    return Command(resume=command.get("resume"), update=_update(command.get("update")), goto=_goto(command))


def goes_on(kwargs: Mapping[str, object]) -> bool:
    """Whether the run goes on from a checkpoint, and brings no input of its own."""
    return isinstance(kwargs.get("command"), dict) or kwargs.get("input") is None


def context_for(graph: Compiled, context: object) -> object:
    """The context in the shape that the graph declares: what it does not know is left out."""
    schema, given = graph.context_schema, _object(context)
    if schema is None:
        return given
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        names = set(schema.model_fields) | {f.alias for f in schema.model_fields.values() if f.alias}
    elif dataclasses.is_dataclass(schema):
        names = {field.name for field in dataclasses.fields(schema) if field.init}
    else:
        names = set(get_type_hints(schema))
    return {key: value for key, value in given.items() if key in names}


def _update(update: object) -> object:
    return [(pair[0], pair[1]) for pair in update] if isinstance(update, list) else update


def _goto(command: Mapping[str, object]) -> Any:
    goto = command.get("goto") or ()
    places = goto if isinstance(goto, list) else [goto] if goto else []
    return [Send(one["node"], one.get("input")) if isinstance(one, dict) else one for one in places]


def theirs(configurable: object) -> JsonObject:
    """What a client may set: not which thread and checkpoint, and nothing of LangGraph's own."""
    return {k: v for k, v in _object(configurable).items() if not k.startswith("__") and k not in OURS}


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}
