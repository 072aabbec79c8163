"""Connections to Redis whose commands can be cancelled at any moment.

redis-py sends through `asyncio.wait_for`, which on Python 3.11 forgets a cancellation that arrives as the sending
ends: every other one, since sending ends at once. A run that is to stop would then go on.
"""

import asyncio
from collections.abc import Iterable

import redis.exceptions
from redis.asyncio import BlockingConnectionPool, Connection, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.connection import AbstractConnection


class _Prompt(AbstractConnection):
    """How a connection sends."""

    async def send_packed_command(
        self,
        command: bytes | str | Iterable[bytes],
        check_health: bool = True,
    ) -> None:
        """Send a command, or several, and forget no cancellation on the way."""
        if not self.is_connected:
            await self.connect_check_health(check_health=False)
        if check_health:
            await self.check_health()  # type: ignore[no-untyped-call]
        whole = command.encode() if isinstance(command, str) else command
        try:
            async with asyncio.timeout(self.socket_timeout):
                await self._send_packed_command([whole] if isinstance(whole, bytes) else whole)
        except TimeoutError:
            await self.disconnect(nowait=True)
            raise redis.exceptions.TimeoutError("Timeout writing to socket") from None
        except OSError as error:
            await self.disconnect(nowait=True)
            raise redis.exceptions.ConnectionError(f"Error while writing to socket. {error}.") from error
        except BaseException:
            await self.disconnect(nowait=True)  # half of a command may have gone
            raise


class _PromptConnection(_Prompt, Connection):
    pass


class _PromptSSLConnection(_Prompt, SSLConnection):
    pass


class _PromptUnixDomainSocketConnection(_Prompt, UnixDomainSocketConnection):
    pass


KINDS: dict[type[object], type[object]] = {
    Connection: _PromptConnection,
    SSLConnection: _PromptSSLConnection,
    UnixDomainSocketConnection: _PromptUnixDomainSocketConnection,
}


def make_prompt(pool: BlockingConnectionPool) -> None:
    """Have a pool's connections send this way."""
    pool.connection_class = KINDS.get(pool.connection_class, pool.connection_class)  # type: ignore[assignment]
