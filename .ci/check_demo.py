"""What must have come out of `make demo`: a result for every lead, drafts that are proven, a report."""

import json
import subprocess
import sys
from pathlib import Path


def check(out: Path) -> str:
    """A sentence on what is there; an AssertionError names what is not."""
    results = [json.loads(line) for line in (out / "runs.jsonl").read_text(encoding="utf-8").splitlines()]
    waiting = [result for result in results if result["status"] == "awaiting_approval"]
    assert len(results) >= 12, f"only {len(results)} leads have a result"
    assert len(waiting) >= 6, f"only {len(waiting)} drafts await approval"
    assert all(result["proof"]["passed"] for result in waiting), "a draft that awaits approval is not proven"
    assert len(list((out / "drafts").glob("*.eml"))) == len(waiting), "drafts and results differ"
    for name in ("leads.csv", "rejected.csv", "icp.toml", "offer.toml", "report.html"):
        assert (out / name).stat().st_size, f"{name} is missing or empty"
    zigral = Path(sys.executable).with_name("zigral")
    proved = subprocess.run([zigral, "prove", "--result", out / "runs.jsonl"], check=False)
    assert proved.returncode == 0, "zigral prove does not agree"
    return f"make demo: {len(results)} leads, {len(waiting)} proven drafts"


if __name__ == "__main__":
    print(check(Path(sys.argv[1])))
