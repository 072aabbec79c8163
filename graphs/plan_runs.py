"""Running a plan within the run that made it: its steps are seen, and kept, where that run is."""

from dataclasses import dataclass

from graphs.workflow import workflow
from memory.definitions import Definition
from memory.json_values import JsonObject
from memory.step_records import StepLog
from memory.words import Clock
from nodes.agents.calling import AgentCaller
from nodes.plans.running import Ran
from tools.http_calls import HttpCalls


@dataclass(frozen=True)
class PlansWithin:
    """Waits for what a plan comes to: a `nodes.plans.running.RunPlan`. `log` is told of each step."""

    agents: AgentCaller
    calls: HttpCalls
    log: StepLog
    clock: Clock

    async def run(self, job_id: str, definition: Definition, given: JsonObject, *, owner: str) -> Ran:  # noqa: ARG002
        """The plan's outputs by its steps' ids; `StepFailed` where one failed."""
        graph = workflow(
            definition, agents=self.agents, calls=self.calls, log=self.log, clock=self.clock, owner=owner
        )
        state = await graph.compile(name="plan").ainvoke({"input": given})
        return Ran(output=state["output"])
