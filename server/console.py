"""What a person and a program see: answers on stdout, all else on stderr."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from memory.harmless import harmless, harmless_json


def answer(document: Mapping[str, object] | Sequence[object]) -> None:
    """One JSON document on stdout: the whole answer of a command under `--json`."""
    typer.echo(harmless_json(json.dumps(document, ensure_ascii=False, default=str)))


def say(text: str) -> None:
    """A line for a person, on stdout."""
    typer.echo(harmless(text))


def note(text: str) -> None:
    """A line beside the answer, on stderr."""
    typer.echo(harmless(text), err=True)


def command_name() -> str:
    """How this program can be called again from here: `zigral` where it is on PATH, else by its path."""
    called = Path(sys.argv[0])
    if called.name != "zigral" or shutil.which("zigral"):
        return "zigral"
    here = Path.cwd()
    return str(called.relative_to(here) if called.is_relative_to(here) else called)


def on_terminal() -> bool:
    """Whether a person watches: progress is shown only then."""
    return sys.stderr.isatty()


@contextmanager
def working(what: str) -> Iterator[None]:
    """A sign of life on stderr while a person waits for something of unknown length, and nothing in a pipe."""
    if not on_terminal():
        yield
        return
    from rich.console import Console  # noqa: PLC0415 - as below

    with Console(stderr=True).status(harmless(what).replace("[", "(")):
        yield


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """A bar on stderr while a person watches, and nothing in a pipe; call what it gives after each item."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - rich takes longer to import than most commands to run
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda name: bar.update(task, advance=1, description=harmless(name).replace("[", "("))
