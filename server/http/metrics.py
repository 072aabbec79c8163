"""`/metrics`: what all processes on this Redis have done, in Prometheus's form. Nothing in it names a person."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from memory.agents import AgentStanding
from memory.measures import Measure
from memory.runs import Runs
from server.http.backend import BackendOf
from server.http.json_body import JsonRoute
from server.measuring import BUCKETS

router = APIRouter(route_class=JsonRoute)


@router.get("/metrics", tags=["System"], response_class=Response)
async def metrics(backend: BackendOf) -> Response:
    """Counts since this Redis was first used, and what is under way."""
    runs = await Runs(backend.redis).counts()
    registry = CollectorRegistry(auto_describe=False)
    under_way = {status: runs.pop(status, 0) for status in ("pending", "running")}
    executions = await backend.executions.executions.counts()
    registry.register(Seen(await backend.measures.read(), under_way, ended=runs, executions=executions))
    agents = backend.agents
    registry.register(SeenAgents([agents.standings.of(one.agent_id) for one in agents.registry]))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


@dataclass(frozen=True, eq=False)
class Seen(Collector):
    """What was read, as metrics."""

    measures: Mapping[Measure, float]
    under_way: Mapping[str, int]
    ended: Mapping[str, int]
    executions: Mapping[str, int]

    def collect(self) -> Iterable[Metric]:
        """Every metric that we have."""
        yield _gauge("zigral_runs", "Runs that are not over, by state.", self.under_way)
        waiting = GaugeMetricFamily("zigral_queue_depth", "Runs that wait for a worker.")
        waiting.add_metric([], self.under_way.get("pending", 0))
        yield waiting
        yield _gauge("zigral_executions", "Executions of workflows that are kept, by state.", self.executions)
        yield _counter("zigral_runs_ended", "Runs that are over, by how they ended.", "status", self.ended)
        yield from self._counters()
        yield self._steps()

    def _counters(self) -> Iterator[Metric]:
        for name, words, label in (
            ("model_answers", "Answers of language models.", ""),
            ("model_tokens", "Tokens that language models read (in) and wrote (out).", "direction"),
            ("model_usd", "US dollars that language models cost, where their price is known.", ""),
        ):
            values = {dict(one.labels).get(label, ""): value for one, value in self._of(name)}
            yield _counter(f"zigral_{name}", words, label, values)
        steps = CounterMetricFamily("zigral_steps", "Steps of graphs, by how they ended.", labels=["graph", "how"])
        for one, value in self._of("steps"):
            labels = dict(one.labels)
            steps.add_metric([labels["graph"], labels["how"]], value)
        yield steps

    def _steps(self) -> Metric:
        family = HistogramMetricFamily("zigral_step_seconds", "How long a graph's steps took.", labels=["graph"])
        sums = {dict(one.labels)["graph"]: value for one, value in self._of("step_seconds_sum")}
        for graph, total in sorted(sums.items()):
            found = {
                labels["le"]: value
                for one, value in self._of("step_seconds_bucket")
                if (labels := dict(one.labels))["graph"] == graph
            }
            running, buckets = 0.0, []
            for bound in (*map(str, BUCKETS), "+Inf"):
                running += found.get(bound, 0)
                buckets.append((bound, running))
            family.add_metric([graph], buckets, total)
        return family

    def _of(self, name: str) -> Iterator[tuple[Measure, float]]:
        return ((one, value) for one, value in self.measures.items() if one.name == name)


@dataclass(frozen=True, eq=False)
class SeenAgents(Collector):
    """How the registered agents are doing, as metrics; there are as many labels as agents."""

    standings: Sequence[AgentStanding]

    def collect(self) -> Iterable[Metric]:
        """Every metric of agents."""
        calls = CounterMetricFamily(
            "zigral_agent_calls", "Calls of agents, by how they ended.", labels=["agent", "how"]
        )
        seconds = CounterMetricFamily("zigral_agent_seconds", "Time of the calls that were done.", labels=["agent"])
        load = GaugeMetricFamily("zigral_agent_load", "Calls of agents under way.", labels=["agent"])
        up = GaugeMetricFamily(
            "zigral_agent_available", "0 while an agent is spared after failures.", labels=["agent"]
        )
        for one in self.standings:
            calls.add_metric([one.agent_id, "done"], one.calls - one.failures)
            calls.add_metric([one.agent_id, "failed"], one.failures)
            seconds.add_metric([one.agent_id], one.seconds)
            load.add_metric([one.agent_id], one.load)
            up.add_metric([one.agent_id], float(one.health != "unavailable"))
        yield from (calls, seconds, load, up)


def _gauge(name: str, words: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=["status"])
    for status, value in values.items():
        family.add_metric([status], value)
    return family


def _counter(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(name, words, labels=[label] if label else [])
    for key, value in values.items():
        family.add_metric([key] if label else [], value)
    return family
