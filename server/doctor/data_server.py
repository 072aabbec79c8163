"""The Redis in use: whether it answers, keeps what it is given, and can say when that is on disk."""

from collections.abc import Mapping

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from server.data_server import open_redis
from server.doctor.check import Finding
from server.doctor.machine import in_bytes
from server.settings import Settings

OLDEST = (6, 2)
FULL = 0.9  # of maxmemory


async def redis(settings: Settings) -> Finding:
    """Open it as every command does, and ask it about itself."""
    try:
        async with open_redis(settings) as client:
            info = {_text(key): _text(value) for key, value in (await client.info()).items()}
            config = await _config(client)
            waits = await _knows(client, "WAITAOF")
    except RedisError as error:
        return Finding("failed", f"It answers with an error: {error}", _which(settings))
    return _judged(settings, info, config, waits=waits)


def _judged(settings: Settings, info: Mapping[str, str], config: Mapping[str, str], *, waits: bool) -> Finding:
    """The worst of what was found, behind all that was found."""
    name = "Valkey" if "valkey_version" in info else "Redis"
    version = info.get("valkey_version") or info.get("redis_version", "?")
    aof = "on" if info.get("aof_enabled") == "1" else "off"
    most = int(config.get("maxmemory") or info.get("maxmemory") or 0)
    used = int(info.get("used_memory", 0))
    whose = "The embedded" if settings.redis_url is None else "REDIS_URL:"
    eviction = config.get("maxmemory-policy", "unknown")
    found = (
        f"{whose} {name} {version}; eviction {eviction}, append-only {aof}, "
        f"WAITAOF {'available' if waits else 'missing'}, "
        f"memory {in_bytes(used)}{f' of {in_bytes(most)}' if most else ''}."
    )
    if _numbers(info.get("redis_version", "")) < OLDEST:
        return Finding(
            "failed", found, "Zigral needs Redis 6.2 or later, or a Valkey. Unset REDIS_URL to use its own."
        )
    if most and used > FULL * most:
        return Finding(
            "warning", found, "It is nearly full. Raise maxmemory: writes will be refused, and runs stop."
        )
    if aof == "off":
        return Finding("warning", found, "A restart of the server loses runs. On it: CONFIG SET appendonly yes")
    if not waits and config.get("appendfsync") != "always":
        return Finding("warning", found, "It cannot say what is on disk. On it: CONFIG SET appendfsync always")
    return Finding("ok", found)


async def _config(client: Redis) -> dict[str, str]:
    try:
        found = await client.config_get("maxmemory*", "append*")
    except ResponseError:
        return {}  # a managed service that keeps CONFIG to itself
    return {_text(key): _text(value) for key, value in found.items()}


async def _knows(client: Redis, command: str) -> bool:
    try:
        found = await client.execute_command("COMMAND", "INFO", command)  # type: ignore[no-untyped-call]
    except ResponseError:
        return False
    return any(found.values()) if isinstance(found, dict) else bool(found and any(found))


def _which(settings: Settings) -> str:
    return "Look at its log." if settings.redis_url is None else "Correct REDIS_URL and REDIS_PASSWORD."


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
