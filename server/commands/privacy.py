"""`zigral export` and `zigral erase`: what is held about a person, and nothing of it any more."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.console import answer, on_terminal, say

if TYPE_CHECKING:
    from memory.person import Person

PersonArgument = Annotated[str, typer.Argument(metavar="PERSON", help="An address, or Name <address>.")]
Folders = Annotated[list[Path] | None, typer.Option("--folder", help="A run's folder that was moved; repeat it.")]
LISTED = ("leads", "interactions", "threads", "contexts", "stored", "runs", "files", "mentions")
BEYOND = (
    "Not reached: the lead files that you imported from, mails that went out, backups, and copies of the output.",
    "Removed bytes stay on a disk until they are written over; a Qdrant server's snapshots keep what they had.",
)


def export(
    person: PersonArgument,
    *,
    out: Annotated[Path | None, typer.Option(help="The file to write; else stdout.")] = None,
    folder: Folders = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --out: one JSON document of counts.")] = False,
) -> None:
    """Write all that is held about PERSON as one JSON document. Where nothing is held, its lists are empty."""
    import asyncio
    import json

    from memory.files import write_whole
    from memory.person import Person

    document = asyncio.run(_export(Person.read(person), folder or []))
    if out is None:
        answer(document)
        return
    write_whole(out, json.dumps(document, ensure_ascii=False, indent=2, default=str).encode("utf-8", "replace"))
    out.chmod(0o600)
    counts = {name: len(found) for name in LISTED if isinstance(found := document[name], list)}
    if as_json:
        answer({"person": document["person"], "out": str(out), "counts": counts})
    elif any(_held(document)):
        say(f"{', '.join(f'{count} {name}' for name, count in counts.items() if count)}: {out}")
    else:
        say(f"Nothing is held about {document['person']}: {out}")


def erase(
    person: PersonArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    include_mentions: Annotated[
        bool, typer.Option("--include-mentions", help="Remove others' texts that name the person too.")
    ] = False,
    folder: Folders = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Remove all that is held about PERSON, suppress the address, and search again. Exit 1: something is left."""
    import asyncio

    from memory.errors import Invalid
    from memory.person import Person

    who = Person.read(person)
    if not yes:
        if not on_terminal():
            raise Invalid("Give --yes, since there is no terminal to ask on.")
        typer.confirm(f"Remove all that is held about {who.address}? It cannot be undone.", abort=True, err=True)
    report = asyncio.run(_erase(who, folder or [], mentions=include_mentions))
    if as_json:
        answer({**report, "not_reached": list(BEYOND)})
    else:
        _show(report)
    if report["left"] or not report["log_rewritten"]:
        raise typer.Exit(1)


async def _export(person: "Person", folders: Sequence[Path]) -> dict[str, object]:
    from server.privacy.privacy import open_privacy
    from server.settings import Settings

    async with open_privacy(Settings.from_env(), folders) as privacy:
        return await privacy.export(person)


async def _erase(person: "Person", folders: Sequence[Path], *, mentions: bool) -> dict[str, object]:
    from server.privacy.privacy import open_privacy
    from server.settings import Settings

    async with open_privacy(Settings.from_env(), folders) as privacy:
        return await privacy.erase(person, mentions=mentions)


def _held(document: dict[str, object]) -> "list[object]":
    """What of an export says that something is held; a run's folder that holds nothing of theirs is not."""
    runs = document["runs"]
    assert isinstance(runs, list)
    parts = [run[name] for run in runs for name in ("results", "mails", "snapshots")]
    return [*parts, *(document[name] for name in LISTED if name != "runs")]


def _show(report: dict[str, object]) -> None:
    erased = report["erased"]
    assert isinstance(erased, dict)
    counts = ", ".join(f"{count} {name}" for name, count in erased.items() if count)
    say(f"Erased: {counts}." if counts else f"Nothing was held about {report['person']}.")
    say("Suppressed: no import, run or approval takes the address again; of it a salted hash is kept.")
    say("Searched again:")
    _list("  {}", report["searched"])
    if report["left"]:
        say("LEFT, though it should be gone; run the command again:")
        _list("  {}", report["left"])
    else:
        say("  Nothing of theirs is left there.")
    if report["mentions"]:
        say("Others' texts that name them, for you to decide on (--include-mentions removes them):")
        _list("  {where} ({named_by}): {text}", report["mentions"])
    if report["with_others"]:
        say("Gone as a whole, with others in it; run it again without them:")
        _list("  {where}, with {others} other(s)", report["with_others"])
    if report["missing_folders"]:
        say("Run folders that are not where they were; give each that was moved with --folder:")
        _list("  {}", report["missing_folders"])
    if not report["log_rewritten"]:
        say("The data server did not write its append-only file anew: run BGREWRITEAOF on it.")
    _list("{}", BEYOND)


def _list(form: str, found: object) -> None:
    assert isinstance(found, list | tuple)
    for each in found:
        say(form.format(**each) if isinstance(each, dict) else form.format(each))
