"""A checkpointer that writes only while its run's attempt has the thread, and the undoing of what a run wrote.

The fence is one key beside the thread's own, set when an attempt begins: each write looks at it in the same
script. So a worker that was thought dead, and was only slow, cannot write between another's steps.
"""

import copy
import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from redis.asyncio import Redis

from memory.checkpoint_calls import Ask, Calls, Scan
from memory.checkpoint_layout import keys_of
from memory.checkpoint_scripts import DROP_RUNS, PUT, PUT_WRITES, Script
from memory.checkpoints import RedisSaver
from memory.errors import Conflict
from memory.scripts import Scripts

GUARDED = (PUT, PUT_WRITES)
GUARD = """
local fence = string.gsub(KEYS[2], '}:o$', '}:fence')
if redis.call('GET', fence) ~= ARGV[#ARGV] then return 'FENCED' end
table.remove(ARGV)
"""


class Fenced(Conflict):
    """The thread is another attempt's by now."""


def fenced(saver: RedisSaver, run_id: str, attempt: int) -> RedisSaver:
    """A saver that shares everything with `saver`, and writes for this attempt alone: else `Fenced`."""
    copied = copy.copy(saver)
    copied._calls = _FencedCalls(saver._calls, f"{run_id}:{attempt}")
    return copied


class _FencedCalls(Calls):
    """The calls of another saver, each write behind the fence."""

    def __init__(self, calls: Calls, token: str) -> None:
        self.__dict__.update(calls.__dict__)
        self._token = token

    async def _asked(self, asked: Ask | Scan) -> Any:
        return _passed(await super()._asked(self._guarded(asked)))

    def _asked_blocking(self, asked: Ask | Scan) -> Any:
        return _passed(super()._asked_blocking(self._guarded(asked)))

    def _guarded(self, asked: Ask | Scan) -> Ask | Scan:
        if isinstance(asked, Scan) or asked.script not in GUARDED:
            return asked
        return Ask(_guarded(asked.script), asked.thread, [*asked.arguments, self._token])


@cache
def _guarded(script: Script) -> Script:
    text = GUARD + script.text
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def _passed(answer: Any) -> Any:
    if answer == b"FENCED":
        raise Fenced("Another worker goes on with this run. What this one still does is not kept.")
    return answer


# KEYS: the thread's hash, its names, the note. ARGV: the run. Keeps the writes on the newest checkpoint of each
# namespace: a run that goes on from there adds its own to them.
REMEMBER = """
redis.call('UNLINK', KEYS[3])
local newest = {}
for _, name in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], '[c\\0', '(c\\1')) do
  newest[string.match(name, '^c%z([^%z]*)%z') or ''] = name
end
redis.call('HSET', KEYS[3], 'run', ARGV[1])
for _, name in pairs(newest) do
  local stem = 'w' .. string.sub(name, 2)
  redis.call('HSET', KEYS[3], name, '')
  for _, write in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], '[' .. stem .. '\\0', '(' .. stem .. '\\1')) do
    redis.call('HSET', KEYS[3], write, redis.call('HGET', KEYS[1], write))
  end
end
return 'OK'
"""

# KEYS and ARGV: likewise. Puts the writes on those checkpoints back as they were.
RESTORE = """
if redis.call('HGET', KEYS[3], 'run') ~= ARGV[1] then return 'NOTHING' end
for _, name in ipairs(redis.call('HKEYS', KEYS[3])) do
  if string.sub(name, 1, 2) == 'c\\0' then
    local stem = 'w' .. string.sub(name, 2)
    for _, write in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], '[' .. stem .. '\\0', '(' .. stem .. '\\1')) do
      local was = redis.call('HGET', KEYS[3], write)
      if was then
        redis.call('HSET', KEYS[1], write, was)
      else
        redis.call('HDEL', KEYS[1], write)
        redis.call('ZREM', KEYS[2], write)
      end
    end
  end
end
return 'OK'
"""


# KEYS: likewise. ARGV: the attempt's fence.
CLOSE = """
local fence = string.gsub(KEYS[2], '}:o$', '}:fence')
if redis.call('GET', fence) == ARGV[1] then redis.call('UNLINK', fence) end
return 'OK'
"""


class CheckpointUndo:
    """Undoes what runs did to their threads: their checkpoints, and the answers they gave on one before."""

    def __init__(self, client: Redis, saver: RedisSaver) -> None:
        self._scripts = Scripts(client, "")
        self._calls = saver._calls

    async def remember(self, thread_id: str, run_id: str) -> None:
        """Keep what a run that goes on from a checkpoint will write over."""
        await self._call(REMEMBER, thread_id, run_id)

    async def undo(self, thread_id: str, run_id: str, attempt: int) -> None:
        """Let the attempt write no more, and take back what the run wrote. Doing so twice does no harm."""
        await self._call(CLOSE, thread_id, f"{run_id}:{attempt}")
        await self._calls._asked(Ask(DROP_RUNS, thread_id, [run_id]))
        await self._call(RESTORE, thread_id, run_id)

    async def _call(self, script: str, thread_id: str, argument: str) -> None:
        keys: Sequence[bytes] = (*keys_of(thread_id), undo_key(thread_id))
        await self._scripts.run(self._scripts.script(script)(keys=keys, args=[argument]))


def undo_key(thread_id: str) -> bytes:
    """Where the note for undoing a thread's run lies."""
    return keys_of(thread_id)[0].removesuffix(b":c") + b":undo"
