"""Calling the webhooks of runs that have ended: at least once, and at most six times."""

import asyncio
from dataclasses import dataclass

from memory.errors import Refused, Unavailable
from memory.json_text import loads
from memory.logs import get_logger, run_context
from memory.run_records import Run
from memory.runs import Runs
from memory.webhook_calls import DueCall, WebhookCalls
from memory.words import Clock, utc_now
from server.http.answers import stamp
from server.jsonable import to_json
from server.run_shape import shape
from tools.webhooks import Webhooks

AT_ONCE = 16  # calls that are under way
LOOK_SECONDS = 0.25
HOLD_SECONDS = 30.0  # a call takes a third of it at most
WAITS = (1.0, 3.0, 8.0, 20.0, 60.0)  # seconds before each further try
log = get_logger(__name__)


@dataclass(frozen=True)
class WebhookCaller:
    """Calls the webhooks of one Redis. Any number of processes may do so at once."""

    calls: WebhookCalls
    runs: Runs
    webhooks: Webhooks
    clock: Clock = utc_now

    async def serve(self) -> None:
        """Call what is due, until it is cancelled."""
        while True:
            try:
                if not await self.call_due():
                    await asyncio.sleep(LOOK_SECONDS)
            except Unavailable as error:
                log.warning(f"Webhooks wait. {error}")
                await asyncio.sleep(LOOK_SECONDS * 4)

    async def call_due(self) -> int:
        """Call those that are due now; how many."""
        due = await self.calls.take(AT_ONCE, seconds=HOLD_SECONDS)
        await asyncio.gather(*(self._call(one) for one in due))
        return len(due)

    async def _call(self, due: DueCall) -> None:
        with run_context(due.run_id):
            if await self._is_over(due):
                await self.calls.done(due.run_id)
            else:
                await self.calls.later(due.run_id, WAITS[due.attempt - 1])

    async def _is_over(self, due: DueCall) -> bool:
        """Call once; whether no further call is to be made."""
        run = await self.runs.find(due.run_id)
        if run is None:
            return True
        try:
            await self.webhooks.post(run.webhook, await self._body(run))
        except Unavailable as error:
            last = due.attempt > len(WAITS)
            log.warning(f"The webhook was called {due.attempt} times{', and is given up' if last else ''}. {error}")
            return last
        except Refused as error:
            log.warning(f"The webhook is not called. {error}")
        return True

    async def _body(self, run: Run) -> bytes:
        """The run as its route shows it, and what came of it."""
        output = await self.runs.output(run.run_id)
        values = loads(output) if output else None
        return to_json(
            {
                **shape(run),
                "values": None if run.error else values,
                "error": run.error,
                "run_started_at": run.started_at and stamp(run.started_at),
                "run_ended_at": run.ended_at and stamp(run.ended_at),
                "webhook_sent_at": stamp(self.clock()),
            }
        )
