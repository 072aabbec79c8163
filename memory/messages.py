"""Messages between agents: each is handed out at least once, until somebody says that it is done with.

A reader that dies or fails leaves its messages to the others; one that was handed out too often goes to the dead
letters, where a person lists them and has them handed out again. A mailbox belongs to an owner and is not there for
any other. All keys share one slot of a cluster:

{zigral:messages}:OWNER:AGENT             the mailbox, a stream
{zigral:messages}:OWNER:AGENT:dead        the dead letters, a stream
{zigral:messages}:OWNER:AGENT:sent:TOKEN  the message that was sent with a token, for a day
"""

import json
import re
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis

from memory import message_scripts as scripts
from memory.answering import answering
from memory.context_values import in_key
from memory.errors import Invalid, NotFound, TooLarge
from memory.json_values import JsonObject, written

PREFIX = "{zigral:messages}:"
MESSAGE_ID = re.compile(r"\d{1,20}-\d{1,20}", re.ASCII)
LARGEST = 1_000_000  # bytes of a message
MOST = 100_000  # messages that wait in a mailbox
TOKEN_SECONDS = 86_400  # that a sender may repeat itself without sending twice
LONGEST_WHY = 500  # characters


@dataclass(frozen=True)
class Message:
    """What one agent tells another. `tries` counts how often it was handed out, this time included."""

    id: str
    sender: str
    body: JsonObject
    tries: int = 1


@dataclass(frozen=True)
class DeadLetter:
    """A message that nobody could end: `why` is what was said last."""

    id: str
    message: Message
    why: str


@dataclass(frozen=True)
class Mailbox:
    """The messages to one agent. `seconds`: after which a message that a reader holds is free for others."""

    redis: Redis
    agent: str
    owner: str = ""
    tries: int = 5
    seconds: float = 30.0

    async def send(self, body: JsonObject, *, sender: str, token: str | None = None) -> str:
        """Put a message in, and answer its id. With the same `token` a second time, nothing is sent again.

        `TooLarge` where the mailbox is full, or the message too large for it.
        """
        letter = written([sender, body], "body").encode()
        if len(letter) > LARGEST:
            raise TooLarge(f"It is larger than {LARGEST // 1_000_000} MB. Send where it lies.", where="body")
        sent = await self._call(scripts.SEND, letter, MOST, in_key(token or uuid4().hex), TOKEN_SECONDS)
        if sent is None:
            raise TooLarge(f"{MOST} messages wait for {self.agent}, which is the limit. Try again later.")
        return str(sent.decode())

    async def receive(self, reader: str, *, limit: int = 10) -> list[Message]:
        """Messages for a reader, those that others left lying first. They come again unless `done` is said."""
        milliseconds = int(self.seconds * 1000)
        found = await self._call(scripts.RECEIVE, reader, max(1, limit), milliseconds, self.tries)
        return [_message(name.decode(), letter, int(tries)) for name, tries, letter in found]

    async def done(self, message_id: str) -> bool:
        """Say that a message is done with. False: somebody said so before."""
        return bool(await self._call(scripts.DONE, _checked(message_id)))

    async def failed(self, message_id: str, why: str) -> bool:
        """Say that a message could not be worked on. True: it comes again; False: it is among the dead letters."""
        return bool(await self._call(scripts.FAILED, _checked(message_id), self.tries, why[:LONGEST_WHY]))

    async def waiting(self) -> int:
        """How many messages there are, handed out or not."""
        return int(await self._ask(self.redis.xlen(self._keys[0])))

    async def dead(self, *, after: str = "", limit: int = 100) -> list[DeadLetter]:
        """The dead letters, the oldest first; `after` is the id of the last one that was seen."""
        first = f"({_checked(after)}" if after else "-"
        found = await self._ask(self.redis.xrange(self._keys[1], min=first, count=max(1, limit)))
        return [_dead_letter(name.decode(), fields) for name, fields in found]

    async def letter(self, message_id: str, *, dead: bool = False) -> Message | DeadLetter | None:
        """One message, or dead letter, whoever has it; None where there is none. Nothing is handed out."""
        key, place = self._keys[dead], _checked(message_id)
        for _, fields in await self._ask(self.redis.xrange(key, min=place, max=place)):
            return _dead_letter(message_id, fields) if dead else _message(message_id, fields[b"letter"], 0)
        return None

    async def replay(self, dead_id: str) -> str:
        """Have a dead letter handed out again, with all its tries; its new id."""
        name = await self._call(scripts.REPLAY, _checked(dead_id))
        if name is None:
            raise NotFound(f"{self.agent} has no dead letter {dead_id[:50]}.")
        return str(name.decode())

    async def discard(self, dead_id: str) -> None:
        """Remove a dead letter for good."""
        await self._ask(self.redis.xdel(self._keys[1], _checked(dead_id)))

    async def compact(self) -> None:
        """Leave no byte of what was removed. All else is as before: messages, their readers, their tries."""
        await self._call(scripts.COMPACT)

    @property
    def _keys(self) -> tuple[str, str]:
        mailbox = f"{PREFIX}{in_key(self.owner)}:{in_key(self.agent)}"
        return mailbox, f"{mailbox}:dead"

    async def _call(self, script: str, *arguments: str | int | bytes) -> Any:
        return await self._ask(self.redis.eval(scripts.LIBRARY + script, 2, *self._keys, *arguments))

    async def _ask(self, command: Awaitable[Any]) -> Any:
        async with answering("mailbox", PREFIX):
            return await command


def _message(name: str, letter: bytes, tries: int) -> Message:
    sender, body = json.loads(letter)
    return Message(name, sender, body, tries)


def _dead_letter(name: str, fields: dict[bytes, bytes]) -> DeadLetter:
    message = _message(fields[b"id"].decode(), fields[b"letter"], int(fields[b"tries"]))
    return DeadLetter(name, message, fields[b"why"].decode())


def _checked(message_id: str) -> str:
    if not MESSAGE_ID.fullmatch(message_id):
        raise Invalid("This is not the id of a message. Use the one that came with it.", where="message_id")
    return message_id
