"""A large report in a headless Chromium: how soon it is seen, how fast it filters, how large it is.

python tests/bench/bench_report_in_browser.py [--leads 5000]
"""

import argparse
import runpy
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from server.report import write_report  # noqa: E402

TESTS = runpy.run_path(str(REPOSITORY / "tests/server/report/test_report_in_browser.py"))
BENCH = runpy.run_path(str(REPOSITORY / "tests/bench/bench_report.py"))
PAINT = "performance.getEntriesByType('paint').map(one => [one.name, Math.round(one.startTime)])"
LOADED = "Math.round(performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd)"
USABLE = "Math.round(performance.getEntriesByName('usable')[0].startTime)"
FILTER = """(async () => {
  const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const times = [];
  for (const [id, value] of %s) {
    const field = document.getElementById(id);
    const began = performance.now();
    field.value = value;
    field.dispatchEvent(new Event('input', {bubbles: true}));
    const handled = performance.now() - began;
    await drawn();
    times.push([`${id}=${value}`, Math.round(handled), Math.round(performance.now() - began),
      document.getElementById('shown').textContent]);
  }
  return times;
})()"""
STEPS = [
    ["find", "a"],
    ["find", "ahrwerk"],
    ["verdict", "review"],
    ["find", ""],
    ["verdict", ""],
    ["status", "failed"],
]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=5000)
    parser.add_argument("--report", type=Path, help="a report that is there, instead of one made up")
    asked = parser.parse_args()
    if TESTS["CHROMIUM"] is None:
        print("There is no Chromium on this machine, so nothing was measured.")
        return
    with tempfile.TemporaryDirectory(prefix="zigral-bench-") as name, opened() as browser:
        report = asked.report or made_up(Path(name), asked.leads)
        browser.open(report.resolve(), width=1280)
        rows = browser.evaluate("document.querySelectorAll('#leads tbody tr').length")
        print(f"{rows} leads, {report.stat().st_size / 1e6:.1f} MB")
        print(f"table filtered from: {browser.evaluate(USABLE)} ms")
        for paint, milliseconds in browser.evaluate(PAINT):
            print(f"{paint}: {milliseconds} ms")
        print(f"loaded: {browser.evaluate(LOADED)} ms")
        for step, handled, drawn, shown in browser.evaluate(FILTER % STEPS):
            print(f"filter {step}: {handled} ms, drawn after {drawn} ms ({shown or 'all shown'})")


def made_up(folder: Path, leads: int) -> Path:
    """A report on the tests' ten leads, again and again."""
    return write_report(BENCH["MATERIAL"]["_write_folder"](folder / "out", BENCH["many"](leads)))


@contextmanager
def opened() -> Iterator[Any]:
    """The tests' own browser."""
    with tempfile.TemporaryDirectory(prefix="zigral-chromium-") as profile:
        yield from TESTS["started"](Path(profile))


if __name__ == "__main__":
    main()
