"""`zigral prove`: every line of a results file, checked again from nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from server.console import answer, say

if TYPE_CHECKING:
    from memory.profile import Offer
    from server.proving import Verdict


def prove(
    result: Annotated[Path, typer.Option(help="The runs.jsonl of a run.")],
    offer: Annotated[Path | None, typer.Option(help="The offer; else offer.toml beside the results.")] = None,
    leads: Annotated[Path | None, typer.Option(help="The lead file to believe, not the results' rows.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line of the file, on stdout.")] = False,
) -> None:
    """Check every line again from nothing: no stored proof is believed, nothing is written."""
    from memory.errors import Malformed
    from server.proving import Rows, prove_line

    total = failed = 0
    with _opened(result) as file:
        given = _offer(offer, result.parent)
        rows = Rows.of(leads)
        for number, line in enumerate(_lines(file), start=1):
            verdict = prove_line(line, number, folder=result.parent, offer=given, rows=rows)
            total, failed = total + 1, failed + (not verdict.proof.passed)
            _show(verdict, as_json=as_json)
    if not total:
        raise Malformed(f"{result} has no results in it. Name the runs.jsonl of a run.")
    if not as_json:
        say(f"{total} {'line' if total == 1 else 'lines'}: {total - failed} passed, {failed} did not.")
    if failed:
        raise typer.Exit(1)


def _opened(path: Path) -> BinaryIO:
    from memory.errors import NotFound

    if path.exists() and not path.is_file():
        raise NotFound(f"{path} is no file. Name the runs.jsonl of a run.")
    try:
        return path.open("rb")
    except OSError as error:
        raise NotFound(f"{path} cannot be read ({error.strerror}). Name the runs.jsonl of a run.") from error


def _offer(given: Path | None, folder: Path) -> "Offer | None":
    """The offer named, or the run's own; without one nothing counts as said by the sender."""
    from tools.profile_files import load_offer

    path = given or folder / "offer.toml"
    return load_offer(path) if given or path.exists() else None


LONGEST_LINE = 16 * 1024 * 1024  # bytes


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Each line that is not blank; None for one that is too long to be a result, the rest of which is skipped."""
    while line := file.readline(LONGEST_LINE):
        whole = line.endswith(b"\n") or len(line) < LONGEST_LINE
        while not line.endswith(b"\n") and len(line) == LONGEST_LINE:
            line = file.readline(LONGEST_LINE)
        if not whole:
            yield None
        elif line.strip():
            yield line


def _show(verdict: "Verdict", *, as_json: bool) -> None:
    """One JSON object, or a line for the lead and one for each finding."""
    if as_json:
        answer(verdict.document())
        return
    say(f"{'passed' if verdict.proof.passed else 'FAILED'}  {verdict.name}")
    for finding in verdict.proof.findings:
        say(f"        {finding.where} {finding.start}-{finding.end} {finding.code}: {finding.message}")
