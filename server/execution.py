"""One attempt at a run, from where its checkpoints stand to its end."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphDrained
from langgraph.runtime import RunControl
from langgraph.types import StateSnapshot

from memory.checkpoint_fence import CheckpointUndo, Fenced, fenced
from memory.checkpoints import RedisSaver
from memory.errors import Conflict, Unavailable
from memory.json_text import dumps
from memory.run_events import RunEvents
from memory.run_records import Outcome, Run, RunStatus
from memory.runs import Runs
from memory.step_log import RedisStepLog
from server.event_log import EventLog, LeaseLost, TooManyEvents
from server.execution_outcome import CUT_OFF, ExecutionOutcome, execution_outcome, is_cut_off
from server.graph_stream import GraphStream
from server.jsonable import to_json
from server.run_inputs import Compiled, at_checkpoint, context_for, goes_on, run_config
from server.run_saver import RunSaver
from server.run_start import find_start, note_base
from server.thread_summary import Summary, output_of, summary_of
from server.told_before import ToldBefore

Stop = Literal["", "interrupt", "rollback", "drain", "lost"]
STOP_SECONDS = (1.0, 2.0, 2.0)  # that a node has for its cleaning up each time that it is cancelled
TAIL = 200  # events of an earlier attempt that are looked at
GONE_SECONDS = 60.0  # that a run which leaves no thread is kept for its readers


@dataclass(frozen=True)
class Stores:
    """What an attempt reads and writes."""

    runs: Runs
    events: RunEvents
    saver: RedisSaver
    undo: CheckpointUndo
    steps: RedisStepLog


@dataclass(frozen=True)
class Ended:
    """What came of an attempt: the run `ended` (and which is `upcoming`), is handed `back`, or was `lost`."""

    how: Literal["ended", "back", "lost"]
    upcoming: str = ""


@dataclass
class Attempt:
    """One attempt at a run. `stop` may be called at any time."""

    run: Run
    stores: Stores
    stopping: Stop = ""
    pausing: bool = False
    _is_driven: bool = False
    _control: RunControl = field(default_factory=RunControl)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self, how: Stop) -> None:
        """Stop now; with `drain`, see `drain`."""
        if self.stopping in ("", "drain"):
            self.stopping = how
            self._stopped.set()

    def drain(self) -> None:
        """Stop when the step that is under way is over."""
        self._control.request_drain()

    def pause(self) -> None:
        """Stop when the step that is under way is over, and end the run there."""
        self.pausing = True
        self._control.request_drain()

    async def work(self, graph: Compiled) -> Ended:
        """Run the graph and end the run, or hand it back."""
        if not self.run.is_execution:
            return await self._told(graph)
        try:
            async with self.stores.steps.held(self.run.thread_id, self.run.run_id, self.run.attempt):
                return await self._told(graph)
        except Unavailable:
            return Ended("back")

    async def _told(self, graph: Compiled) -> Ended:
        self._log = EventLog(self.stores.events, self.run.run_id, self.run.attempt)
        self._graph = graph
        self._config = run_config(self.run)
        self._log.add([("metadata", dumps({"run_id": self.run.run_id, "attempt": self.run.attempt}))])
        writer = asyncio.create_task(self._log.write_as_they_come())
        try:
            return await self._work(writer)
        except (LeaseLost, Unavailable):
            return Ended("lost")
        finally:
            writer.cancel()
            with suppress(asyncio.CancelledError, LeaseLost, TooManyEvents):
                await writer

    async def refuse(self, error: BaseException) -> Ended:
        """End the run in error without running its graph."""
        told = to_json({"error": type(error).__name__, "message": str(error)})
        output = b'{"__error__":' + told + b"}"
        return await self._ended(
            Outcome("error", "error", output=output, error=told, events=[("error", told)], thread_goes=self._goes)
        )

    @property
    def _goes(self) -> float | None:
        """After how many seconds the thread goes; None: it stays."""
        return GONE_SECONDS if self.run.kwargs.get("on_completion") == "delete" else None

    async def _work(self, writer: "asyncio.Task[None]") -> Ended:
        self._begin_as_asked()
        error: BaseException | None = None
        if not self.stopping and not self.pausing:
            self._is_driven = True
            task = asyncio.create_task(self._drive(), name=f"run {self.run.run_id}")
            stopped = asyncio.create_task(self._stopped.wait())
            try:
                await asyncio.wait({task, writer, stopped}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                stopped.cancel()
                error = await self._halted(task)
        if writer.done() and not writer.cancelled():
            error = writer.exception() or error
        return await self._end(error)

    def _begin_as_asked(self) -> None:
        """Heed what was asked before this attempt began."""
        if self.run.cancel == "pause":
            self.pausing = True
        elif self.run.cancel and not self.stopping:
            self.stopping = "rollback" if self.run.cancel == "rollback" else "interrupt"

    async def _halted(self, task: "asyncio.Task[None]") -> BaseException | None:
        """The task's error, once it has stopped. A node that cannot be stopped is left to itself."""
        for seconds in STOP_SECONDS:
            if task.done():
                break
            task.cancel()  # again: code of others may have caught the one before
            await asyncio.wait({task}, timeout=seconds)
        return None if not task.done() or task.cancelled() else task.exception()

    async def _drive(self) -> None:
        """Stream the graph from where it stands."""
        earlier = await self.stores.events.last(self.run.run_id, TAIL) if self.run.attempt > 1 else []
        kwargs, before = self.run.kwargs, ToldBefore(earlier)
        self._stream = GraphStream(
            self._graph,
            self._log,
            list(kwargs["stream_mode"]),  # type: ignore[call-overload]
            subgraphs=bool(kwargs.get("stream_subgraphs")),
            before=before,
        )
        saver = self._graph.checkpointer  # ours, with the types of the graph's state
        assert isinstance(saver, RedisSaver)
        mine = fenced(saver, self.run.run_id, self.run.attempt)
        stream = self._stream
        self._saver = RunSaver(mine, before_step=stream.before_step, before_task=stream.before_task)
        self._config["configurable"]["__pregel_checkpointer"] = self._saver
        start = await find_start(self._graph, self._config, self.run, self.stores.runs)
        if start.is_over:
            return
        before.at_input = start.at_input
        if start.is_new and goes_on(kwargs):
            await note_base(self.run, self.stores.runs, self.stores.undo, start)
        await self._stream.run(
            start.given,
            at_checkpoint(self._config, kwargs) if start.is_new else self._config,
            context=context_for(self._graph, kwargs.get("context")),
            control=self._control,
            durability="exit" if kwargs.get("durability") == "exit" else "sync",
            interrupt_before=kwargs.get("interrupt_before"),
            interrupt_after=kwargs.get("interrupt_after"),
        )

    async def _end(self, error: BaseException | None) -> Ended:
        """Say what came of it."""
        if self.stopping == "lost" or isinstance(error, (LeaseLost, Fenced)):
            return Ended("lost")
        if self._redis_failed(error):
            return Ended("back")
        if self.stopping == "rollback":
            return await self._roll_back()
        if self._goes_back(error):
            await self._flush()
            return Ended("back")
        with suppress(TooManyEvents):
            await self._flush()
        snapshot = await self._graph.aget_state(self._state_config)
        if self.stopping == "interrupt" or isinstance(error, GraphDrained) or not self._is_driven:
            return await self._close("interrupted", snapshot, summary_of(snapshot))
        if error is None and self.run.is_execution and is_cut_off(snapshot):
            error = Conflict(CUT_OFF)
        if error is None:
            return await self._close("success", snapshot, summary_of(snapshot))
        return await self._fail(error, snapshot)

    def _goes_back(self, error: BaseException | None) -> bool:
        """Whether another attempt is to go on: this one was to leave, not to pause."""
        return self.stopping == "drain" or (
            isinstance(error, GraphDrained) and not self.stopping and not self.pausing
        )

    async def _flush(self) -> None:
        """Have everything written that was told."""
        if self.run.is_execution:
            await self.stores.steps.flush(self.run.thread_id)
        await self._log.flush()

    def _redis_failed(self, error: BaseException | None) -> bool:
        """Whether the attempt failed for Redis's sake: then the run is not over."""
        saver: RunSaver | None = getattr(self, "_saver", None)
        return (isinstance(error, Unavailable) and (saver is None or saver.trouble.error is not None)) or bool(
            saver and saver.trouble.error
        )

    @property
    def _state_config(self) -> RunnableConfig:
        return {"configurable": {"thread_id": self.run.thread_id, "checkpoint_ns": ""}}

    async def _fail(self, error: BaseException, snapshot: StateSnapshot) -> Ended:
        told = to_json({"error": type(error).__name__, "message": str(error)})
        summary = summary_of(snapshot)
        summary = Summary("error", summary.values, summary.interrupts)
        output = b'{"__error__":' + told + b"}"
        return await self._close("error", snapshot, summary, error=told, output=output, events=[("error", told)])

    async def _close(
        self,
        status: RunStatus,
        snapshot: StateSnapshot,
        summary: Summary,
        *,
        error: bytes = b"",
        output: bytes | None = None,
        events: list[tuple[str, bytes]] | None = None,
    ) -> Ended:
        values = self._values(snapshot)
        came = execution_outcome(snapshot, values) if self.run.is_execution else ExecutionOutcome()
        return await self._ended(
            Outcome(
                status=status,
                thread_status=summary.status,
                output=output if output is not None else output_of(values, snapshot),
                error=error,
                values=summary.values,
                interrupts=summary.interrupts,
                events=events or [],
                thread_goes=self._goes,
                execution_output=came.output,
                asks=came.asks,
                wakes_at=came.wakes_at,
            )
        )

    def _values(self, snapshot: StateSnapshot) -> object:
        """The newest values in the shape of the graph's output."""
        stream: GraphStream | None = getattr(self, "_stream", None)
        if stream is not None and stream.values is not None:
            return stream.values
        names = self._graph.output_channels
        if isinstance(names, str) or not isinstance(snapshot.values, dict):
            return snapshot.values
        return {name: snapshot.values[name] for name in names if name in snapshot.values}

    async def _roll_back(self) -> Ended:
        """Undo what the run did to its thread."""
        await self.stores.undo.undo(self.run.thread_id, self.run.run_id, self.run.attempt)
        snapshot = await self._graph.aget_state(self._state_config)
        summary = summary_of(snapshot)
        return await self._ended(
            Outcome(
                "rolled back",
                summary.status,
                values=summary.values,
                interrupts=summary.interrupts,
                thread_goes=self._goes,
            )
        )

    async def _ended(self, outcome: Outcome) -> Ended:
        upcoming = await self.stores.runs.end(self.run.run_id, self.run.attempt, outcome)
        return Ended("lost") if upcoming is None else Ended("ended", upcoming)
