"""What the routes do with runs: accept them, wait for them, follow them, stop them."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Literal

from memory.assistants import Assistants
from memory.bells import Bells
from memory.checkpoints import RedisSaver
from memory.errors import Conflict, NotFound, Unavailable
from memory.json_text import JsonObject, dumps
from memory.run_events import Event, RunEvents, cursor
from memory.run_records import CancelAction, NewRun, Run
from memory.runs import Runs, new_id
from memory.threads import Threads
from server.chosen_assistant import choose_assistant, with_defaults
from server.graph_registry import Graphs
from server.http.errors import contradiction
from server.run_queue import RunQueue
from server.run_request import RunAsked

QUIET_SECONDS = 5.0  # after which a reader is told that we are there


@dataclass(frozen=True)
class RunService:
    """Runs as the routes see them."""

    runs: Runs
    events: RunEvents
    threads: Threads
    assistants: Assistants
    graphs: Graphs
    queue: RunQueue
    bells: Bells
    saver: RedisSaver
    refuse_full: Callable[[str], Awaitable[None]]  # where an owner has as many threads as they may
    check_webhook: Callable[[str], Awaitable[None]]  # raises where it may not be called

    async def create(self, asked: RunAsked, *, owner: str, thread_id: str | None = None) -> Run:
        """Accept a run, on a thread or, without one, on a thread of its own. It is on disk when this returns."""
        if thread_id is None and asked.command and asked.command.resume is not None:
            raise contradiction("A run without a thread has nothing to resume. Name its thread, or give an input.")
        assistant = await choose_assistant(
            asked.assistant_id, assistants=self.assistants, graphs=self.graphs, owner=owner
        )
        given = asked.config.model_dump(mode="json", exclude_unset=True) if asked.config else {}
        config, context = with_defaults(assistant, given, asked.context)
        if thread_id and asked.fork:
            await self._refuse_no_checkpoint(thread_id, asked)
        if asked.webhook:
            await self.check_webhook(asked.webhook)
        new = NewRun(
            run_id=new_id(),
            thread_id=thread_id or new_id(),
            owner=owner,
            assistant_id=assistant.assistant_id,
            graph_id=assistant.graph_id,
            metadata=asked.metadata or {},
            kwargs=asked.kwargs(config, context) | await self._of_thread(asked, thread_id, owner),
            multitask_strategy=asked.multitask_strategy or "enqueue",
            after_seconds=asked.after_seconds or 0,
            webhook=asked.webhook or "",
            make_thread=thread_id is None or asked.if_not_exists == "create",
            thread_config={"configurable": config["configurable"]} if "configurable" in config else {},
        )
        return await self._accept(new)

    async def _refuse_no_checkpoint(self, thread_id: str, asked: RunAsked) -> None:
        ns = (asked.checkpoint.checkpoint_ns if asked.checkpoint else None) or ""
        place = {"thread_id": thread_id, "checkpoint_ns": ns, "checkpoint_id": asked.fork}
        if await self.saver.aget_tuple({"configurable": place}) is None:
            raise NotFound(f"Thread {thread_id} has no checkpoint {asked.fork}. Its history lists those it has.")

    async def _of_thread(self, asked: RunAsked, thread_id: str | None, owner: str) -> JsonObject:
        """What is kept with the run for its thread's sake."""
        if thread_id is None:
            return {"on_completion": asked.on_completion or "delete"}
        if not asked.command or asked.command.resume is None:
            return {}
        thread = (await self.threads.read([thread_id], owner=owner))[0]
        waiting = thread.interrupts.values() if thread else ()
        return {"answers": [one["id"] for task in waiting if isinstance(task, list) for one in task]}

    async def _accept(self, new: NewRun) -> Run:
        if new.make_thread:
            await self.refuse_full(new.owner)
        created = await self.runs.create(new)
        if created.starts or new.after_seconds:
            await self._call(new.run_id, after=new.after_seconds)
        return created.run

    async def _call(self, run_id: str, *, again: bool = False, after: float = 0) -> None:
        """Call a worker. The run is accepted by now: where the queue fails, a worker finds it all the same."""
        with suppress(Unavailable):
            await self.queue.add(run_id, again=again, after=after)

    async def output(self, run: Run) -> AsyncGenerator[bytes]:
        """What a waiting client is answered when the run has ended, and a newline now and then before."""
        async with self.bells.listening(run.run_id) as bell:
            while True:
                bell.clear()
                output = await self._output(run)
                if output is not None:
                    yield output
                    return
                if not await bell.wait(QUIET_SECONDS):
                    yield b"\n"

    async def _output(self, run: Run) -> bytes | None:
        """The output; None before the end. A run that never began leaves its thread's values."""
        try:
            output = await self.runs.output(run.run_id)
        except NotFound as error:
            return dumps({"__error__": {"error": "RunGone", "message": str(error)}})
        if output != b"":
            return output
        thread = (await self.threads.read([run.thread_id], owner=run.owner))[0]
        return dumps(thread.values if thread else None)

    async def stream(self, run: Run, *, after: str, modes: frozenset[str] | None = None) -> AsyncGenerator[bytes]:
        """The run's events after an id, as server-sent ones, until it has ended."""
        with_ids = bool(run.kwargs.get("stream_resumable"))
        events = self.events.follow(run.run_id, after, every=QUIET_SECONDS)
        async with aclosing(events) as followed:
            async for event in followed:
                if event is None:
                    yield b": heartbeat\n\n"
                elif modes is None or _is_of(event, modes):
                    yield server_sent(event, with_id=with_ids)

    async def join_after(self, run: Run, last_event_id: str | None) -> str:
        """The id after which one who joins is shown: the cursor of a run that can be resumed, else from now on."""
        if run.kwargs.get("stream_resumable") and (found := cursor(last_event_id)):
            return found
        return await self.events.last_id(run.run_id)

    async def cancel(self, run: Run, action: CancelAction, *, wait: bool) -> None:
        """Stop a run; `NotFound` where it has ended. With `wait`, return when it has stopped."""
        said, upcoming = await self.runs.cancel(run.run_id, action)
        if said in ("GONE", "ENDED"):
            raise NotFound(f"Run {run.run_id} has ended already.")
        if upcoming:
            await self._call(upcoming, again=True)
        if wait:
            async with aclosing(self.output(run)) as waiting:
                async for part in waiting:
                    if part != b"\n":
                        break

    async def cancel_if_under_way(self, run_id: str, action: CancelAction = "interrupt") -> None:
        """Stop a run, if it has not ended."""
        _, upcoming = await self.runs.cancel(run_id, action)
        if upcoming:
            await self._call(upcoming, again=True)

    async def cancel_many(
        self, which: Literal["pending", "running", "all"], action: CancelAction, *, owner: str
    ) -> int:
        """Stop all of an owner's runs that wait or are under way; how many there were."""
        kinds: tuple[Literal["pending", "running"], ...] = ("pending", "running") if which == "all" else (which,)
        found = [run_id for kind in kinds for run_id in await self.runs.under_way(kind)]
        count = 0
        for run_id in found:
            run = await self.runs.find(run_id)
            if run and run.owner == owner:
                await self.cancel_if_under_way(run_id, action)
                count += 1
        return count

    async def delete(self, run: Run) -> None:
        """Delete a run; one that has not ended is stopped first."""
        while True:
            try:
                await self.runs.delete(run.run_id)
            except Conflict:
                with suppress(NotFound):
                    await self.cancel(run, "interrupt", wait=True)
            else:
                return


def server_sent(event: Event, *, with_id: bool) -> bytes:
    """The event as the protocol sends it."""
    last = b"id: %b\n\n" % event.id.encode() if with_id else b"\n"
    return b"event: %b\ndata: %b\n%b" % (event.name.encode(), event.data, last)


def _is_of(event: Event, modes: frozenset[str]) -> bool:
    """Whether an event is of the modes that a reader asked for."""
    name = event.name.partition("|")[0]
    if name in ("metadata", "error"):
        return True
    if name == "messages":
        return "messages-tuple" in modes
    return name.partition("/")[0] in modes
