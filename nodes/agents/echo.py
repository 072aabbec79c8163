"""The agent that gives back what it was given: for trying out workflows, and for tests."""

from nodes.agents.agent import Agent, Capability, Made, Task


class Echo(Agent):
    """Gives back its parameters."""

    agent_id = "echo"
    name = "Echo"
    capabilities = (Capability("echo", "Gives back the parameters that it was given."),)

    async def execute(self, task: Task) -> Made:
        """The parameters."""
        return task.parameters
