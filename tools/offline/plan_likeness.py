"""What a command is most like, where no rule knows its words: by the sentence model, and lines from examples.

`plan_likeness.json` has the lines; `python tests/bench/learn_planner.py` draws them anew from the tests' commands.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

from memory.embedding import Embedder, Vectors
from memory.errors import Unavailable
from tools.planning import PlanKind

SURE = 0.7  # of 1 that it is any of ours: below, more than one in twenty of other sentences would be planned
LONGEST = 600  # characters: the model reads no more
KINDS: tuple[PlanKind, ...] = ("prospect", "outreach", "follow_up", "report", "context")


@dataclass(frozen=True)
class Likeness:
    """Says of which kind a command is, or that it is none of ours."""

    embedder: Embedder

    async def kind_of(self, text: str) -> PlanKind | None:
        """The kind; None where it is like none of ours, or the sentence model is not there."""
        if self.embedder.name != _lines()["model"]:
            return None
        try:
            (vector,) = await self.embedder.embed([text[:LONGEST]])
        except Unavailable:
            return None
        return most_like(vector)


def most_like(vector: Vectors) -> PlanKind | None:
    """The kind of the examples that a vector lies with."""
    import numpy as np  # noqa: PLC0415 - 0.1 s, and most commands are known by their words

    scores = np.exp(np.array(_lines()["weights"]) @ np.asarray(vector) + np.array(_lines()["start"]))
    ours = scores[: len(KINDS)] / scores.sum()
    return KINDS[int(ours.argmax())] if ours.sum() > SURE else None


@cache
def _lines() -> dict[str, object]:
    text = (files(__package__) / "plan_likeness.json").read_text(encoding="utf-8")
    return cast("dict[str, object]", json.loads(text))
