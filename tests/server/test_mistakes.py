"""What the command line does with a mistake of our own: a sentence, the details in the log, no secret."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BROKEN = """
from server.cli import app, main

@app.command()
def broken() -> None:
    raise RuntimeError("it broke at redis://:planted-pw@cache.example with planted-key-1234")

main()
"""


def broken(folder: Path, data: Path) -> tuple[int, str]:
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "ZIGRAL_DATA": str(data),
        "OPENAI_API_KEY": "planted-key-1234",
    }
    done = subprocess.run(
        [sys.executable, "-c", BROKEN, "broken"],
        env=environ,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_its_traceback_is_in_the_error_log_and_the_person_is_told_where(tmp_path: Path) -> None:
    code, said = broken(tmp_path, tmp_path / "data")
    log = tmp_path / "data" / "logs" / "error.log"
    assert code == 2
    assert said == f"zigral: Zigral made a mistake (RuntimeError); the details are in {log}.\n"
    kept = log.read_text(encoding="utf-8")
    assert "in broken" in kept
    assert "RuntimeError: it broke at redis://[left out]@cache.example" in kept
    assert "planted" not in kept


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs a place that nobody can write to")
def test_where_the_data_folder_cannot_be_written_the_details_are_kept_elsewhere(tmp_path: Path) -> None:
    code, said = broken(tmp_path, Path("/proc/x"))
    kept = Path(said.rpartition(" in ")[2].removesuffix(".\n"))
    assert code == 2
    assert said.count("\n") == 1
    assert "RuntimeError" in kept.read_text(encoding="utf-8")
    assert "planted" not in kept.read_text(encoding="utf-8")
    kept.unlink()
    kept.parent.rmdir()
