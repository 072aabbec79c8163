"""How a step fails: with its id, and a sentence for people."""

from collections.abc import Iterator
from contextlib import contextmanager

from memory.errors import Invalid, Refused, ZigralError
from memory.log_traces import places_of
from memory.logs import get_logger

log = get_logger(__name__)

Passing = tuple[type[BaseException], ...]  # what is no failure, such as a stop for a person's answer


class StepFailed(ZigralError):
    """A step of a workflow failed. `reason` is why, as a sentence; `again` says whether another try may help."""

    def __init__(self, step_id: str, reason: str, *, again: bool = True) -> None:
        super().__init__(f"The step {step_id} failed: {reason}")
        self.step_id = step_id
        self.reason = reason
        self.again = again

    def may_pass(self, step_id: str) -> bool:
        """Whether another try of this step, or of the container that it failed in, may help."""
        return self.again or self.step_id != step_id


class RunSpent(Refused):
    """The run used up what a run may use. No step may go on after it."""


@contextmanager
def failing(step_id: str, passing: Passing = ()) -> Iterator[None]:
    """Whatever is raised in here is a failure of the step, but for what passes."""
    through: Passing = (*passing, StepFailed, RunSpent)
    try:
        yield
    except through:
        raise
    except Exception as error:
        if not isinstance(error, ZigralError):
            _log(step_id, error)
        raise StepFailed(step_id, reason(error), again=not isinstance(error, Invalid)) from error


def _log(step_id: str, error: Exception) -> None:
    log.error(f"The step {step_id} stopped unexpectedly.\n{places_of(error)}")


def told(error: Exception, step_id: str) -> str:
    """What a step's record says of an error: its own failure without its own name."""
    return error.reason if isinstance(error, StepFailed) and error.step_id == step_id else reason(error)


def reason(error: Exception) -> str:
    """A sentence. The words of an error that we did not raise ourselves may hold anything, secrets too."""
    if isinstance(error, ZigralError):
        return str(error)
    return f"It stopped with an unexpected {type(error).__name__}. The log has more."
