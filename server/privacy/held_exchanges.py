"""What agents share and tell each other: values and their snapshots, messages, dead letters, and agents' errors."""

from dataclasses import asdict, dataclass
from typing import cast

from redis.asyncio import Redis

from memory.errors import NotFound
from memory.messages import PREFIX, Mailbox
from memory.shared_state import SharedState
from server.privacy.units import Unit, unit_of

ERROR = ("error", "error_at")  # what is kept of an agent's last error


@dataclass(frozen=True)
class HeldValues:
    """The values of the shared state: one is gone from its space and from every snapshot of it at once."""

    redis: Redis

    async def read(self, unit: Unit) -> object:
        space, name = unit.place
        held = await SharedState(self.redis, space, unit.owner).everywhere(name)
        return {"owner": unit.owner, "space": space, "name": name, "values": list(held)}

    async def remove(self, unit: Unit) -> None:
        space, name = unit.place
        await SharedState(self.redis, space, unit.owner).erase(name)


@dataclass(frozen=True)
class HeldSpaces:
    """Whole spaces, which are somebody's by their names alone."""

    redis: Redis

    async def read(self, unit: Unit) -> object:
        return {"owner": unit.owner, "space": unit.id}

    async def remove(self, unit: Unit) -> None:
        await SharedState(self.redis, unit.id, unit.owner).drop()


@dataclass(frozen=True)
class HeldMessages:
    """Messages that wait or are worked on, and dead letters."""

    redis: Redis

    async def read(self, unit: Unit) -> object:
        agent, name = unit.place
        found = await self._mailbox(unit).letter(name, dead=unit.kind == "dead letter")
        if found is None:
            raise NotFound(f"{agent} has no message {name}.")
        return {"owner": unit.owner, "agent": agent, **asdict(found)}

    async def remove(self, unit: Unit) -> None:
        if unit.kind == "dead letter":
            await self._mailbox(unit).discard(unit.place[1])
        else:
            await self._mailbox(unit).done(unit.place[1])

    async def compact(self) -> None:
        """Write every mailbox anew: what was done with long ago may have left bytes there."""
        units = {unit_of(key, b"") async for key in self.redis.scan_iter(match=f"{PREFIX}*", count=500)}
        for unit in units:
            if unit and unit.kind in {"message", "dead letter"}:
                await self._mailbox(unit).compact()

    def _mailbox(self, unit: Unit) -> Mailbox:
        return Mailbox(self.redis, unit.place[0], unit.owner)


@dataclass(frozen=True)
class HeldErrors:
    """The last error of each agent: its words may name somebody."""

    redis: Redis

    async def read(self, unit: Unit) -> object:
        found = cast("list[bytes | None]", await self.redis.hmget(_agent(unit), list(ERROR[:1])))
        return {"agent": unit.id, "last_error": found[0].decode("utf-8", "replace") if found[0] else None}

    async def remove(self, unit: Unit) -> None:
        await self.redis.hdel(_agent(unit), *ERROR)


def _agent(unit: Unit) -> str:
    return f"{{zigral}}:agent:{unit.id}"
