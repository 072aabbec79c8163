"""Where a thread's checkpoints lie in Redis, and the types that may come back from there.

A thread is two keys with one hash tag, so that it is one slot of a cluster: a hash of records, and a sorted
set of names, all with the score 0, whose byte order is the order of time. Names are parts joined with NUL:

    c ns id                 a checkpoint without its values
    b ns channel version    a channel's value, stored once a version
    w ns id task index      what a task wrote, in the hash and, like `c`, in the sorted set
"""

import inspect
import re
from enum import Enum

from pydantic import BaseModel

from memory import profile, records

THREADS = "{zigral:*}:[co]"  # a pattern for both keys of every thread
NUL, AFTER_NUL = b"\0", b"\1"
ESCAPABLE = re.compile("[\0\1\ud800-\udfff]")
ESCAPED = re.compile("\1([0-9a-f]{4})")


def allowlist() -> list[tuple[str, str]]:
    """The types that a checkpoint may bring back unasked: those of `memory.records` and `memory.profile`."""
    return sorted(
        (kind.__module__, kind.__name__)
        for module in (records, profile)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, BaseModel | Enum) and kind.__module__ == module.__name__
    )


def keys_of(thread: str) -> tuple[bytes, bytes]:
    """The thread's hash and its sorted set."""
    tag = b"{zigral:" + thread.encode("utf-8", "surrogatepass") + b"}"
    return tag + b":c", tag + b":o"


def thread_of(key: bytes) -> str:
    """The thread that a key found by `THREADS` belongs to."""
    return key[len(b"{zigral:") : -len(b"}:o")].decode("utf-8", "surrogatepass")


def name_of(*parts: str) -> bytes:
    """A record's name. No part runs into the next, whatever it holds, and the order of the parts is kept."""
    return "\0".join(map(escaped, parts)).encode()


def parts_of(name: bytes) -> list[str]:
    """The parts of a name."""
    return [unescaped(part) for part in name.decode().split("\0")]


def under(*parts: str) -> tuple[bytes, bytes]:
    """The bounds, in the sorted set, of the names that begin with these parts."""
    stem = name_of(*parts)
    return b"[" + stem + NUL, b"(" + stem + AFTER_NUL


def escaped(text: str) -> str:
    """Any text as one that holds no NUL and no lone surrogate."""
    return text if text.isprintable() else ESCAPABLE.sub(lambda found: f"\1{ord(found[0]):04x}", text)


def unescaped(text: str) -> str:
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "\1" in text else text
