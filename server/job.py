"""One `zigral run`: the file imported, each lead run, and what the folder holds when it ends."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Set
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import islice

from memory.records import Lead, Result
from memory.results import Index
from memory.spending import Spending
from memory.suppressions import Suppressions
from memory.words import utc_now
from server.assembly import Inputs, Services, open_services, outreach_graph
from server.engines import Kind, open_engine
from server.leads_csv import write_leads_csv
from server.refresh import Refresher
from server.report import write_report
from server.run_folder import RunFolder
from server.runner import Runner
from server.settings import Settings
from server.suppressed_rows import refuse_suppressed
from tools.engine import Engine
from tools.lead_file import LeadFile
from tools.lead_rejects import rejected_file

CHUNK = 500  # rows read from the file at a time
OnResult = Callable[[Result], None]


@dataclass(frozen=True)
class Job:
    """All that one `zigral run` was asked for."""

    leads: LeadFile
    folder: RunFolder
    inputs: Inputs
    limit: int | None = None
    engine: Kind = "offline"
    refresh: bool = False  # read the pages of finished leads again

    async def run(self, settings: Settings, *, concurrency: int, on_result: OnResult) -> dict[str, object]:
        """Run what is not finished yet; the counts of all that the folder holds then."""
        async with AsyncExitStack() as stack:
            services = await stack.enter_async_context(open_services(settings))
            await services.run_places.add(self.folder.path, utc_now())
            imported = await self._import(services)
            spending = await asyncio.to_thread(self.folder.spending)
            engine = await stack.enter_async_context(
                open_engine(
                    self.engine, settings, workers=services.workers, spending=spending, answers=services.answers
                )
            )
            runner = open_runner(self.folder, services, self.inputs, engine=engine, spending=spending)
            before = await asyncio.to_thread(self.folder.results.entries)
            failed = {lead_id for lead_id, entry in before.items() if entry.status == "failed"}
            alone = {lead_id: entry.stop for lead_id, entry in before.items() if entry.stop}
            leads = self._leads(services.suppressions, without=before.keys() - failed - alone.keys())
            stopped = await runner.run_all(
                leads, concurrency=concurrency, failed=failed, alone=alone, on_result=on_result
            )
            refreshed: dict[str, object] = {}
            if self.refresh and not stopped:
                finished = self._finished(services.suppressions, before.keys() - failed - alone.keys())
                refresher = Refresher(runner, self.inputs.web, services.workers)
                told = await refresher.refresh_all(finished, concurrency=concurrency, on_result=on_result)
                refreshed["refreshed"], stopped = told, told.stopped
        return {
            "out": str(self.folder.path),
            "engine": runner.engine,
            **imported,
            **refreshed,
            **await asyncio.to_thread(finish, self.folder),
            "counted": dict(engine.counted),
            "stopped": stopped,
        }

    async def _import(self, services: Services) -> dict[str, int]:
        """Keep the accepted leads in the lead store and the rejected rows in the folder, and count all."""
        counts: Counter[str] = Counter(rows=self.leads.records, accepted=0, duplicate=0, rejected=0)
        rows = self.leads.rows()
        with rejected_file(self.folder.path / "rejected.csv", self.leads) as reject:
            while chunk := await asyncio.to_thread(lambda: list(islice(rows, CHUNK))):
                checked = await refuse_suppressed(chunk, services.suppressions)
                for row in checked:
                    counts[row.status] += 1
                    if row.status == "rejected":
                        reject(row)
                await services.leads.add([row.lead for row in checked if row.lead])
        return dict(counts)

    async def _leads(self, suppressions: Suppressions, *, without: Set[str]) -> AsyncIterator[Lead]:
        """The accepted leads in the file's order, but those that are suppressed or whose ids are in `without`."""
        leads = islice((row.lead for row in self.leads.rows() if row.lead), self.limit)
        while chunk := await asyncio.to_thread(lambda: list(islice(leads, CHUNK))):
            suppressed = await suppressions.among(lead.email for lead in chunk)
            for lead in chunk:
                if lead.lead_id not in without and lead.email not in suppressed:
                    yield lead

    async def _finished(self, suppressions: Suppressions, ids: Set[str]) -> AsyncIterator[Result]:
        """What became of those leads of the file whose ids are in `ids`, one at a time."""
        wanted = ids & {lead.lead_id async for lead in self._leads(suppressions, without=frozenset())}
        index = await asyncio.to_thread(self.folder.results.index)
        entries = {lead_id: entry for lead_id, entry in index.entries.items() if lead_id in wanted}
        latest = self.folder.results.latest(Index(entries, index.unreadable))
        while (result := await asyncio.to_thread(next, latest, None)) is not None:
            yield result


def open_runner(
    folder: RunFolder, services: Services, inputs: Inputs, *, engine: Engine, spending: Spending
) -> Runner:
    """What runs leads in `folder` on these inputs."""
    graph = outreach_graph(
        inputs,
        engine=engine,
        workers=services.workers,
        snapshots=folder.snapshots,
        outbox=folder.outbox,
        interactions=services.interactions,
    )
    return Runner(
        graph=graph.compile(services.checkpointer),
        folder=folder,
        engine=engine.name,
        offer=inputs.offer,
        spending=spending,
    )


def finish(folder: RunFolder) -> dict[str, object]:
    """Write what the folder shows to people, and count what it holds."""
    results = folder.results
    statuses: Counter[str] = Counter(results.finished().values())
    write_leads_csv(folder.path / "leads.csv", results)
    report = write_report(folder.path) if statuses else None  # no row was accepted: there is nothing to look at
    return {"leads": statuses.total(), "statuses": dict(statuses), "report": report and str(report)}
