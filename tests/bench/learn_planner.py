"""Draws the lines of `tools/offline/plan_likeness.json` from the commands that the planner's rules were tuned on.

    python tests/bench/learn_planner.py

A line for each kind and one for what is none of ours, by softmax regression on the sentence model's vectors. The
same commands give the same file.
"""

import asyncio
import json
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ROOT / "tests" / "tools" / "offline" / "commands" / "seen.toml"
LINES = ROOT / "tools" / "offline" / "plan_likeness.json"
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from tools.embedding import MiniLM  # noqa: E402
from tools.offline.plan_likeness import KINDS  # noqa: E402
from tools.offline.plan_marks import part_of  # noqa: E402

ROUNDS, STEP, SMALL = 800, 5.0, 1e-3


def examples() -> list[tuple[str, int]]:
    """Each command of one part, with its kind's number; the last number is for none of ours."""
    table = tomllib.loads(COMMANDS.read_text(encoding="utf-8"))
    ours = [(text, KINDS.index(kind)) for kind, texts in table["in_scope"].items() for text in texts]
    others = [(text, len(KINDS)) for texts in table["out_of_scope"].values() for text in texts]
    return [(text, kind) for text, kind in ours if " > " not in text.partition(": ")[0]] + others


def lines(vectors: np.ndarray, kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights and start of each line."""
    weights, start = np.zeros((len(KINDS) + 1, vectors.shape[1])), np.zeros(len(KINDS) + 1)
    wanted = np.eye(len(KINDS) + 1)[kinds]
    for _ in range(ROUNDS):
        scores = np.exp(vectors @ weights.T + start)
        error = scores / scores.sum(axis=1, keepdims=True) - wanted
        weights -= STEP * (error.T @ vectors / len(vectors) + SMALL * weights)
        start -= STEP * error.mean(axis=0)
    return weights, start


def main() -> None:
    found = examples()
    vectors = asyncio.run(MiniLM().embed([part_of(text).text for text, _ in found]))
    weights, start = lines(vectors.astype(float), np.array([kind for _, kind in found]))
    told = {"model": MiniLM.name, "start": start.round(3).tolist(), "weights": weights.round(3).tolist()}
    LINES.write_text(json.dumps(told, separators=(",", ":")) + "\n", encoding="utf-8")
    sys.stdout.write(f"{LINES.name}: {len(found)} examples, {LINES.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
