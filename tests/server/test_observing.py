"""OpenTelemetry and Sentry, each told over HTTP by a real client: ids and places, and nothing of a person."""

from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import SecretStr

from memory.errors import Invalid
from server.observing import RunSeen, StepSeen, open_observers
from server.settings import Settings

SECRET = "anna.berg@acme.example said no"
RUN = RunSeen(
    run_id="0b8f9c1e-7c55-4b6e-9d2b-111111111111",
    thread_id="0b8f9c1e-7c55-4b6e-9d2b-222222222222",
    graph_id="outreach",
    attempt=2,
    status="error",
    began=1_000.0,
    ended=1_002.5,
    steps=(StepSeen("research", 1_000.0, 1_001.0), StepSeen("extract", 1_001.0, 1_002.5, failed=True)),
)


def a_failure() -> Exception:
    try:
        lead = SECRET
        raise ValueError(lead)
    except ValueError as error:
        return error


async def test_a_run_becomes_a_span_and_each_step_one_below_it(collector: Any) -> None:
    endpoint = f"http://127.0.0.1:{collector.port}"
    async with open_observers(Settings(otlp_endpoint=endpoint)) as observers:
        observers.ran(RUN)
    request = ExportTraceServiceRequest.FromString(collector.bodies[0])
    spans = {span.name: span for span in request.resource_spans[0].scope_spans[0].spans}
    assert set(spans) == {"outreach", "research", "extract"}
    assert spans["research"].parent_span_id == spans["outreach"].span_id
    assert spans["outreach"].end_time_unix_nano - spans["outreach"].start_time_unix_nano == 2_500_000_000
    assert {a.key for a in spans["outreach"].attributes} == {
        "zigral.run_id", "zigral.thread_id", "zigral.status", "zigral.attempt",
    }  # fmt: skip


async def test_an_error_reaches_sentry_by_its_kind_and_place_and_without_its_words(collector: Any) -> None:
    dsn = f"http://key@127.0.0.1:{collector.port}/1"
    async with open_observers(Settings(sentry_dsn=SecretStr(dsn))) as observers:
        observers.failed(a_failure(), run_id=RUN.run_id)
    sent = b"".join(collector.bodies)
    assert b"ValueError" in sent and b"a_failure" in sent and RUN.run_id.encode() in sent
    assert b"anna.berg" not in sent and b"said no" not in sent


async def test_without_either_nobody_is_told(collector: Any) -> None:
    async with open_observers(Settings()) as observers:
        observers.ran(RUN)
        observers.failed(a_failure())
    assert collector.bodies == []


async def test_a_dsn_that_is_none_is_a_sentence() -> None:
    with pytest.raises(Invalid, match="SENTRY_DSN"):
        async with open_observers(Settings(sentry_dsn=SecretStr("nonsense"))):
            pass
