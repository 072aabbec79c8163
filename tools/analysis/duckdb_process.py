"""A program of its own, which answers one SELECT and ends: DuckDB in memory, that can reach nothing else.

It is started anew for each question, with an empty environment and little memory, and knows none of our other
modules. Standard input has JSON, a line each: first what is asked, with the tables' columns; then
`{"table": NAME, "rows": [...]}` as often as needed; an empty line ends it. Standard output has one JSON document:
`columns`, `rows` and `more`, or `fault` and `why`.
"""

import contextlib
import json
import math
import resource
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

import duckdb

FUNCTIONS = frozenset(("range", "generate_series", "unnest", "json_each", "json_tree"))  # that a table may come of
LONGEST_CELL = 2_000  # characters
LONGEST_ANSWER = 1_000_000  # characters of all cells
MOST_COLUMNS = 100
DEEPEST = 1_000  # parts of a query within each other
SETTINGS = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_unredacted_secrets": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
    "threads": "1",
}


class Fault(Exception):
    """Why there is no answer: `forbidden`, `wrong` or `too_much`, and a sentence."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind


def main() -> None:
    """Answer what standard input asks."""
    lines = iter(sys.stdin.buffer)
    asked = json.loads(next(lines))
    _bound(asked)
    try:
        answer = _answered(asked, lines)
    except Fault as fault:
        answer = {"fault": fault.kind, "why": str(fault)}
    except MemoryError:
        answer = {"fault": "too_much", "why": "It takes more memory than there is for one question."}
    sys.stdout.write(json.dumps(answer, allow_nan=False))
    sys.stdout.flush()


def _bound(asked: Mapping[str, Any]) -> None:
    """No file can be written, and neither memory nor time goes beyond what one question may take."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    seconds = math.ceil(asked["load_seconds"] + asked["seconds"])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    with contextlib.suppress(ValueError, OSError):  # macOS knows no such limit; there DuckDB's own has to do
        resource.setrlimit(resource.RLIMIT_AS, (asked["process_memory"], asked["process_memory"]))


def _answered(asked: Mapping[str, Any], lines: Iterator[bytes]) -> dict[str, Any]:
    memory = f"{asked['memory'] // 1_000_000}MB"
    with duckdb.connect(":memory:", config={**SETTINGS, "memory_limit": memory}) as db:
        for name, columns in asked["tables"].items():
            declared = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            db.execute(f"CREATE TABLE {name} ({declared})")
        db.execute("SET lock_configuration = true")
        try:
            _check(db, asked["sql"], frozenset(asked["tables"]))
            _load(db, asked["tables"], lines)
            return _rows(db, asked)
        except duckdb.InterruptException:
            raise Fault("too_much", f"It took more than {asked['seconds']:g} seconds.") from None
        except (duckdb.OutOfMemoryException, duckdb.OutOfRangeException) as error:
            if isinstance(error, duckdb.OutOfRangeException) and "string of size" not in str(error):
                raise Fault("wrong", _first_line(error)) from None
            raise Fault("too_much", "It takes more memory than there is for one question.") from None
        except duckdb.PermissionException:
            raise Fault("forbidden", "It reaches for a file or a setting; only the tables can be asked.") from None
        except (duckdb.Error, RuntimeError, ValueError) as error:
            raise Fault("wrong", _first_line(error)) from None


def _check(db: duckdb.DuckDBPyConnection, sql: str, tables: frozenset[str]) -> None:
    """Refuse all but one SELECT over the tables, as DuckDB's own parser reads it.

    On this connection: some statements make the parser look for files.
    """
    statements = db.extract_statements(sql)
    if len(statements) != 1:
        raise Fault("forbidden", f"It is {len(statements) or 'no'} statements. Give one SELECT.")
    if statements[0].type != duckdb.StatementType.SELECT:
        raise Fault("forbidden", f"It is a statement of the kind {statements[0].type.name}. Give one SELECT.")
    if statements[0].named_parameters:
        raise Fault("forbidden", "It has parameters. Write the values themselves.")
    row = db.execute("SELECT json_serialize_sql(?)", [statements[0].query]).fetchone()
    tree = json.loads(row[0]) if row else {"error": True}
    if tree.get("error"):
        raise Fault("forbidden", "It is no plain SELECT. Give one SELECT over the tables.")
    parts = list(_parts(tree))
    named = tables | {entry["key"].lower() for part in parts for entry in _own_tables(part)}
    for part in parts:
        _check_part(part, named, tables)


