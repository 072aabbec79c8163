"""Undoing what one run did to its thread: its checkpoints, and the answers it gave on a checkpoint before it."""

from redis.asyncio import Redis

from memory.checkpoint_layout import keys_of
from memory.scripts import Scripts

# KEYS: the thread's hash, its names, the note to be. Keeps the writes on the newest checkpoint of each namespace.
REMEMBER = """
redis.call('UNLINK', KEYS[3])
local newest = {}
for _, name in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], '[c\\0', '(c\\1')) do
  newest[string.match(name, '^c%z([^%z]*)%z') or ''] = name
end
for _, name in pairs(newest) do
  local stem = 'w' .. string.sub(name, 2)
  redis.call('HSET', KEYS[3], name, '')
  for _, write in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], '[' .. stem .. '\\0', '(' .. stem .. '\\1')) do
    redis.call('HSET', KEYS[3], write, redis.call('HGET', KEYS[1], write))
  end
end
return 'OK'
"""

# KEYS: likewise. Puts the writes on those checkpoints back as they were.
RESTORE = """
for _, name in ipairs(redis.call('HKEYS', KEYS[3])) do
  if string.sub(name, 1, 1) == 'c' then
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
redis.call('UNLINK', KEYS[3])
return 'OK'
"""


class CheckpointUndo:
    """Undoes runs on the threads of one Redis."""

    def __init__(self, client: Redis, saver: "ForgetsRuns") -> None:
        self._scripts = Scripts(client, "")
        self._saver = saver

    async def remember(self, thread_id: str, run_id: str) -> None:
        """Keep what a run is about to write over."""
        await self._call(REMEMBER, thread_id, run_id)

    async def undo(self, thread_id: str, run_id: str) -> None:
        """Take back what the run wrote. Doing so twice does no harm."""
        await self._saver.forget_run(thread_id, run_id)
        await self._call(RESTORE, thread_id, run_id)
