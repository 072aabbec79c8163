"""One `zigral run`: the file imported, each lead run, and what the folder holds when it ends."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Set
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from memory.profile import Icp
from memory.records import Lead, Result
from memory.results import Index
from memory.spending import Spending
from memory.suppressions import Suppressions
from memory.words import utc_now
from server.assembly import Inputs, Services, open_services, outreach_graph
from server.engines import Kind, open_engine
from server.leads_csv import write_leads_csv
from server.refresh import Refresher
from server.refreshed import Refreshed
from server.report import write_report
from server.report_summary import Summary, summary_of
from server.run_folder import RunFolder
from server.run_summary import RunSummary
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
    imported: dict[str, int] = field(default_factory=dict)  # the file's rows, once all were read
    begun: float = field(default_factory=time.monotonic)

    async def run(self, settings: Settings, *, concurrency: int, on_result: OnResult) -> RunSummary:
        """Run what is not finished yet, and tell what the folder holds then."""
        async with AsyncExitStack() as stack:
            services = await stack.enter_async_context(open_services(settings))
            await services.run_places.add(self.folder.path, utc_now())
            self.imported.update(await self._import(services))
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
            refreshed: Refreshed | None = None
            if self.refresh and not stopped:
                finished = self._finished(services.suppressions, before.keys() - failed - alone.keys())
                refresher = Refresher(runner, self.inputs.web, services.workers)
                refreshed = await refresher.refresh_all(finished, concurrency=concurrency, on_result=on_result)
                stopped = refreshed.stopped
        return await asyncio.to_thread(
            self.conclude, runner.engine, dict(engine.counted), stopped=stopped, refreshed=refreshed
        )

    def conclude(
        self,
        engine: str | None = None,
        counted: Mapping[str, int] = {},
        *,
        stopped: str | None,
        refreshed: Refreshed | None = None,
    ) -> RunSummary:
        """Write what the folder shows to people, and tell what it holds, also of a run that was interrupted."""
        leads, report = finish(self.folder, self.inputs.icp)
        return RunSummary(
            out=str(self.folder.path),
            engine=engine or next(iter(leads.engines), None),
            report=str(report) if report else None,
            leads=leads,
            rows=self.imported,
            seconds=time.monotonic() - self.begun,
            counted=counted,
            refreshed=refreshed,
            stopped=stopped,
        )

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


def finish(folder: RunFolder, icp: Icp | None = None) -> tuple[Summary, Path | None]:
    """Write what the folder shows to people: the leads, and a report where there is something to report."""
    results = folder.results
    write_leads_csv(folder.path / "leads.csv", results)
    summary = summary_of(results.latest() if results.path.exists() else (), icp)
    return summary, write_report(folder.path) if summary.leads else None
