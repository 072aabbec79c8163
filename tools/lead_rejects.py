"""`rejected.csv`: the rows that were refused, as they came, each with its line and the reason."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.csv_out import csv_file
from tools.lead_file import LeadFile
from tools.lead_row import Row

FIRST = ("line", "reason")  # first, because a row may be refused for having more cells than the header


@contextmanager
def rejected_file(path: Path, leads: LeadFile) -> Iterator[Callable[[Row], None]]:
    """What writes one rejected row after the other into a CSV at `path`."""
    counts = {at for at, column in enumerate(leads.columns, len(FIRST)) if column.name == "employees"}
    with csv_file(path, (*FIRST, *leads.headers), numbers=counts) as write:
        yield lambda row: write((row.line, row.reason, *row.cells))
