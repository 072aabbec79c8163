"""Where a thread's checkpoints lie in Redis, and the types that may come back from there.

A thread is two keys with one hash tag, so that it is one slot of a cluster: a hash of records, and a sorted
set of their names, which is their order. Names are joined with NUL:

    c ns id                 a checkpoint without its values
    b ns channel version    a channel's value, stored once a version
    w ns id task index      a pending write
"""

import inspect

import ormsgpack
from pydantic import BaseModel

from memory import profile, records

SEPARATOR = "\0"
EMPTY = "empty"  # the type of a channel that a step emptied
THREADS = "{zigral:*}:i"  # a pattern for the second key of every thread


def allowlist() -> list[tuple[str, str]]:
    """The types that a checkpoint may bring back: the models of `memory.records` and `memory.profile`."""
    return sorted(
        (model.__module__, model.__name__)
        for module in (records, profile)
        for _, model in inspect.getmembers(module, inspect.isclass)
        if issubclass(model, BaseModel) and model.__module__ == module.__name__
    )


def keys_of(thread: str) -> list[str]:
    """The thread's hash and its sorted set."""
    return [f"{{zigral:{thread}}}:h", f"{{zigral:{thread}}}:i"]


def name_of(*parts: str | int | float) -> str:
    """A record's name."""
    return SEPARATOR.join(str(part) for part in parts)


def pack(kind: str, payload: bytes) -> bytes:
    """A serialised value with its type."""
    return ormsgpack.packb([kind, payload])


def flat(mapping: dict[str, bytes]) -> list[str | bytes]:
    """Names and values in turn, as a script takes them."""
    return [part for pair in mapping.items() for part in pair]


def thread_of(key: bytes) -> str:
    """The thread that a key found by `THREADS` belongs to."""
    return key.decode()[len("{zigral:") : -len("}:i")]
