"""Every CSV that we write: none of its cells is a formula to a spreadsheet, and each can be read back as it was."""

import csv
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from memory.errors import Invalid, Unavailable
from tools.csv_cells import records

Cell = str | int | float | None
WriteRow = Callable[[Sequence[Cell]], None]

# A cell that already has quotes before such a sign gets one more, or reading could not tell it apart.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
DISARMED = re.compile(r"'+[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*")


def disarm(text: str) -> str:
    """`text` as a spreadsheet takes for text (C1)."""
    return f"'{text}" if FORMULA.match(text) else text


def rearm(cell: str) -> str:
    """What `disarm` was given."""
    return cell[1:] if DISARMED.match(cell) else cell


@contextmanager
def csv_file(path: Path, header: Sequence[str], *, numbers: Collection[int] = ()) -> Iterator[WriteRow]:
    """A CSV at `path`, written row by row, that is there as a whole once the block ends and not before.

    `numbers` are the places of columns in which `-5` stays a number; an `int` or a `float` always does.
    """
    partial = path.with_name(f".{path.name}.{uuid4().hex}")
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = partial.open("x", encoding="utf-8", newline="")
    writer = csv.writer(file)

    def write(row: Sequence[Cell]) -> None:
        with _explained(path):
            writer.writerow([_cell(value, at in numbers) for at, value in enumerate(row)])

    try:
        write(header)
        yield write
        with _explained(path):
            file.close()
            partial.replace(path)
    finally:
        with suppress(OSError):  # what went wrong has been said already
            file.close()
        partial.unlink(missing_ok=True)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = f"{path} cannot be written ({error.strerror}). Make room or choose another folder."
        raise Unavailable(why) from error


def write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, numbers: Collection[int] = ()
) -> None:
    """A whole CSV at `path`; see `csv_file`."""
    with csv_file(path, header, numbers=numbers) as write:
        for row in rows:
            write(row)


def read_csv(path: Path) -> Iterator[list[str]]:
    """The rows of a CSV of ours, header first, with the values that were written."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for record in records(stream, ",", path.name):
                yield [rearm(cell) for cell in record.cells]
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid("it is not a CSV that Zigral wrote.", where=path.name) from error


def _cell(value: Cell, number: bool) -> Cell:
    if not isinstance(value, str) or (number and NUMBER.fullmatch(value)):
        return value
    return disarm(value)
