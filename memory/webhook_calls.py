"""Which ended runs still have their webhook to be called.

A run that ends puts itself in the list (`memory.run_scripts`), in the script that ends it, so that no call is
forgotten. Whoever takes it has it for a while; should they die, another takes it: a call comes at least once.
"""

from dataclasses import dataclass

from redis.asyncio import Redis

from memory.run_scripts import LIBRARY
from memory.scripts import Scripts

TAKE = """
local at = now()
local due = redis.call('ZRANGEBYSCORE', P .. 'webhooks:due', '-inf', at, 'LIMIT', 0, ARGV[1])
local taken = {}
for _, run in ipairs(due) do
  if redis.call('EXISTS', P .. 'run:' .. run) == 0 then
    redis.call('ZREM', P .. 'webhooks:due', run)
  else
    redis.call('ZADD', P .. 'webhooks:due', whole(at + ARGV[2] * 1000000), run)
    taken[#taken + 1] = {run, redis.call('HINCRBY', P .. 'run:' .. run, 'webhook_tries', 1)}
  end
end
return taken
"""
LATER = """
if redis.call('ZSCORE', P .. 'webhooks:due', ARGV[1]) then
  redis.call('ZADD', P .. 'webhooks:due', whole(now() + ARGV[2] * 1000000), ARGV[1])
end
"""


@dataclass(frozen=True)
class DueCall:
    """A run whose webhook is to be called, for the `attempt`-th time."""

    run_id: str
    attempt: int


class WebhookCalls:
    """The list of one Redis, shared by all workers."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._scripts = Scripts(client, LIBRARY)

    async def take(self, limit: int, *, seconds: float) -> list[DueCall]:
        """Up to `limit` that are due; nobody else is given them for `seconds`."""
        taken = await self._scripts.call(TAKE, limit, seconds)
        return [DueCall(run_id.decode(), int(attempt)) for run_id, attempt in taken]

    async def later(self, run_id: str, seconds: float) -> None:
        """To be called again after `seconds`."""
        await self._scripts.call(LATER, run_id, seconds)

    async def done(self, run_id: str) -> None:
        """Not to be called any more."""
        await self._scripts.run(self._client.zrem("{zigral}:webhooks:due", run_id))
