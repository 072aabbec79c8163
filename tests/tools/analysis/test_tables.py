"""The tables as they are told to people and to models."""

from pathlib import Path

import pytest

from tools.analysis.running import SqlLimits
from tools.analysis.tables import TABLES, described

DOCS = (Path(__file__).resolve().parents[3] / "docs" / "analyst.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TABLES)
def test_the_docs_name_every_column_and_no_other(name: str) -> None:
    row = next(line for line in DOCS.splitlines() if line.startswith(f"| `{name}` |"))
    cell = row.split(" | ")[2]
    named = [part.split("`")[1] for part in cell.split(", ") if part.startswith("`")]
    assert named == list(TABLES[name].columns)


def test_the_docs_tell_the_limits() -> None:
    limits = SqlLimits()
    assert f"first {limits.rows:,}" in DOCS
    assert f"{limits.seconds:g} seconds, {limits.memory // 1_000_000} MB" in DOCS


def test_a_model_is_told_every_column() -> None:
    told = described()
    assert all(f"- {column} " in told for table in TABLES.values() for column in table.columns)
