"""`zigral run --refresh`: the pages of finished leads read again, and what follows from what changed.

Nothing follows where nothing changed. What was approved, sent or set aside by a person is left alone. Else the new
pages are judged again under a run id of their own, and the mail is written again where a quotation that it rests on
is gone, or where it is not proven any more; a mail that still stands is kept word for word.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from langchain_core.runnables import RunnableConfig

from graphs.outreach import OutreachState
from memory.errors import Malformed, NotFound, Refused, Unavailable, ZigralError
from memory.logs import run_context
from memory.records import Draft, Fact, Proof, Qualification, Result, Snapshot
from nodes.draft import is_doubted, rests_on_a_firm_fact
from nodes.prove import Prove, ProveView
from nodes.research import PAGE_BUDGET, doubt_of, keep
from server.refreshed import Change, Refreshed
from server.runner import Runner
from tools.engine import EngineStopped, EngineUnavailable
from tools.reading_changes import PageChanges, compare, gone_facts, moved, page_key, sha256_of
from tools.site import SiteText, read_site
from tools.web import Web
from tools.workers import Workers

OnResult = Callable[[Result], None]  # hears of each lead that was read again, by what it was before


@dataclass(frozen=True)
class _Again:
    """A second reading: what it found, and the earlier quotations that no page has any more."""

    site: SiteText
    pages: PageChanges
    gone: tuple[Fact, ...]


@dataclass(frozen=True)
class Refresher:
    """Reads the pages of leads of one folder again."""

    runner: Runner
    web: Web
    workers: Workers

    async def refresh_all(
        self, results: AsyncIterator[Result], *, concurrency: int, on_result: OnResult
    ) -> Refreshed:
        """What changed for each of `results`, `concurrency` at a time. A lead's fault is its own."""
        told = Refreshed()
        turn = asyncio.Lock()

        async def work() -> None:
            while not told.stopped and (before := await _next(results, turn)) is not None:
                with run_context(_run_id(before)):
                    await self._refresh_safely(before, told)
                on_result(before)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(concurrency):
                    group.create_task(work())
        except* ZigralError as errors:
            raise errors.exceptions[0] from None
        return told

    async def _refresh_safely(self, before: Result, told: Refreshed) -> None:
        try:
            again = await self._read(before)
        except (NotFound, Unavailable, Malformed, Refused) as error:  # the site's fault: what was known stays
            told.not_read(before.lead, str(error))
            return
        try:
            told.add(await self._follow(before, again))
        except EngineStopped as error:
            told.stopped = str(error)
        except EngineUnavailable as error:
            told.not_read(before.lead, str(error))
        except Unavailable:
            raise
        except ZigralError as error:
            told.not_read(before.lead, str(error))
        except Exception as error:  # noqa: BLE001 - the door: our own mistake must not stop the other leads
            told.not_read(before.lead, await self.runner.log_mistake(before.lead, error, _run_id(before)))

    async def _read(self, before: Result) -> _Again:
        lead, urls = before.lead, [snapshot.url for snapshot in before.snapshots]
        site = await read_site(self.web, self.workers, lead.website, lead.company, budget=PAGE_BUDGET, again=urls)
        pages = compare(before.snapshots, site)
        texts = [page.text for page in site.pages]
        unread = [snapshot for snapshot in before.snapshots if snapshot.url in pages.unread]
        texts += [await self.runner.folder.snapshots.text(snapshot) for snapshot in unread]
        return _Again(site, pages, gone_facts(before.facts, texts))

    async def _follow(self, before: Result, again: _Again) -> Change | None:
        """What is done about it: None where nothing changed."""
        if not again.pages:
            return None
        if _is_settled(before):
            return Change.of(before, None, again.pages, again.gone)
        config = self.runner.config(_run_id(before))
        begun = time.monotonic()
        snapshots = await self._snapshots(before, again)
        if await self._recall(before, config):
            await self._judge(snapshots, doubt_of(before.lead, again.site), config)
            state = await self._state(config)
            if state.status is None and (mail := await self._standing_mail(before, again, state)):
                await self.runner.graph.aupdate_state(config, mail, as_node="critique")
            await self.runner.graph.ainvoke(None, config, durability="sync")
        after = await self.runner.result(config, time.monotonic() - begun)
        after = after.model_copy(update={"snapshots": snapshots})
        await self.runner.keep(after)
        await self.runner.forget(self.runner.config(before.run_id))
        return Change.of(before, after, again.pages, again.gone)

    async def _recall(self, before: Result, config: RunnableConfig) -> bool:
        """Begin a new run; whether it goes on to the research, which it does not for who has said no since."""
        graph = self.runner.graph
        await self.runner.forget(config)  # what a killed refresh left behind read pages that may be old by now
        await graph.ainvoke({"lead": before.lead}, config, interrupt_before=["research"], durability="sync")
        return (await graph.aget_state(config)).next == ("research",)

    async def _judge(self, snapshots: tuple[Snapshot, ...], doubt: str | None, config: RunnableConfig) -> None:
        """Take the run with the new pages to where a mail would be written."""
        graph = self.runner.graph
        await graph.aupdate_state(config, {"snapshots": snapshots, "doubt": doubt}, as_node="research")
        await graph.ainvoke(None, config, interrupt_before=["draft"], durability="sync")

    async def _snapshots(self, before: Result, again: _Again) -> tuple[Snapshot, ...]:
        """One for each page: a new one where its text changed, the old one where it did not or is unread."""
        old = {page_key(snapshot.url): snapshot for snapshot in before.snapshots}
        found = []
        for page in again.site.pages:
            known = old.get(page_key(page.url))
            same = known is not None and known.sha256 == sha256_of(page)
            found.append(known if known and same else await keep(self.runner.folder.snapshots, page))
        return (*found, *(old[page_key(url)] for url in again.pages.unread))

    async def _standing_mail(self, before: Result, again: _Again, state: OutreachState) -> dict[str, object] | None:
        """The mail as it was, resting on the new pages; None where it must be written again."""
        draft, verdict = before.draft, state.qualification
        if before.status != "awaiting_approval" or draft is None or verdict is None:
            return None
        gone = {fact.id for fact in again.gone}
        cited = [fact for fact in before.facts if fact.id in draft.cited]
        if any(fact.id in gone for fact in cited):
            return None
        facts, ids = await self._with(cited, before, state)
        standing = _recited(draft, ids)
        firm = not is_doubted(state.doubt, state.standing) and rests_on_a_firm_fact(standing, facts)
        verdict = verdict if firm else verdict.model_copy(update={"status": "review", "doubt": state.doubt})
        proof = await self._proof(state, facts, standing, verdict)
        if not proof.passed:
            return None
        kept: dict[str, object] = {"facts": facts, "draft": standing, "qualification": verdict, "proof": proof}
        return kept | {"status": "awaiting_approval"}

    async def _with(
        self, cited: list[Fact], before: Result, state: OutreachState
    ) -> tuple[tuple[Fact, ...], dict[str, str]]:
        """The new facts and, beside them, the cited ones at their places now; and the new id of each cited one."""
        store = self.runner.folder.snapshots
        pages = [(snapshot, await store.text(snapshot)) for snapshot in state.snapshots]
        urls = {snapshot.id: snapshot.url for snapshot in before.snapshots}
        known = {fact.quote: fact.id for fact in (*state.facts, *state.evidence)}
        facts, ids = list(state.facts), {}
        for fact in cited:
            new = moved(fact, pages, urls.get(fact.snapshot_id, ""))
            if new and fact.quote not in known:
                known[fact.quote] = f"f{len(known) + 1}"
                facts.append(new.model_copy(update={"id": known[fact.quote]}))
            ids[fact.id] = known.get(fact.quote, fact.id)
        return tuple(facts), ids

    async def _proof(
        self, state: OutreachState, facts: tuple[Fact, ...], draft: Draft, verdict: Qualification
    ) -> Proof:
        view = ProveView(
            lead=state.lead,
            snapshots=state.snapshots,
            facts=facts,
            evidence=state.evidence,
            qualification=verdict,
            draft=draft,
        )
        return await Prove(self.runner.folder.snapshots, self.runner.offer).check(view)

    async def _state(self, config: RunnableConfig) -> OutreachState:
        return OutreachState.model_validate((await self.runner.graph.aget_state(config)).values)


def _run_id(before: Result) -> str:
    """The run with the new pages has an id that follows from the one before: a killed refresh is begun anew."""
    return str(uuid5(NAMESPACE_URL, f"{before.run_id} read again"))


def _is_settled(result: Result) -> bool:
    """Whether a person has decided: approved, sent, or set aside though there was a mail."""
    return result.status in {"approved", "sent"} or (result.status == "skipped" and result.draft is not None)


def _recited(draft: Draft, ids: dict[str, str]) -> Draft:
    claims = [
        claim.model_copy(update={"fact_ids": tuple(ids.get(fact_id, fact_id) for fact_id in claim.fact_ids)})
        for claim in draft.claims
    ]
    return draft.model_copy(update={"claims": tuple(claims)})


async def _next(results: AsyncIterator[Result], turn: asyncio.Lock) -> Result | None:
    async with turn:
        return await anext(results, None)
