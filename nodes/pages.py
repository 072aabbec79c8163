"""Snapshots with their texts, as the engine reads them."""

from collections.abc import Iterable

from memory.records import Snapshot
from memory.snapshots import Snapshots
from tools.engine import Page


async def read_pages(store: Snapshots, snapshots: Iterable[Snapshot]) -> list[Page]:
    """A page for each snapshot, in order; `Malformed` where one was changed since it was read."""
    return [Page(snapshot, await store.text(snapshot)) for snapshot in snapshots]
