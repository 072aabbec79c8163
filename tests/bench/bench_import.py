"""Importing long lists: seconds, rows a second, and the most memory that the importing process holds.

python tests/bench/bench_import.py [--rows 100000] [--sheet-rows 20000]

The store is another process, and what it holds grows with the leads; it is not counted here.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from openpyxl import Workbook

REPOSITORY = Path(__file__).parents[2]
HEADER = (
    "First Name",
    "Last Name",
    "Title",
    "Company",
    "Email",
    "Website",
    "# Employees",
    "City",
    "Country",
    "Note",
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--sheet-rows", type=int, default=20_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zigral-bench-") as name:
        folder = Path(name)
        with (folder / "leads.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows_under(asked.rows))
        measure(folder, "leads.csv", asked.rows)
        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in rows_under(asked.sheet_rows):
            sheet.append(row)
        book.save(folder / "leads.xlsx")
        measure(folder, "leads.xlsx", asked.sheet_rows)


def rows_under(count: int) -> Iterator[tuple[object, ...]]:
    yield HEADER
    yield from rows(count)


def rows(count: int) -> Iterator[tuple[object, ...]]:
    for n in range(count):
        company = f"Maker {n // 3}"
        host = f"maker-{n // 3}.example"
        note = f"Met at the fair, booth {n % 977}"
        yield (
            "Ada",
            f"Lind {n}",
            "CTO",
            company,
            f"p{n}@{host}",
            f"https://{host}/",
            n % 900,
            "Hull",
            "Sweden",
            note,
        )


def measure(folder: Path, name: str, count: int) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        "REDIS_URL": "",
        "ZIGRAL_DATA": str(folder / name[-4:]),
    }
    began = time.perf_counter()
    command = [sys.executable, "-m", "server.cli", "import", str(folder / name), "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        most = 0
        while process.poll() is None:
            most = max(most, held_by(process.pid))
            time.sleep(0.2)
    took = time.perf_counter() - began
    print(f"{name}: {count:,} rows in {took:.0f} s, {count / took:,.0f} a second, {most} MB at most")


def held_by(pid: int) -> int:
    """The most memory that a process has held, in MB."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) // 1024
    return 0


if __name__ == "__main__":
    main()
