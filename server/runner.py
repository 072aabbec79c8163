"""Running `outreach` for the leads of one folder: up to the approval, and on from it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, StateSnapshot

from graphs.outreach import OutreachState
from memory.errors import Refused, Unavailable, ZigralError
from memory.logs import get_logger, private, run_context
from memory.profile import Offer
from memory.records import Cost, Lead, Result, draft_sha256
from memory.spending import Spending
from server.run_folder import RunFolder
from tools.engine import EngineStopped, EngineUnavailable
from tools.mail import build_message, eml_path, write_eml

log = get_logger(__name__)


@dataclass(frozen=True)
class Runner:
    """Runs leads in one folder; whatever was finished there before is not done again."""

    graph: CompiledStateGraph[Any, Any, Any, Any]
    folder: RunFolder
    engine: str
    offer: Offer
    spending: Spending = field(default_factory=Spending)

    async def run_all(
        self,
        leads: AsyncIterator[Lead],
        *,
        concurrency: int,
        failed: Set[str],
        alone: Mapping[str, str],
        on_result: Callable[[Result], None],
    ) -> str | None:
        """Run each lead, `concurrency` at a time, and keep each result as it comes.

        Those in `failed` have a result already, which stays where they fail again at no cost; so have those in
        `alone`, which stays where they are left alone for the same reason again. A sentence says why the engine
        stopped before all leads had their turn; None where it did not.
        """
        turn = asyncio.Lock()
        stops: list[EngineStopped] = []

        async def work() -> None:
            while not stops and (lead := await _next(leads, turn)) is not None:
                spent = self.spending.of(lead.lead_id)
                with run_context(self.folder.thread_id(lead.lead_id)):
                    result = await self._run_safely(lead, stops, alone.get(lead.lead_id))
                    _log_end(result)
                is_new = lead.lead_id not in failed or self.spending.of(lead.lead_id) != spent
                if result.status == "failed" and is_new:
                    await self.keep(result)
                on_result(result)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(concurrency):
                    group.create_task(work())
        except* ZigralError as errors:
            raise errors.exceptions[0] from None
        return str(stops[0]) if stops else None

    async def run(self, lead: Lead) -> Result:
        """Take the lead's run to its end or to the approval, from wherever it is.

        One that failed begins anew, and so does one that left the lead alone: the day it waited for may have come.
        """
        config = self.config(self.folder.thread_id(lead.lead_id))
        begun = time.monotonic()
        state = await self.graph.aget_state(config)
        if _begins_anew(state):
            await self.forget(config)
            state = await self.graph.aget_state(config)
        # Not `state.next`: it is empty too where a process died between a node's end and the step's checkpoint.
        if state.tasks or not state.values:
            await self.graph.ainvoke(None if state.values else {"lead": lead}, config, durability="sync")
        return await self.result(config, time.monotonic() - begun)

    async def approve(self, result: Result) -> Result:
        """Resume a run that waits for its approval, with a person's yes; or go on with one that has it already.

        Raises `Refused` where the mail is not the one that was shown, or is not proven.
        """
        config = self.config(result.run_id)
        answered = await self._restore(config, result)
        answer: dict[str, object] = {"type": "accept", "args": None}
        await self.graph.ainvoke(None if answered else Command(resume=[answer]), config, durability="sync")
        done = await self.result(config, result.cost.seconds)
        approved = done.model_copy(update={"engine": result.engine, "cost": result.cost})
        await self.keep(approved)
        return approved

    async def forget(self, config: RunnableConfig) -> None:
        """Take the run of `config` for one that never was."""
        if isinstance(self.graph.checkpointer, BaseCheckpointSaver):
            await self.graph.checkpointer.adelete_thread(str(config["configurable"]["thread_id"]))

    async def _restore(self, config: RunnableConfig, result: Result) -> bool:
        """See that the run waits for its approval with the very verdict and draft that were shown.

        True where it was approved before, by a process that died before it had said so.

        Resuming a thread that is gone would begin at the beginning with an empty state, so a thread whose
        checkpoints were lost is made again from the result's line.
        """
        state = await self.graph.aget_state(config)
        if not state.values:
            await self.graph.aupdate_state(config, _state_of(result), as_node="critique")
            await self.graph.ainvoke(None, config, durability="sync")
            state = await self.graph.aget_state(config)
        waiting = state.values.get("draft")
        answered = bool(state.values) and _is_answered(state)
        if (state.next != ("approve",) and not answered) or waiting is None or result.draft is None:
            raise Refused(f"The mail to {result.lead.email} does not wait for an approval.")
        if state.values.get("qualification") != result.qualification:
            raise Refused(f"The verdict on {result.lead.email} was changed after it was made. Run the lead again.")
        shown = draft_sha256(result.lead.email, result.draft.subject, result.draft.body)
        if waiting.sha256 != shown:
            raise Refused(f"The mail to {result.lead.email} was changed after it was proven. Run the lead again.")
        return answered

    async def _run_safely(self, lead: Lead, stops: list[EngineStopped], alone: str | None) -> Result:
        """Run and keep; a lead's fault is its own, and only what all need, such as Redis, stops the others."""
        begun = time.monotonic()
        try:
            return await self._run_and_keep(lead, alone)
        except EngineStopped as error:
            stops.append(error)
            return await self._ended(lead, error, time.monotonic() - begun)
        except EngineUnavailable as error:
            return await self._ended(lead, error, time.monotonic() - begun)
        except Unavailable:
            raise
        except ZigralError as error:
            return await self._ended(lead, error, time.monotonic() - begun)
        except Exception as error:  # noqa: BLE001 - the door: our own mistake must not stop the other leads
            return self._failed(lead, await self.log_mistake(lead, error, self.folder.thread_id(lead.lead_id)))

    async def log_mistake(self, lead: Lead, error: Exception, thread_id: str) -> str:
        """Keep its traceback, without the mail that it may quote, and say it in a sentence."""
        try:
            draft = (await self.graph.aget_state(self.config(thread_id))).values.get("draft")
        except Exception:  # noqa: BLE001 - what broke may be the state itself
            draft = None
        with private(*([draft.subject, draft.body] if draft else [])):
            log.opt(exception=error).error("Zigral made a mistake on a lead.", lead_id=lead.lead_id)
        return f"Zigral made a mistake on this lead ({type(error).__name__}); see logs/error.log."

    async def _run_and_keep(self, lead: Lead, alone: str | None) -> Result:
        result = await self.run(lead)
        same = alone is not None and result.standing is not None and result.standing.stop == alone
        if result.status != "failed" and not same:
            await self.keep(result)
        return result

    async def _ended(self, lead: Lead, why: ZigralError, seconds: float) -> Result:
        """What was made of a lead until it failed, and why it did. Run again, it goes on from there."""
        config = self.config(self.folder.thread_id(lead.lead_id))
        if not (await self.graph.aget_state(config)).values:
            return self._failed(lead, str(why))
        made = await self.result(config, seconds)
        return made.model_copy(update={"status": "failed", "error": str(why)})

    def _failed(self, lead: Lead, why: str) -> Result:
        run_id = self.folder.thread_id(lead.lead_id)
        return Result(run_id=run_id, engine=self.engine, lead=lead, status="failed", error=why)

    async def keep(self, result: Result) -> None:
        """The draft first, then the line that says it is there."""
        path = eml_path(self.folder.drafts, result.lead.lead_id)
        if result.status == "awaiting_approval" and result.draft:
            message = build_message(result.lead, result.draft, self.offer)
            await asyncio.to_thread(write_eml, path, message)
        else:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        await self.folder.results.append(result)

    async def result(self, config: RunnableConfig, seconds: float) -> Result:
        """What the run of `config` came to, and what it took."""
        state = OutreachState.model_validate((await self.graph.aget_state(config)).values)
        return Result(
            run_id=str(config["configurable"]["thread_id"]),
            engine=self.engine,
            lead=state.lead,
            snapshots=state.snapshots,
            facts=(*state.facts, *state.evidence),
            qualification=state.qualification,
            draft=state.draft,
            proof=state.proof,
            status=state.status or "failed",
            cost=self._cost(state, seconds),
            error=state.error,
            standing=state.standing,
        )

    def _cost(self, state: OutreachState, seconds: float) -> Cost:
        spent = self.spending.of(state.lead.lead_id)
        return Cost(
            input_tokens=spent.input_tokens,
            output_tokens=spent.output_tokens,
            usd=round(spent.usd, 6),
            seconds=round(seconds, 3),
            pages=len(state.snapshots),
        )

    @staticmethod
    def config(thread_id: str) -> RunnableConfig:
        """For a run of the graph on that thread."""
        return {"configurable": {"thread_id": thread_id}, "metadata": {"run_id": thread_id}}


def _begins_anew(state: StateSnapshot) -> bool:
    standing = state.values.get("standing")
    return not state.tasks and (state.values.get("status") == "failed" or bool(standing and standing.stop))


def _is_answered(state: StateSnapshot) -> bool:
    """Whether a person's yes is kept already: as the answer of the waiting node, or in the state."""
    said_yes = state.values.get("decision") == "accept"
    return state.next != ("approve",) and (said_yes or [task.name for task in state.tasks] == ["approve"])


async def _next(leads: AsyncIterator[Lead], turn: asyncio.Lock) -> Lead | None:
    async with turn:
        return await anext(leads, None)


def _state_of(result: Result) -> dict[str, object]:
    return {
        "lead": result.lead,
        "snapshots": result.snapshots,
        "facts": result.facts,
        "qualification": result.qualification,
        "draft": result.draft,
        "proof": result.proof,
        "status": result.status,
        "standing": result.standing,
    }


def _log_end(result: Result) -> None:
    log.info("A lead ended.", status=result.status, lead_id=result.lead.lead_id, pages=result.cost.pages)
