"""An agent that writes down what it does, so that one sees what is done twice, and by which process."""

import asyncio
import json
import os
import time
from pathlib import Path

from nodes.agents.agent import Agent, Made, Task


class Marking(Agent):
    """Writes a line when it begins and when it has ended; between them it sleeps."""

    agent_id = "marking"
    name = "Marking"
    capabilities = ("mark",)

    async def execute(self, task: Task) -> Made:
        """Sleep for `delay` seconds."""
        self._write(task, "begun")
        await asyncio.sleep(float(str(task.parameters.get("delay", 0.05))))
        self._write(task, "ended")
        return {"did": task.parameters["name"]}

    def _write(self, task: Task, what: str) -> None:
        line = {"run": task.run_id, "name": task.parameters["name"], what: time.time(), "pid": os.getpid()}
        with Path(os.environ["MARKS"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
