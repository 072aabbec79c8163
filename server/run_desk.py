"""Everything about runs that one process uses, opened once: for its routes, its worker, or both."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from memory.assistants import Assistants
from memory.bells import Bells, open_bells
from memory.checkpoint_fence import CheckpointUndo
from memory.checkpoints import RedisSaver
from memory.executions import Executions
from memory.run_events import RunEvents
from memory.runs import Runs
from memory.step_log import RedisStepLog
from memory.threads import Threads
from memory.webhook_calls import WebhookCalls
from memory.words import Clock
from server.data_server import Address
from server.execution import Stores
from server.executions import ExecutionService
from server.graph_registry import Graphs
from server.observing import Observers
from server.pinning import Pinning
from server.run_graphs import MakeGraph, RunGraphs, WorkflowGraphs
from server.run_queue import RunQueue, open_run_queue
from server.runs import RunService
from server.settings import Settings
from server.version import zigral_version
from server.webhook_calls import WebhookCaller
from server.worker import RunWorker
from tools.webhooks import LiveWebhooks, WebhookRules, Webhooks


@dataclass(frozen=True)
class RunDesk:
    """The stores, the queue and the bells."""

    settings: Settings
    redis: Redis
    stores: Stores
    threads: Threads
    graphs: Graphs
    queue: RunQueue
    bells: Bells
    webhooks: Webhooks
    webhook_calls: WebhookCalls
    workflows: WorkflowGraphs

    def executions(self, *, refuse_full: Callable[[str], Awaitable[None]], clock: Clock) -> ExecutionService:
        """What routes and workers call for executions."""
        return ExecutionService(
            executions=self.workflows.executions,
            runs=self.stores.runs,
            threads=self.threads,
            queue=self.queue,
            bells=self.bells,
            saver=self.stores.saver,
            pin=Pinning(self.redis),
            refuse_full=refuse_full,
            clock=clock,
        )

    def service(self, assistants: Assistants, *, refuse_full: Callable[[str], Awaitable[None]]) -> RunService:
        """What routes call."""
        return RunService(
            runs=self.stores.runs,
            events=self.stores.events,
            threads=self.threads,
            assistants=assistants,
            graphs=self.graphs,
            queue=self.queue,
            bells=self.bells,
            saver=self.stores.saver,
            refuse_full=refuse_full,
            check_webhook=self._check_webhook,
        )

    @asynccontextmanager
    async def working(
        self, concurrency: int, observers: Observers, executions: ExecutionService
    ) -> AsyncIterator[RunWorker]:
        """A worker in this process, which calls webhooks too, as long as this is open."""
        worker = RunWorker(
            stores=self.stores,
            threads=self.threads,
            graphs=RunGraphs(self.graphs),
            queue=self.queue,
            bells=self.bells,
            tended=executions,
            lease_seconds=self.settings.lease_seconds,
            concurrency=concurrency,
            redis=self.redis,
            observers=observers,
        )
        caller = WebhookCaller(self.webhook_calls, self.stores.runs, self.webhooks)
        calling = asyncio.create_task(caller.serve())
        try:
            async with worker.working():
                yield worker
        finally:
            calling.cancel()

    async def _check_webhook(self, url: str) -> None:
        """Refuse an address that may not be called."""
        await self.webhooks.check(url)


@asynccontextmanager
async def open_run_desk(
    settings: Settings,
    at: Address,
    client: Redis,
    *,
    threads: Threads,
    checkpointer: RedisSaver,
    graphs: Graphs,
    steps: RedisStepLog,
    make_workflow: MakeGraph,
) -> AsyncIterator[RunDesk]:
    """All of it, closed in reverse order."""
    runs = Runs(client, lease_seconds=settings.lease_seconds)
    async with open_bells(client) as bells, open_run_queue(at.url, password=at.password) as queue:
        events = RunEvents(client, bells, most=settings.run_events)
        stores = Stores(runs, events, checkpointer, CheckpointUndo(client, checkpointer), steps)
        workflows = WorkflowGraphs(Executions(client), make_workflow, graphs)
        webhooks, calls = _webhooks(settings, graphs), WebhookCalls(client)
        yield RunDesk(settings, client, stores, threads, graphs, queue, bells, webhooks, calls, workflows)


def _webhooks(settings: Settings, graphs: Graphs) -> Webhooks:
    """What calls runs' webhooks, by the rules of the langgraph.json."""
    urls = graphs.webhooks.url if graphs.webhooks else None
    rules = (
        WebhookRules(https_only=urls.require_https, private=not urls.disable_loopback) if urls else WebhookRules()
    )
    secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else None
    return LiveWebhooks(rules=rules, secret=secret, version=zigral_version())
