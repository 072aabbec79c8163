"""Runs over HTTP: begun, waited for, followed, stopped; on a thread, or without one."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query
from pydantic import Field, TypeAdapter, ValidationError
from starlette.responses import Response

from memory.errors import Invalid
from memory.json_text import loads
from memory.run_events import BEGINNING
from memory.run_records import CancelAction, Run, RunStatus
from server.http.answers import Asked, answer, chosen, nothing
from server.http.auth import Owner
from server.http.backend import Backend, BackendOf
from server.http.json_body import JsonRoute
from server.http.live import LiveAnswer
from server.run_request import Modes, RunAsked
from server.run_shape import shape
from server.thread_events import ThreadEvents, ThreadMode

router = APIRouter(tags=["Runs"], route_class=JsonRoute)
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID")]
Page = Annotated[int, Query(ge=1, le=1000)]
Skipped = Annotated[int, Query(ge=0, le=2**53)]
Fields = Literal[
    "run_id",
    "thread_id",
    "assistant_id",
    "status",
    "metadata",
    "kwargs",
    "multitask_strategy",
    "created_at",
    "updated_at",
]
MODES = TypeAdapter(Modes)
THREAD_MODES = TypeAdapter(list[ThreadMode])
MOST_AT_ONCE = 1000  # runs of one batch
SSE = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Cancelled(Asked):
    """Which runs are to stop."""

    thread_id: UUID | None = None
    run_ids: Annotated[list[UUID], Field(max_length=MOST_AT_ONCE)] | None = None
    status: Literal["pending", "running", "all"] | None = None


@router.post("/threads/{thread_id}/runs")
async def create_run(thread_id: UUID, asked: RunAsked, backend: BackendOf, owner: Owner) -> Response:
    """Begin a run in the background."""
    run = await backend.runs.create(asked, owner=owner, thread_id=str(thread_id))
    return answer(shape(run), headers={"Content-Location": place(run)})


@router.post("/threads/{thread_id}/runs/stream")
async def stream_run(thread_id: UUID, asked: RunAsked, backend: BackendOf, owner: Owner) -> Response:
    """Begin a run, and follow it."""
    run = await backend.runs.create(asked, owner=owner, thread_id=str(thread_id))
    return _streamed(backend, run, asked, location=f"{place(run)}/stream")


@router.post("/threads/{thread_id}/runs/wait")
async def wait_for_run(thread_id: UUID, asked: RunAsked, backend: BackendOf, owner: Owner) -> Response:
    """Begin a run, and answer with its values when it has ended."""
    run = await backend.runs.create(asked, owner=owner, thread_id=str(thread_id))
    return _waited(backend, run, cancels=asked.on_disconnect == "cancel")


@router.get("/threads/{thread_id}/runs")
async def list_runs(
    thread_id: UUID,
    backend: BackendOf,
    owner: Owner,
    *,
    limit: Page = 10,
    offset: Skipped = 0,
    status: RunStatus | None = None,
    select: Annotated[list[Fields] | None, Query()] = None,
) -> Response:
    """A thread's runs, newest first."""
    await backend.threads.get(str(thread_id), owner=owner)
    runs = await backend.runs.runs.page(str(thread_id), limit=limit, offset=offset, status=status)
    return answer([chosen(shape(run), select) for run in runs])


@router.get("/threads/{thread_id}/stream")
async def stream_thread(
    thread_id: UUID,
    backend: BackendOf,
    owner: Owner,
    *,
    stream_modes: Annotated[list[str] | None, Query()] = None,
    stream_mode: Annotated[list[str] | None, Query()] = None,
    last_event_id: LastEventId = None,
) -> Response:
    """Follow all runs of a thread."""
    await backend.threads.get(str(thread_id), owner=owner)
    asked = _listed(stream_modes or stream_mode, THREAD_MODES) or ["run_modes"]
    reader = ThreadEvents(backend.runs, str(thread_id), owner, frozenset(asked))
    return _live(backend, reader.follow(last_event_id), media_type="text/event-stream", headers=SSE)


@router.get("/threads/{thread_id}/runs/{run_id}")
async def get_run(thread_id: UUID, run_id: UUID, backend: BackendOf, owner: Owner) -> Response:
    """The run."""
    return answer(shape(await _run(backend, owner, run_id, thread_id)))


@router.delete("/threads/{thread_id}/runs/{run_id}", status_code=204)
async def delete_run(thread_id: UUID, run_id: UUID, backend: BackendOf, owner: Owner) -> Response:
    """Delete the run with its events. One that has not ended is stopped first."""
    await backend.runs.delete(await _run(backend, owner, run_id, thread_id))
    return nothing()


@router.get("/threads/{thread_id}/runs/{run_id}/join")
async def join_run(
    thread_id: UUID, run_id: UUID, backend: BackendOf, owner: Owner, *, cancel_on_disconnect: bool = False
) -> Response:
    """The run's values when it has ended."""
    run = await _run(backend, owner, run_id, thread_id)
    return _waited(backend, run, cancels=cancel_on_disconnect)


@router.get("/threads/{thread_id}/runs/{run_id}/stream")
async def join_stream(
    thread_id: UUID,
    run_id: UUID,
    backend: BackendOf,
    owner: Owner,
    *,
    stream_mode: Annotated[list[str] | None, Query()] = None,
    cancel_on_disconnect: bool = False,
    last_event_id: LastEventId = None,
) -> Response:
    """Follow a run: after an event, or from now on."""
    run = await _run(backend, owner, run_id, thread_id)
    return await _joined(backend, run, stream_mode, last_event_id, cancels=cancel_on_disconnect)


