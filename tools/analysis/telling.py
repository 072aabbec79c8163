"""Rows as a few lines of text, as a person would read them out."""

from collections.abc import Sequence

from pydantic import JsonValue

from tools.analysis.running import Rows

SHOWN = 20  # rows
LONGEST = 120  # characters of a cell


def told(rows: Rows) -> str:
    """A number with its name, or the first rows, a line each."""
    if not rows.rows:
        return "Nothing was found."
    if len(rows.rows) == 1 and len(rows.columns) == 1:
        return f"{rows.columns[0]}: {_cell(rows.rows[0][0])}"
    lines = [_line(rows.columns, row) for row in rows.rows[:SHOWN]]
    if rows.more:
        lines.append(f"… The first {len(rows.rows):,} rows are given; there are more.")
    elif len(rows.rows) > SHOWN:
        lines.append(f"… {len(rows.rows):,} rows in all.")
    return "\n".join(lines)


def _line(columns: Sequence[str], row: Sequence[JsonValue]) -> str:
    """A group with its number as "Germany: 5"; else what is there, with commas."""
    if len(row) == 2 and isinstance(row[1], int | float) and not isinstance(row[1], bool):
        return f"{_cell(row[0])}: {_cell(row[1])}"
    named = (
        f"{name} {_cell(value)}" if isinstance(value, int | float) else _cell(value)
        for name, value in zip(columns, row, strict=True)
        if value is not None
    )
    return ", ".join(named)


def _cell(value: JsonValue) -> str:
    if value is None:
        return "unknown"
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
