"""Writing report.html: seconds, size and memory.

python tests/bench/bench_report.py [--leads 5000]
"""

import argparse
import resource
import runpy
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from memory.records import Lead, Result  # noqa: E402
from server.report import write_report  # noqa: E402

MATERIAL = runpy.run_path(str(REPOSITORY / "tests/server/report/conftest.py"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=5000)
    leads: int = parser.parse_args().leads
    with tempfile.TemporaryDirectory(prefix="zigral-bench-") as name:
        folder = MATERIAL["_write_folder"](Path(name) / "out", many(leads))
        before, began = megabytes(), time.perf_counter()
        report = write_report(folder)
        took = time.perf_counter() - began
        size = report.stat().st_size / 1e6
        print(f"{leads} leads: {took:.1f} s, {size:.1f} MB, {megabytes():.0f} MB at most ({before:.0f} MB before)")


def many(leads: int) -> Iterator[Result]:
    told = [MATERIAL["_result_of"](one) for one in MATERIAL["_told_leads"]()]
    for number in range(leads):
        result = told[number % len(told)]
        lead = {**result.lead.model_dump(), "email": f"{number}.{result.lead.email}", "lead_id": ""}
        yield result.model_copy(update={"lead": Lead.model_validate(lead)})


def megabytes() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