@router.post("/threads/{thread_id}/runs/{run_id}/cancel")
async def cancel_run(
    thread_id: UUID,
    run_id: UUID,
    backend: BackendOf,
    owner: Owner,
    *,
    wait: bool = False,
    action: CancelAction = "interrupt",
) -> Response:
    """Stop a run. `wait` answers when it has stopped."""
    run = await _run(backend, owner, run_id, thread_id)
    await backend.runs.cancel(run, action, wait=wait)
    return answer({}, status=200 if wait else 202)


@router.post("/runs/cancel", status_code=204)
async def cancel_runs(
    asked: Cancelled, backend: BackendOf, owner: Owner, action: CancelAction = "interrupt"
) -> Response:
    """Stop several runs: those named, or all that wait or are under way."""
    if asked.status:
        if asked.thread_id or asked.run_ids:
            raise Invalid("Say which runs to stop by their ids or by their status, not both.")
        await backend.runs.cancel_many(asked.status, action, owner=owner)
        return nothing()
    if not asked.thread_id or not asked.run_ids:
        raise Invalid("Say which runs to stop: thread_id and run_ids, or status.")
    for run in [await _run(backend, owner, run_id, asked.thread_id) for run_id in asked.run_ids]:
        await backend.runs.cancel_if_under_way(run.run_id, action)
    return nothing()


@router.post("/runs")
async def create_stateless_run(asked: RunAsked, backend: BackendOf, owner: Owner) -> Response:
    """Begin a run on a thread of its own, in the background."""
    run = await backend.runs.create(asked, owner=owner)
    return answer(shape(run), headers={"Content-Location": place(run)})


@router.post("/runs/batch")
async def create_stateless_runs(
    asked: Annotated[list[RunAsked], Field(max_length=MOST_AT_ONCE)], backend: BackendOf, owner: Owner
) -> Response:
    """Begin several runs, each on a thread of its own."""
    return answer([shape(await backend.runs.create(one, owner=owner)) for one in asked])


@router.post("/runs/stream")
async def stream_stateless_run(asked: RunAsked, backend: BackendOf, owner: Owner) -> Response:
    """Begin a run on a thread of its own, and follow it."""
    run = await backend.runs.create(asked, owner=owner)
    return _streamed(backend, run, asked, location=f"/runs/{run.run_id}/stream")


@router.post("/runs/wait")
async def wait_for_stateless_run(asked: RunAsked, backend: BackendOf, owner: Owner) -> Response:
    """Begin a run on a thread of its own, and answer with its values when it has ended."""
    run = await backend.runs.create(asked, owner=owner)
    return _waited(backend, run, cancels=asked.on_disconnect == "cancel")


@router.get("/runs/{run_id}/stream")
async def join_stateless_stream(
    run_id: UUID,
    backend: BackendOf,
    owner: Owner,
    *,
    stream_mode: Annotated[list[str] | None, Query()] = None,
    cancel_on_disconnect: bool = False,
    last_event_id: LastEventId = None,
) -> Response:
    """Follow a run by its id alone."""
    run = await _run(backend, owner, run_id)
    return await _joined(backend, run, stream_mode, last_event_id, cancels=cancel_on_disconnect)


def place(run: Run) -> str:
    """The run's own path."""
    return f"/threads/{run.thread_id}/runs/{run.run_id}"


async def _run(backend: Backend, owner: str, run_id: UUID, thread_id: UUID | None = None) -> Run:
    return await backend.runs.runs.get(str(run_id), owner=owner, thread_id=str(thread_id) if thread_id else None)


def _streamed(backend: Backend, run: Run, asked: RunAsked, *, location: str) -> Response:
    return _live(
        backend,
        backend.runs.stream(run, after=BEGINNING),
        media_type="text/event-stream",
        headers={**SSE, "Content-Location": place(run), "Location": location},
        cancels=run if asked.on_disconnect == "cancel" else None,
    )


async def _joined(
    backend: Backend, run: Run, stream_mode: list[str] | None, last_event_id: str | None, *, cancels: bool
) -> Response:
    modes = _listed(stream_mode, MODES)
    after = await backend.runs.join_after(run, last_event_id)
    return _live(
        backend,
        backend.runs.stream(run, after=after, modes=frozenset(modes) if modes else None),
        media_type="text/event-stream",
        headers={**SSE, "Content-Location": place(run)},
        cancels=run if cancels else None,
    )


def _waited(backend: Backend, run: Run, *, cancels: bool) -> Response:
    headers = {"Content-Location": place(run), "Location": f"{place(run)}/join"}
    parts = backend.runs.output(run)
    return _live(backend, parts, media_type="application/json", headers=headers, cancels=run if cancels else None)


def _live(
    backend: Backend,
    parts: AsyncGenerator[bytes],
    *,
    media_type: str,
    headers: Mapping[str, str],
    cancels: Run | None = None,
) -> Response:
    async def gone() -> None:
        if cancels:
            await backend.runs.cancel_if_under_way(cancels.run_id)

    return LiveAnswer(parts, media_type=media_type, headers=headers, leaving=backend.leaving, on_gone=gone)


def _listed(given: Sequence[str] | None, kind: TypeAdapter[Any]) -> list[str]:
    """A query's list: repeated, or one that is a JSON list."""
    names: object = [name for name in given or () if name]  # the Python SDK sends an empty one for none
    if given and len(given) == 1 and given[0].startswith("["):
        try:
            names = loads(given[0])
        except ValueError:
            raise Invalid("stream_mode must be a name, or a JSON list of names.") from None
    if not names:
        return []
    try:
        return list(kind.validate_python(names))
    except ValidationError as error:
        raise Invalid(f"stream_mode: {error.errors()[0]['msg']}.") from None
