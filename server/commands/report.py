"""`zigral report DIR`."""

from pathlib import Path
from typing import Annotated

import typer


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The --out folder of a run.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Write report.html again from a run's results, and say where it is."""
    from memory.results import Results
    from server.console import answer, note, say
    from server.report import write_report

    path = write_report(folder)
    index = Results(folder / "runs.jsonl").index()
    if as_json:
        answer({"report": str(path), "leads": len(index.entries), "unreadable_lines": index.unreadable})
        return
    if index.unreadable:
        note(f"Lines of runs.jsonl that cannot be read and were left out: {', '.join(map(str, index.unreadable))}.")
    say(f"Wrote {path}")
