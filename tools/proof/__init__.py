"""The proof check: plain code that demands a source for everything a draft says."""

from tools.proof.check import prove
from tools.proof.edits import claims_after_edit
from tools.proof.integrity import Absent, SnapshotText
from tools.proof.loading import snapshot_texts

__all__ = ["Absent", "SnapshotText", "claims_after_edit", "prove", "snapshot_texts"]
