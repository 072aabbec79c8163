"""Commands, as the routes use them: planned, and run once they have been looked at."""

from dataclasses import dataclass

from langchain_core.runnables import RunnableConfig
from langgraph.graph import StateGraph
from redis.asyncio import Redis

from graphs.command import OWNER, CommandInput, CommandState
from memory.contexts import Contexts
from memory.json_values import JsonObject
from nodes.plans.checking import checked
from nodes.plans.estimate import Estimator
from nodes.plans.kept import Plan, read_plan
from server.plan_runs import PlanExecutions
from server.run_inputs import Compiled


@dataclass(frozen=True)
class CommandDesk:
    """What plans commands, for all owners; each sees their own."""

    redis: Redis
    flow: StateGraph[CommandState, None, CommandInput]
    graph: Compiled  # the flow without a checkpointer, for callers who wait for it
    estimator: Estimator
    plans: PlanExecutions

    async def plan(self, asked: CommandInput, *, owner: str) -> CommandState:
        """What was made of the command; its `error` says why there is no plan."""
        config: RunnableConfig = {"configurable": {OWNER: owner}}
        return CommandState.model_validate(await self.graph.ainvoke(asked, config))

    async def execute(self, job_id: str, *, owner: str) -> Plan:
        """Run a plan that is kept, as it stands now: it is checked again, since a person may have edited it.

        `NotFound` without such a job, `Conflict` where it is no command's, `Mistakes` by their paths.
        """
        plan = read_plan(await Contexts(self.redis, owner).get(job_id))
        definition = checked(plan.objective, plan.steps, self.estimator.registry)
        estimate = await self.estimator.of(definition, plan.context)
        execution_id = await self.plans.start(definition, plan.context, owner=owner)
        found: JsonObject = {"estimate": estimate.model_dump(mode="json"), "execution_id": execution_id}
        await self.plans.note(job_id, found, owner=owner)
        return plan.model_copy(update={"estimate": estimate, "execution_id": execution_id})
