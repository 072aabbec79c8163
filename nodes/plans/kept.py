"""A plan as it is kept in the context of its job, and read back after a person has edited it."""

from collections.abc import Sequence

from pydantic import ConfigDict, Field, ValidationError

from memory.errors import Conflict, Mistake, Mistakes
from memory.estimates import Estimate
from memory.json_values import JsonObject
from memory.records import Context, Record
from tools.planning import Action, PlanKind

JOB_TYPE = "command"
RECKONED = ("estimate", "execution_id")  # ours to say, whatever a person wrote there


class Plan(Record):
    """A command and the plan that was made of it. What else a person writes into the context stays there."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    command: str = ""
    kind: PlanKind
    objective: str
    steps: tuple[Action, ...]
    estimate: Estimate = Field(default_factory=Estimate)
    context: JsonObject = Field(default_factory=dict)  # what was sent along with the command
    execution_id: str | None = None  # of the latest run

    def data(self) -> JsonObject:
        """It as a context's data."""
        return self.model_dump(mode="json", exclude_none=True)


def read_plan(context: Context) -> Plan:
    """The plan in a context; `Conflict` where it is another job's, `Mistakes` by path where it is no plan."""
    if context.job_type != JOB_TYPE:
        raise Conflict(f"The context {context.job_id} is no command's: its job_type is not {JOB_TYPE!r}.")
    given = {name: value for name, value in context.context_data.items() if name not in RECKONED}
    try:
        return Plan.model_validate(given)
    except ValidationError as error:
        raise Mistakes([Mistake(_path(fault["loc"]), f"{fault['msg']}.") for fault in error.errors()]) from None


def _path(loc: Sequence[int | str]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).removeprefix(".")
