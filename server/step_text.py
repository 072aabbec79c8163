"""A step of an execution, as people follow it."""

from memory.step_records import StepRecord


def step_line(name: str, record: StepRecord) -> str:
    """What became of it, in which round, by whom, and why not."""
    round_ = "".join(f"[{number}]" for number in record.round)
    by = f" by {record.agent}" if record.agent else ""
    why = f": {record.error}" if record.error else ""
    return f"{record.status:9}  {name}{round_}{by}{why}"
