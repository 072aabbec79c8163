"""What a run says at its end, whether it came to it or was stopped: counts, reasons, cost and time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from server.console import command_name
from server.refreshed import Refreshed
from server.report_summary import Summary, ordered

SHOWN = 6  # reasons of one kind; the report has them all


@dataclass(frozen=True)
class RunSummary:
    """Of all that the folder holds. `stopped` says why the run ended before all leads had their turn."""

    out: str
    engine: str | None
    report: str | None
    leads: Summary
    rows: Mapping[str, int]  # of the file; empty where it was not read to its end
    seconds: float  # of this run
    counted: Mapping[str, int]  # of what the engine threw away
    refreshed: Refreshed | None
    stopped: str | None

    def as_json(self) -> dict[str, object]:
        """The same for a program."""
        return {
            "out": self.out,
            "engine": self.engine,
            **self.rows,
            **({"refreshed": self.refreshed.as_json()} if self.refreshed else {}),
            "leads": self.leads.leads,
            "statuses": dict(self.leads.statuses),
            "reasons": {key: dict(ordered(counts)) for key, counts in self.leads.reasons.items()},
            "cost": self._cost(),
            "seconds": round(self.seconds, 1),
            "report": self.report,
            "counted": dict(self.counted),
            "stopped": self.stopped,
        }

    def _cost(self) -> dict[str, object]:
        """Money is null where tokens were paid at a price that nobody told."""
        found = self.leads
        known = found.usd > 0 or not found.tokens
        tokens = {"input_tokens": found.input_tokens, "output_tokens": found.output_tokens}
        return {**tokens, "usd": round(found.usd, 6) if known else None, "pages": found.pages}

    def lines(self) -> Iterator[str]:
        """The same for a person; the second sentence is that on top of the report."""
        if rows := self.rows:
            yield (
                f"{rows['rows']:,} rows: {rows['accepted']:,} accepted, {rows['duplicate']:,} duplicate, "
                f"{rows['rejected']:,} rejected."
            )
        if not self.report:
            return
        yield self.leads.sentence
        for heading, reasons in self.leads.why:
            yield f"  {heading + ':':<15}" + _listed(reasons)
        yield f"Cost:    {self.leads.cost}; {_lasting(self.seconds)}."
        yield f"Report:  {self.report}"
        if self.leads.outcomes["awaiting"] or self.leads.outcomes["awaiting_review"]:
            yield f"Approve: {command_name()} approve {self.out}"
        if self.refreshed:
            yield from self.refreshed.lines()


def _listed(reasons: list[tuple[str, int]]) -> str:
    shown = [f"{count:,} {why}" for why, count in reasons[:SHOWN]]
    rest = sum(count for _, count in reasons[SHOWN:])
    return ", ".join([*shown, *([f"{rest:,} for other reasons"] if rest else [])])


def _lasting(seconds: float) -> str:
    """A duration as a person says it."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
