"""What a profile's tests came to last time, one small file a profile under the data folder."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from memory.errors import Unavailable
from memory.files import write_whole
from tools.profile_trials import Trial

LARGEST = 10_000_000  # bytes


class LastRun(BaseModel):
    """The verdicts of each trial by its key; "qualified" holds the lead's status."""

    version: Literal[1] = 1
    profile: str
    verdicts: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Change:
    """An answer that the same made-up lead got differently last time."""

    number: int  # of the test, from 1
    id: str
    before: str
    now: str


@dataclass(frozen=True)
class History:
    """The last run of the profile at `profile`, kept under `folder`."""

    folder: Path
    profile: Path

    @property
    def _file(self) -> Path:
        name = hashlib.sha256(str(self.profile.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return self.folder / f"{name}.json"

    def last(self) -> LastRun | None:
        """The last run, or None where there is none that can be read."""
        try:
            with self._file.open("rb") as file:
                return LastRun.model_validate_json(file.read(LARGEST))
        except (OSError, ValidationError):
            return None

    def keep(self, trials: Sequence[Trial]) -> None:
        """Put this run in place of the last one, wholly or not at all."""
        run = LastRun(profile=str(self.profile), verdicts={trial.key: _verdicts(trial) for trial in trials})
        try:
            write_whole(self._file, run.model_dump_json().encode("utf-8"))
        except OSError as error:
            raise Unavailable(f"This run could not be kept under {self.folder} ({error.strerror}).") from None


def changes(last: LastRun | None, trials: Sequence[Trial]) -> list[Change]:
    """The answers that changed, for tests whose lead and text are as they were."""
    before = last.verdicts if last else {}
    return [
        Change(trial.number, id_, before[trial.key][id_], now)
        for trial in trials
        if trial.key in before
        for id_, now in _verdicts(trial).items()
        if before[trial.key].get(id_, now) != now
    ]


def _verdicts(trial: Trial) -> dict[str, str]:
    return {"qualified": trial.found.status} | {result.id: result.verdict for result in trial.found.criteria}
