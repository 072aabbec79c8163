"""What a run may use. Loops in loops are bounded when they are stored; this holds all of them together."""

from collections import OrderedDict
from dataclasses import dataclass, field

from nodes.workflow.failing import RunSpent

MOST = 100_000  # steps a run executes, each attempt and each round counted
MOST_KEPT = 100_000_000  # characters of all its steps' outputs, each attempt and each round counted
REMEMBERED = 1_000  # runs at a time in one process


@dataclass
class Budget:
    """Counts for one run, in one process: a run that is taken up again by another begins anew."""

    most: int = MOST
    spent: int = 0
    kept: int = 0  # characters

    def spend(self) -> None:
        """Count a step that begins; `RunSpent` where there were enough."""
        if self.spent >= self.most:
            raise RunSpent(
                f"This run has executed {self.most:,} steps, and may execute no more. Split the workflow."
            )
        self.spent += 1

    def keep(self, size: int) -> None:
        """Count an output that is to be kept; `RunSpent` where there is no more room."""
        self.kept += size
        if self.kept > MOST_KEPT:
            raise RunSpent(f"The outputs of this run have more than {MOST_KEPT:,} characters. Split the workflow.")


@dataclass
class Budgets:
    """The budgets of the runs under way, the latest used last."""

    most: int = MOST
    _kept: OrderedDict[str, Budget] = field(default_factory=OrderedDict)

    def of(self, run_id: str) -> Budget:
        """The run's. Runs without an id are not told apart, so they are not counted together."""
        if not run_id:
            return Budget(self.most)
        budget = self._kept.setdefault(run_id, Budget(self.most))
        self._kept.move_to_end(run_id)
        if len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return budget

    def close(self, run_id: str) -> None:
        """Forget a run that ended."""
        self._kept.pop(run_id, None)
