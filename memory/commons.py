"""What agents of one owner have in common: state that they work on together, and their mailboxes."""

from dataclasses import dataclass

from redis.asyncio import Redis

from memory.messages import Mailbox
from memory.shared_state import SharedState


@dataclass(frozen=True)
class Commons:
    """The state and the mailboxes of one owner on one Redis."""

    redis: Redis
    owner: str = ""

    def state(self, space: str) -> SharedState:
        """The values of a space, such as a run's id."""
        return SharedState(self.redis, space, self.owner)

    def mailbox(self, agent_id: str) -> Mailbox:
        """The messages to an agent."""
        return Mailbox(self.redis, agent_id, self.owner)
