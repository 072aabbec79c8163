"""`zigral icp test`: a profile held against its own tests, with the offline judge."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from memory.harmless import harmless
from server.console import answer, note, say

if TYPE_CHECKING:
    from memory.profile import Icp
    from server.icp_history import Change, History
    from tools.profile_trials import Trial

icp = typer.Typer(name="icp", help="Work on an ideal customer profile.", no_args_is_help=True)


@icp.callback()
def _group() -> None:
    """Work on an ideal customer profile."""


@icp.command()
def test(
    file: Annotated[Path, typer.Argument(help="The profile, a .toml file.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Run the profile's own tests, and say which verdicts changed since the last run. Spends no key."""
    import asyncio

    from server.icp_history import History, changes
    from server.settings import Settings
    from tools.offline.judge import OfflineJudge
    from tools.profile_files import load_icp
    from tools.profile_trials import try_profile
    from tools.workers import Inline

    profile = load_icp(file)
    trials = asyncio.run(try_profile(profile, OfflineJudge(workers=Inline())))
    history = History(Settings.from_env().data / "icp_tests", file)
    last = history.last()
    changed = changes(last, trials)
    _keep(history, trials)
    if as_json:
        answer(_document(file, profile, trials, changed, compared=last is not None))
    else:
        _show(profile, trials, changed)
    if not all(trial.passed for trial in trials):
        raise typer.Exit(1)


def _keep(history: "History", trials: "Sequence[Trial]") -> None:
    """A run that cannot be kept is a run all the same: only the next comparison suffers."""
    from memory.errors import Unavailable

    try:
        history.keep(trials)
    except Unavailable as error:
        note(f"zigral: {error}")


def _document(
    file: Path, profile: "Icp", trials: "Sequence[Trial]", changed: "Sequence[Change]", *, compared: bool
) -> dict[str, object]:
    passed = sum(trial.passed for trial in trials)
    return {
        "file": str(file),
        "name": profile.name,
        "passed": passed,
        "failed": len(trials) - passed,
        "tests": [_row(trial) for trial in trials],
        "compared": compared,  # with an earlier run
        "changes": [vars(change) for change in changed],
    }


def _row(trial: "Trial") -> dict[str, object]:
    parts = {"id", "basis", "verdict", "why"}
    return {
        "number": trial.number,
        "lead": trial.test.lead,
        "passed": trial.passed,
        "expected": trial.test.expect,
        "got": trial.got,
        **trial.found.model_dump(include={"status", "score"}),
        "criteria": [result.model_dump(include=parts) for result in trial.found.criteria],
    }


def _show(profile: "Icp", trials: "Sequence[Trial]", changed: "Sequence[Change]") -> None:
    if not trials:
        say(f"{profile.name}: the profile parses and has no [[tests]].")
        return
    _show_table(trials)
    for change in changed:
        say(f"Changed since the last run: test {change.number}, {change.id}: {change.before} -> {change.now}")
    passed = sum(trial.passed for trial in trials)
    say(f"{profile.name}: {passed} of {len(trials)} tests hold.")


def _show_table(trials: "Sequence[Trial]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("Test", "Lead", "Of", "Expected", "Got", "Because")
    for trial in trials:
        names = [f"{trial.number}", str(trial.test.lead.get("company", ""))]
        for key, expected in trial.test.expect.items():
            got = trial.got[key]
            cells = [*names, key, _word(expected), _word(got), _because(trial, key)]
            style = "" if got == expected else "bold red"
            table.add_row(*(Text(harmless(cell), style=style) for cell in cells))
            names = ["", ""]
        table.add_section()
    Console().print(table)


def _word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _because(trial: "Trial", key: str) -> str:
    if key == "qualified":
        return f"{trial.found.status}, score {trial.found.score}"
    return next(result.why for result in trial.found.criteria if result.id == key)
