"""Telling OpenTelemetry and Sentry what happens, where they are configured (S2).

They learn ids, the names of graphs and steps, times, and the kinds and places of errors: no input, no output, no
address, and no error's words, since those may name a person.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from memory.errors import Invalid
from server.settings import Settings
from server.version import zigral_version

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from sentry_sdk.types import Event, Hint

FLUSH_SECONDS = 5
TOLD = ("event_id", "timestamp", "platform", "level", "exception", "tags", "release", "sdk", "contexts")


@dataclass(frozen=True)
class StepSeen:
    """One step of a run: the name of its node, and when it began and ended (unix seconds)."""

    name: str
    began: float
    ended: float
    failed: bool = False


@dataclass(frozen=True)
class RunSeen:
    """One attempt at a run, after its end."""

    run_id: str
    thread_id: str
    graph_id: str
    attempt: int
    status: str
    began: float
    ended: float
    steps: Sequence[StepSeen] = ()


class Observer(Protocol):
    """Hears of runs and of errors that nobody expected."""

    def ran(self, run: RunSeen) -> None:
        """An attempt at a run has ended."""
        ...

    def failed(self, error: BaseException, *, run_id: str = "") -> None:
        """Something of ours broke, or a node raised what it should not have."""
        ...


@dataclass(frozen=True)
class Observers:
    """Tells each of several; of none, it is silent."""

    all: tuple[Observer, ...] = ()

    def ran(self, run: RunSeen) -> None:
        for one in self.all:
            one.ran(run)

    def failed(self, error: BaseException, *, run_id: str = "") -> None:
        for one in self.all:
            one.failed(error, run_id=run_id)


@asynccontextmanager
async def open_observers(settings: Settings) -> AsyncIterator[Observers]:
    """Whoever is configured; what they have not sent yet is sent at the end, within seconds."""
    made: list[Observer] = []
    closers: list[Callable[[], object]] = []
    if settings.otlp_endpoint:
        tracing = _tracing(settings.otlp_endpoint, zigral_version())
        made.append(tracing)
        closers.append(tracing.provider.shutdown)
    if settings.sentry_dsn:
        made.append(_sentry(settings.sentry_dsn.get_secret_value(), zigral_version()))
        closers.append(_flush_sentry)
    try:
        yield Observers(tuple(made))
    finally:
        for close in closers:
            await asyncio.to_thread(close)


@dataclass(frozen=True)
class Tracing:
    """A span a run, and below it one a step."""

    provider: "TracerProvider"

    def ran(self, run: RunSeen) -> None:
        from opentelemetry.trace import Status, StatusCode, set_span_in_context

        tracer = self.provider.get_tracer("zigral")
        facts = {"zigral.run_id": run.run_id, "zigral.thread_id": run.thread_id, "zigral.status": run.status}
        whole = tracer.start_span(run.graph_id, start_time=_nanos(run.began), attributes=facts)
        whole.set_attribute("zigral.attempt", run.attempt)
        for step in run.steps:
            span = tracer.start_span(step.name, set_span_in_context(whole), start_time=_nanos(step.began))
            if step.failed:
                span.set_status(Status(StatusCode.ERROR))
            span.end(_nanos(step.ended))
        if run.status in {"error", "timeout"}:
            whole.set_status(Status(StatusCode.ERROR))
        whole.end(_nanos(run.ended))

    def failed(self, error: BaseException, *, run_id: str = "") -> None:
        """A failed run has its own span; errors are Sentry's."""


class Sentry:
    """Errors by their kind and place."""

    def ran(self, run: RunSeen) -> None:
        """Runs are for tracing."""

    def failed(self, error: BaseException, *, run_id: str = "") -> None:
        import sentry_sdk

        with sentry_sdk.new_scope() as scope:
            if run_id:
                scope.set_tag("run_id", run_id)
            scope.capture_exception(error)


def _tracing(endpoint: str, version: str) -> Tracing:
    try:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise _not_installed("OTEL_EXPORTER_OTLP_ENDPOINT", "otel") from None
    provider = TracerProvider(
        resource=Resource.create({"service.name": "zigral", "service.version": version}), shutdown_on_exit=False
    )
    provider.add_span_processor(BatchSpanProcessor(_exporter(endpoint)))
    return Tracing(provider)


def _exporter(endpoint: str) -> "SpanExporter":
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError:
        raise _not_installed("OTEL_EXPORTER_OTLP_ENDPOINT", "otel") from None
    return OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=FLUSH_SECONDS)


def _sentry(dsn: str, version: str) -> Sentry:
    try:
        import sentry_sdk
    except ImportError:
        raise _not_installed("SENTRY_DSN", "sentry") from None
    try:
        sentry_sdk.init(
            dsn=dsn,
            release=version,
            before_send=_without_words,
            default_integrations=False,  # they would send log lines, request bodies and command lines
            include_local_variables=False,
            include_source_context=False,
            max_breadcrumbs=0,
        )
    except sentry_sdk.utils.BadDsn:
        raise Invalid("SENTRY_DSN is not an address of Sentry's. Copy it from the project's settings.") from None
    return Sentry()


def _without_words(event: "Event", _: "Hint") -> "Event":
    """The event with an exception's kind and place, and without what it says."""
    told: Event = {key: value for key, value in event.items() if key in TOLD}  # type: ignore[assignment]
    for exception in told.get("exception", {}).get("values", ()):
        exception["value"] = ""
    return told


def _flush_sentry() -> None:
    import sentry_sdk

    sentry_sdk.get_client().close(timeout=FLUSH_SECONDS)


def _nanos(seconds: float) -> int:
    return int(seconds * 1_000_000_000)


def _not_installed(variable: str, extra: str) -> Invalid:
    return Invalid(
        f"{variable} is set, and what it needs is not installed. pip install 'zigral[{extra}]', or unset it."
    )
