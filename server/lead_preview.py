"""What an import would do, before anything is written: for a program as JSON, for a person as tables."""

import json
from collections.abc import Iterator
from itertools import islice

from rich.console import Console
from rich.table import Table
from rich.text import Text

from memory.harmless import harmless, harmless_json
from server.lead_import import Counts
from server.mx_warnings import MxCheck
from tools.lead_file import LeadFile
from tools.lead_row import Row

SHOWN = 20
CELL = 60  # characters of one value that a table shows


def as_json(file: LeadFile, mx: MxCheck | None = None) -> Iterator[str]:
    """The preview as one JSON document, in pieces: a million rows are never held at once."""
    counts = Counts()
    about = {
        "version": 1,
        "file": file.path.name,
        "encoding": file.encoding,
        "delimiter": file.delimiter,
        "columns": [column._asdict() for column in file.columns],
    }
    yield f'{_dumped(about)[:-1]}, "rows": ['
    for row in _marked(file, mx):
        counts.add_row(row)
        yield f"{',' if counts.rows > 1 else ''}\n{_dumped(describe(file, row))}"
    totals = {name: getattr(counts, name) for name in ("accepted", "duplicate", "rejected")}
    asked = f', "mx": {_dumped(mx.counts())}' if mx else ""
    yield f'\n], "counts": {_dumped(totals)}{asked}}}\n'


def _marked(file: LeadFile, mx: MxCheck | None) -> Iterator[Row]:
    return mx.marked(file.rows()) if mx else file.rows()


def describe(file: LeadFile, row: Row) -> dict[str, object]:
    """A row with what applies to it: its reason, the row that it repeats, or its warnings and the lead."""
    known: dict[str, object] = {"row": row.row, "line": row.line, "status": row.status}
    if row.reason:
        known["reason"] = row.reason
    if row.duplicate_of:
        known["duplicate_of"] = row.duplicate_of
    if row.lead:
        known["warnings"] = list(row.warnings)
        known["normalized"] = normalized(file, row)
    return known


def normalized(file: LeadFile, row: Row) -> dict[str, object]:
    """The lead's fields that the file has columns for, or that were made of them; other columns are its `extra`."""
    if row.lead is None:
        return {}
    given = {column.name for column in file.columns if column.known}
    fields = row.lead.model_dump(exclude={"lead_id"})
    return {name: value for name, value in fields.items() if name in given or value}


def show(file: LeadFile, console: Console, mx: MxCheck | None = None) -> None:
    """Tables of the columns and of the first rows, and the counts of all rows."""
    form = f"{file.encoding}, {_named(file.delimiter)}" if file.delimiter else "the first sheet of an XLSX"
    console.print(f"{_safe(file.path.name)}: {file.records:,} rows, {form}")
    console.print(_columns(file))
    counts = Counts()
    rows = _marked(file, mx)
    first = list(islice(rows, SHOWN))
    console.print(_rows(file, first))
    for row in first:
        counts.add_row(row)
    for row in rows:
        counts.add_row(row)
    console.print(in_words(counts))
    for line in warnings_in_words(counts, mx):
        console.print(line)
    console.print("Nothing was written. Leads that the store has already would be duplicates too.")


def in_words(counts: Counts) -> str:
    """One line: every row is in one of the three."""
    return (
        f"{counts.rows:,} rows: {counts.accepted:,} accepted, {counts.duplicate:,} duplicate, "
        f"{counts.rejected:,} rejected"
    )


def warnings_in_words(counts: Counts, mx: MxCheck | None) -> Iterator[str]:
    """How many of the accepted rows have which weakness, most of them first."""
    if counts.warnings:
        yield f"Warnings: {', '.join(f'{number:,} {name}' for name, number in counts.warnings.most_common())}"
    if mx:
        yield f"Mail: {mx.in_words()}"


def _columns(file: LeadFile) -> Table:
    table = Table("Column", "Understood as", title="How each header was understood")
    for column in file.columns:
        table.add_row(_text(column.header), _text(column.name if column.known else f"extra: {column.name}"))
    return table


def _rows(file: LeadFile, rows: list[Row]) -> Table:
    table = Table("Row", "Line", "Status", "As it will be stored", title=f"The first {len(rows)} rows")
    for row in rows:
        table.add_row(str(row.row), str(row.line), Text(_status(row)), _stored(file, row))
    return table


def _status(row: Row) -> str:
    if row.status == "accepted":
        return "\n".join(("accepted", *row.warnings))
    return f"duplicate of row {row.duplicate_of}" if row.status == "duplicate" else f"rejected: {row.reason}"


def _stored(file: LeadFile, row: Row) -> Text:
    fields = normalized(file, row)
    extra = fields.pop("extra", {})
    pairs = [*fields.items(), *(extra.items() if isinstance(extra, dict) else ())]
    lines = [Text.assemble((f"{_safe(name)} ", "dim"), _safe(str(value))) for name, value in pairs if value]
    return Text("\n").join(lines)


def _text(text: str) -> Text:
    return Text(_safe(text))


def _safe(text: str) -> str:
    flat = harmless(" ".join(text.split()))
    return flat if len(flat) <= CELL else f"{flat[: CELL - 1]}…"


def _named(delimiter: str) -> str:
    return {",": "commas", ";": "semicolons", "\t": "tabs"}.get(delimiter, f"delimiter {delimiter}")


def _dumped(value: object) -> str:
    return harmless_json(json.dumps(value, ensure_ascii=False))
