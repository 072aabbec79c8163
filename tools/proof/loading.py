"""The bytes that snapshots name, as they lie in a folder now."""

from collections.abc import Sequence

from memory.errors import Malformed, NotFound
from memory.records import Snapshot
from memory.snapshots import Snapshots
from tools.proof.integrity import Absent, SnapshotText


def snapshot_texts(store: Snapshots, snapshots: Sequence[Snapshot]) -> dict[str, SnapshotText]:
    """What `prove` takes as `texts`: each snapshot's bytes by its id, or why they are not at hand."""
    return {snapshot.id: _bytes(store, snapshot.file) for snapshot in snapshots}


def _bytes(store: Snapshots, file: str) -> SnapshotText:
    """The bytes of one file. A name that is no path at all (with a NUL in it) names nothing."""
    try:
        return store.read_bytes(file)
    except Malformed:
        return Absent.OUTSIDE
    except (NotFound, ValueError):
        return Absent.MISSING
