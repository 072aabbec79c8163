"""Whether the server is up, what it is, and whether it should be sent anything."""

import asyncio
from importlib.metadata import version

from fastapi import APIRouter
from redis.exceptions import RedisError
from starlette.responses import JSONResponse, Response

from server.http.backend import Backend, BackendOf
from server.http.json_body import JsonRoute
from server.version import zigral_version

router = APIRouter(route_class=JsonRoute)
PATIENCE = 2.0  # seconds for Redis to answer: a load balancer waits no longer


@router.get("/ok", tags=["System"])
async def ok() -> dict[str, bool]:
    """That the server is up."""
    return {"ok": True}


@router.get("/info", tags=["System"])
async def info() -> dict[str, object]:
    """What LangGraph's clients ask a server before anything else."""
    return {
        "version": zigral_version(),
        "langgraph_py_version": version("langgraph"),
        "flags": {"assistants": True, "crons": False, "langsmith": False},
        "host": {"kind": "self-hosted", "project_id": None, "revision_id": None, "tenant_id": None},
    }


@router.get("/health", tags=["System"])
async def health(backend: BackendOf) -> dict[str, object]:
    """That the process lives, and what it depends on is away: `down` names it."""
    down = await _down(backend)
    return {"status": "degraded" if down else "ok", "down": down, "draining": backend.draining.is_on}


@router.get("/ready", tags=["System"], responses={503: {"description": "Send nothing here for now."}})
async def ready(backend: BackendOf) -> Response:
    """Whether a load balancer should send requests here."""
    down = await _down(backend)
    is_ready = not down and not backend.draining.is_on
    body = {"ready": is_ready, "down": down, "draining": backend.draining.is_on}
    return JSONResponse(
        body, status_code=200 if is_ready else 503, headers={} if is_ready else {"Retry-After": "5"}
    )


async def _down(backend: Backend) -> list[str]:
    """What does not serve. Redis is asked to write: one that is full or read-only answers a ping."""
    try:
        async with asyncio.timeout(min(PATIENCE, backend.settings.answer_seconds / 2)):
            await backend.redis.set("{zigral}:asked", "", ex=60)
    except (RedisError, TimeoutError):
        return ["redis"]
    return []
