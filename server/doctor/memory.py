"""What is remembered of people and companies, and the index that finds it by meaning."""

from memory.indexed_interactions import Health
from server.data_server import open_redis
from server.doctor.check import Finding
from server.interactions import examine_interactions
from server.settings import Settings


async def interactions(settings: Settings) -> Finding:
    """Search the index once, where there is one; nothing is changed in it."""
    async with open_redis(settings) as client:
        health = await examine_interactions(settings, client)
    where = "the embedded index" if settings.qdrant_url is None else "the Qdrant of QDRANT_URL"
    return _judged(health, f"Interactions: {health.records:,}", where)


def _judged(health: Health, found: str, where: str) -> Finding:
    if health.held:  # works all the same: whoever holds it answers
        return Finding("warning", f"{found}; {where} is in use. {health.trouble or ''}".strip())
    if health.trouble:
        return Finding(
            "failed", f"{found}; {where} cannot be asked. {health.trouble}", "Then run: zigral memory reindex"
        )
    behind = f", {health.behind:,} changes behind, which it takes in when it is next asked" if health.behind else ""
    return Finding("ok", f"{found}; in {where}: {health.points or 0:,}{behind}.")
