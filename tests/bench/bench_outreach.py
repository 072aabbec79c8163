"""Leads a second through the whole flow, offline, and the memory of the process that runs them.

    python tests/bench/bench_outreach.py [--leads 480] [--long]

One page a lead: `shared/data`'s 48 leads at 40 real pages, each repeated under other addresses. Whole sites: the
demo's companies, five pages a lead at most. `--long` adds 10,000 leads, for the memory (six minutes).
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"

RUN = """
import resource, sys
from server.cli import app
app(sys.argv[1:], standalone_mode=False)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
"""


def repeated(source: Path, count: int) -> Iterator[dict[str, str]]:
    """`count` leads: those of `source` over and over, each time at other addresses."""
    with source.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if "@" in row["Email"] and "+" not in row["Email"]]
    for number in range(count):
        row = rows[number % len(rows)]
        yield {**row, "Email": row["Email"].replace("@", f".{number}@")}


@dataclass(frozen=True)
class Run:
    """One run: wall and processor seconds (the data server's left out), MB at most, and its summary."""

    seconds: float
    cpu: float
    memory: int
    summary: dict[str, object]


def measure(source: Path, inputs: list[str], count: int) -> Run:
    """A run of `count` leads."""
    with tempfile.TemporaryDirectory(prefix="zigral-bench-") as name:
        folder = Path(name)
        leads = list(repeated(source, count))
        with (folder / "leads.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(leads[0]))
            writer.writeheader()
            writer.writerows(leads)
        command = [
            sys.executable,
            "-c",
            RUN,
            "run",
            str(folder / "leads.csv"),
            *inputs,
            "--out",
            str(folder / "out"),
        ]
        environ = {**os.environ, "PYTHONPATH": str(ROOT), "ZIGRAL_DATA": str(folder / "data")}
        begun, cpu = time.monotonic(), cpu_of_children()
        done = subprocess.run([*command, "--json"], env=environ, capture_output=True, text=True, check=True)
        seconds, cpu = time.monotonic() - begun, cpu_of_children() - cpu
        return Run(seconds, cpu, int(done.stderr.split()[-1]), json.loads(done.stdout))


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(what: str, source: Path, inputs: list[str], count: int) -> None:
    """The rate without what it takes to start: the difference between two runs."""
    few, many = measure(source, inputs, 48), measure(source, inputs, 48 + count)
    rate = count / (many.seconds - few.seconds)
    cpu = (many.cpu - few.cpu) / count * 1000
    print(f"{what}: {rate:.1f} leads/s, {cpu:.0f} ms of processor a lead")
    print(f"  memory {few.memory} MB at 48 leads, {many.memory} MB at {48 + count}")
    print(f"  from start to end of 48 leads {few.seconds:.1f} s; {many.summary['statuses']}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=480)
    parser.add_argument("--long", action="store_true")
    args = parser.parse_args()
    demo = ROOT / "demo"
    own = ["--icp", str(demo / "icp.toml"), "--offer", str(demo / "offer.toml"), "--web", str(demo / "web")]
    report("whole sites (demo)", demo / "leads.csv", own, args.leads // 2)
    if not DATA.exists():
        print(f"one page a lead: not measured, {DATA} is not there")
        return
    real = ["--icp", str(DATA / "icp.toml"), "--offer", str(DATA / "offer.toml"), "--web", str(DATA / "pages")]
    report("one page a lead", DATA / "leads.csv", real, args.leads)
    if args.long:
        report("one page a lead", DATA / "leads.csv", real, 10_000)


if __name__ == "__main__":
    main()
