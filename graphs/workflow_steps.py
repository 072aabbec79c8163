"""Of each step, what its node does: its action, how often it is tried, and the graphs inside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from langgraph.errors import GraphBubbleUp
from langgraph.types import interrupt

from graphs.workflow_bodies import ListBody, branches_body, guard_body, list_body, wait_body
from graphs.workflow_lists import Graph, Made
from memory.definitions import (
    AgentTask,
    ApiCall,
    Approval,
    Branch,
    Definition,
    Loop,
    Parallel,
    Step,
    Subworkflow,
    Transform,
    Wait,
)
from memory.errors import NotFound
from memory.words import Clock
from nodes.agents.calling import AgentCaller
from nodes.workflow.actions import Action, Sleep
from nodes.workflow.agent_task import AskAgent
from nodes.workflow.api_call import CallAddress
from nodes.workflow.approval import AskPerson
from nodes.workflow.attempt import Attempt
from nodes.workflow.condition import ELSE, THEN, TakeBranch
from nodes.workflow.guarded import Guarded
from nodes.workflow.holding import Hold
from nodes.workflow.loop import Repeat
from nodes.workflow.parallel import RunBranches
from nodes.workflow.recording import Records
from nodes.workflow.retrying import Attempts, is_patient
from nodes.workflow.run_step import RunStep
from nodes.workflow.subworkflow import RunSubworkflow
from nodes.workflow.transform import MakeValue
from nodes.workflow.wait import WaitEnd, WaitUntil
from tools.http_calls import HttpCalls

Acting = tuple[Action, Graph | None]  # and the graph inside


@dataclass(frozen=True)
class StepMaker:
    """What the steps of a workflow work with."""

    agents: AgentCaller
    calls: HttpCalls
    records: Records
    clock: Clock
    sleep: Sleep
    owner: str
    subworkflows: Mapping[str, Definition]
    made: dict[str, ListBody] = field(default_factory=dict)

    def make(self, step: Step, undo: Step | None) -> Made:
        """What the node of a step does; `undo` is the step that undoes it."""
        action, inside = self._acting(step)
        attempt = Attempt(step, action, self.records, passing=(GraphBubbleUp,))
        if undo or (step.retry and (inside or is_patient(step.retry))):
            return self._guarded(attempt, inside, undo)
        return Made(RunStep(step, Attempts(attempt, self.sleep), self.records), inside)

    def _guarded(self, attempt: Attempt, inside: Graph | None, undo: Step | None) -> Made:
        undone = self.make(undo, None) if undo else None
        guarded = Guarded(attempt, self._hold, undone.run if undone else None)
        guard = guard_body(guarded, inside, undo, undone.inside if undone else None)
        return Made(RunStep(attempt.step, guard, self.records, undo), guard.graph)

    @property
    def _hold(self) -> Hold:
        return Hold(self.clock, self.sleep, interrupt)

    def _acting(self, step: Step) -> Acting:
        match step:
            case AgentTask():
                return AskAgent(step, self.agents, self.owner), None
            case ApiCall():
                return CallAddress(step, self.calls), None
            case Transform():
                return MakeValue(step), None
            case Approval():
                return AskPerson(step, interrupt), None
            case Wait():
                return self._waiting(step)
            case _:
                return self._containing(step)

    def _waiting(self, step: Wait) -> Acting:
        end = WaitEnd(step, self.clock)
        body = wait_body(end)
        return WaitUntil(step, end, body, self._hold), body.graph

    def _containing(self, step: Branch | Parallel | Loop | Subworkflow) -> Acting:
        match step:
            case Branch():
                ways = branches_body({THEN: step.then, ELSE: step.else_}, self.make)
                return TakeBranch(step, ways, self.records), ways.graph
            case Parallel():
                ways = branches_body(step.branches, self.make)
                return RunBranches(step, ways), ways.graph
            case Loop():
                body = list_body(step.steps, self.make)
                return Repeat(step, body, self.records), body.graph
            case Subworkflow():
                body = self._subworkflow(step.workflow_id)
                return RunSubworkflow(step, self.subworkflows[step.workflow_id], body), body.graph

    def _subworkflow(self, workflow_id: str) -> ListBody:
        """Made once, however many steps call it: workflows that call the next one twice double at each level."""
        if workflow_id not in self.subworkflows:
            raise NotFound(f"There is no workflow {workflow_id!r} to call.")
        if workflow_id not in self.made:
            self.made[workflow_id] = list_body(self.subworkflows[workflow_id].steps, self.make)
        return self.made[workflow_id]
