"""Runs that are watched from outside: attempts as spans, errors by kind and place, and nothing of the input."""

from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from pydantic import SecretStr

CALLING_BACK = Path(__file__).parent / "graphs" / "calling_back.json"
SECRET = "anna.berg@acme.example"


def spans(collector: Any) -> list[Span]:
    requests = [ExportTraceServiceRequest.FromString(body) for body in collector.bodies]
    return [
        span
        for one in requests
        for told in one.resource_spans
        for scope in told.scope_spans
        for span in scope.spans
    ]


async def test_a_run_is_told_as_its_graph_and_steps(serve: Any, collector: Any) -> None:
    async with serve(otlp_endpoint=f"http://127.0.0.1:{collector.port}") as http:
        asked = {"assistant_id": "steps", "input": {"text": SECRET}, "on_completion": "keep"}
        run = await http.post("/runs/wait", json=asked)
        run_id = run.headers["content-location"].rpartition("/")[2]
    told = {span.name: span for span in spans(collector)}
    assert set(told) == {"steps", "first", "second"}
    assert run_id in str(told["steps"].attributes)
    assert SECRET.encode() not in b"".join(collector.bodies)


async def test_what_a_node_raised_is_told_without_its_words(serve: Any, collector: Any) -> None:
    dsn = SecretStr(f"http://key@127.0.0.1:{collector.port}/1")
    async with serve(CALLING_BACK, sentry_dsn=dsn) as http:
        await http.post("/runs/wait", json={"assistant_id": "failing", "input": {"text": SECRET}})
    sent = b"".join(collector.bodies)
    assert b"ValueError" in sent and b'"fail"' in sent
    assert b"this graph fails" not in sent and SECRET.encode() not in sent
