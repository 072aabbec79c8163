"""The folder that `zigral run --out` writes: whose it is, what it was begun with, who is at work in it."""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from uuid import UUID, uuid4, uuid5

from pydantic import BaseModel, ValidationError

from memory.errors import Conflict, Invalid, Malformed, NotFound
from memory.files import write_whole
from memory.results import Results
from memory.snapshots import Snapshots
from memory.spending import Spending
from tools.mail import FolderOutbox

LIVE = "live"  # in place of the hash of a saved web


class Manifest(BaseModel):
    """What a folder was begun with: going on with anything else is refused."""

    version: Literal[1] = 1
    run_id: UUID
    icp_sha256: str
    offer_sha256: str
    web_sha256: str
    engine: str = "offline"  # as results name it; there was no other when this was not kept yet


@dataclass(frozen=True)
class RunFolder:
    """A run's folder. Its threads have ids that depend on the run and the lead alone."""

    path: Path
    manifest: Manifest

    @property
    def results(self) -> Results:
        return Results(self.path / "runs.jsonl")

    @property
    def snapshots(self) -> Snapshots:
        return Snapshots(self.path)

    @property
    def outbox(self) -> FolderOutbox:
        return FolderOutbox(self.path / "outbox")

    def spending(self) -> Spending:
        """What language models have cost in this folder, read from its file."""
        return Spending.read(self.path / "costs.jsonl")

    @property
    def drafts(self) -> Path:
        return self.path / "drafts"

    def thread_id(self, lead_id: str) -> str:
        """The run id of one lead in this folder: its checkpoints' thread, the same however often it is run."""
        return str(uuid5(self.manifest.run_id, lead_id))


@contextmanager
def begin(
    path: Path, *, icp: Path, offer: Path, web_sha256: str, engine: str = "offline", refresh: bool = False
) -> Iterator[RunFolder]:
    """The folder at `path`, ours alone: made, or gone on with where it was begun with the same inputs.

    To `refresh` it, its saved web may have been saved anew since.

    Raises `Invalid` where it cannot be a run's folder, `Conflict` where it was begun with something else or
    another process is at work in it.
    """
    _refuse_unless_ours(path, {"icp.toml": icp, "offer.toml": offer})
    path.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        given = {
            "icp_sha256": _sha256(icp),
            "offer_sha256": _sha256(offer),
            "web_sha256": web_sha256,
            "engine": engine,
        }
        if (path / "run.json").exists():
            folder = open_folder(path)
            renewed = refresh and LIVE not in (web_sha256, folder.manifest.web_sha256)
            if renewed:
                folder = replace(folder, manifest=folder.manifest.model_copy(update={"web_sha256": web_sha256}))
            _refuse_other_inputs(folder.manifest, given)
            if renewed:
                write_whole(path / "run.json", folder.manifest.model_dump_json().encode())
        else:
            folder = RunFolder(path, Manifest(run_id=uuid4(), **given))
            write_whole(path / "icp.toml", icp.read_bytes())
            write_whole(path / "offer.toml", offer.read_bytes())
            write_whole(path / "run.json", folder.manifest.model_dump_json().encode())
        yield folder


@contextmanager
def reopen(path: Path) -> Iterator[RunFolder]:
    """The folder of an earlier run, ours alone; `NotFound` where there is none."""
    folder = open_folder(path)
    with _alone(path):
        _refuse_changed_inputs(folder)
        yield folder


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Be alone in a run's folder, whatever became of its inputs; `Conflict` where another process is at work."""
    with _alone(path):
        yield


def open_folder(path: Path) -> RunFolder:
    """The folder of an earlier run, to be read."""
    try:
        return RunFolder(path, Manifest.model_validate_json((path / "run.json").read_bytes()))
    except OSError:
        raise NotFound(f"{path} is not the folder of a run. Give the --out of an earlier `zigral run`.") from None
    except ValidationError:
        raise Malformed(f"{path / 'run.json'} is damaged. Begin again with another --out.") from None


def _refuse_changed_inputs(folder: RunFolder) -> None:
    """The profile and the offer that mails were proven with are those that they go out with."""
    kept = {"icp.toml": folder.manifest.icp_sha256, "offer.toml": folder.manifest.offer_sha256}
    for name, sha256 in kept.items():
        if not (folder.path / name).exists() or _sha256(folder.path / name) != sha256:
            raise Conflict(
                f"{folder.path / name} was changed after the run. Put it back, or run again with another --out."
            )


def _refuse_unless_ours(path: Path, inputs: Mapping[str, Path]) -> None:
    if path.is_symlink():
        raise Invalid(f"{path} is a link. Give --out a folder of its own.")
    if not path.exists():
        parent = next(folder for folder in path.absolute().parents if folder.exists())
        if not os.access(parent, os.W_OK | os.X_OK) or not parent.is_dir():
            raise Invalid(f"{parent} cannot be written to. Give --out another place.")
        return
    if not path.is_dir():
        raise Invalid(f"{path} is a file. Give --out a folder.")
    if not os.access(path, os.W_OK | os.X_OK):
        raise Invalid(f"{path} cannot be written to. Give --out another place.")
    held = {entry.name for entry in path.iterdir() if not entry.name.startswith(".")}
    if "run.json" in held:
        return
    for name in sorted(held):  # a begin that was killed leaves nothing but copies of the inputs
        if name not in inputs or (path / name).read_bytes() != inputs[name].read_bytes():
            raise Invalid(f"{path} holds something else ({name}). Give --out an empty or a new folder.")


def _refuse_other_inputs(manifest: Manifest, given: dict[str, str]) -> None:
    names = {
        "icp_sha256": "profile",
        "offer_sha256": "offer",
        "web_sha256": "web",
        "engine": f"engine ({manifest.engine})",
    }
    other = [name for key, name in names.items() if getattr(manifest, key) != given[key]]
    if other:
        raise Conflict(f"This folder was begun with another {' and another '.join(other)}. Give another --out.")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the folder's lock, which the kernel frees when we die."""
    descriptor = os.open(path / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "?"
            raise Conflict(f"Another zigral (process {holder}) is at work in {path}. Wait until it ends.") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
