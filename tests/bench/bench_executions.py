"""200 executions of five steps while a worker is killed 20 times: each must complete, and repeat no stored step."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEST = "tests/faults/test_execution_kills.py::test_200_executions_and_20_kills"

if __name__ == "__main__":
    environ = {**os.environ, "ZIGRAL_BENCH": "1"}
    sys.exit(
        subprocess.run([sys.executable, "-m", "pytest", "-q", TEST], cwd=ROOT, env=environ, check=False).returncode
    )