def _parts(tree: object) -> Iterator[dict[str, Any]]:
    """Every object of the tree, without recursion: a query may be nested deeply."""
    waiting = [(tree, 0)]
    while waiting:
        part, depth = waiting.pop()
        if depth > DEEPEST:
            raise Fault("forbidden", "It is nested too deeply. Ask for less at once.")
        if isinstance(part, dict):
            yield part
            waiting += [(below, depth + 1) for below in part.values()]
        elif isinstance(part, list):
            waiting += [(below, depth + 1) for below in part]


def _own_tables(part: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a WITH names."""
    named = part.get("cte_map")
    found = named.get("map", []) if isinstance(named, dict) else []
    return found if isinstance(found, list) else []


def _check_part(part: Mapping[str, Any], named: frozenset[str], tables: frozenset[str]) -> None:
    kind = part.get("type")
    if kind == "BASE_TABLE":
        schema = part.get("schema_name") or part.get("catalog_name")
        if schema or str(part.get("table_name")).lower() not in named:
            raise Fault(
                "forbidden", f"There are the tables {', '.join(sorted(tables))}, and no other can be asked."
            )
    elif kind == "TABLE_FUNCTION":
        function = part.get("function") or {}
        if str(function.get("function_name")).lower() not in FUNCTIONS:
            raise Fault("forbidden", "It reads from a function that is not allowed. Ask the tables.")
    elif kind == "SHOW_REF":
        raise Fault("forbidden", "It is no plain SELECT. Give one SELECT over the tables.")


def _load(db: duckdb.DuckDBPyConnection, tables: Mapping[str, Mapping[str, str]], lines: Iterator[bytes]) -> None:
    for line in lines:
        if not line.strip():
            return
        batch = json.loads(line)
        columns = tables[batch["table"]]
        shape = json.dumps([dict(columns)])
        db.execute(
            f"INSERT INTO {batch['table']} SELECT unnest(from_json(?::JSON, ?), max_depth := 2)",
            [json.dumps(batch["rows"]), shape],
        )


def _rows(db: duckdb.DuckDBPyConnection, asked: Mapping[str, Any]) -> dict[str, Any]:
    most = int(asked["rows"])
    alarm = threading.Timer(asked["seconds"], db.interrupt)
    alarm.daemon = True
    alarm.start()
    try:
        found = db.sql(asked["sql"]).limit(most + 1)
        columns = [str(name)[:LONGEST_CELL] for name in found.columns]
        if len(columns) > MOST_COLUMNS:
            raise Fault("too_much", f"It has more than {MOST_COLUMNS} columns. Name those that are wanted.")
        rows = found.fetchall()
    finally:
        alarm.cancel()
    shown, room = [], LONGEST_ANSWER
    for row in rows[:most]:
        cells = [_cell(value) for value in row]
        room -= sum(len(cell) if isinstance(cell, str) else 8 for cell in cells)
        if room < 0:
            break
        shown.append(cells)
    return {"columns": columns, "rows": shown, "more": len(shown) < len(rows)}


def _cell(value: object) -> str | int | float | bool | None:
    """A value as JSON has it; what it has no form for, as text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    text = value.hex() if isinstance(value, bytes) else str(value)
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]} …"


def _first_line(error: BaseException) -> str:
    """What DuckDB says, without its excerpt of the query."""
    said = str(error).strip().partition("\n")[0]
    _, colon, rest = said.partition(" Error: ")
    return f"{(rest if colon else said)[:300].rstrip('.!')}."


if __name__ == "__main__":
    main()
