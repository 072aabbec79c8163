"""Ask a person, and hand on what they answer."""

from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from memory.definitions import Approval
from memory.json_values import JsonObject
from nodes.workflow.actions import Ask, Done, Ready
from nodes.workflow.frame import Frame
from nodes.workflow.recording import Story
from tools.templates import render
from tools.templates.values import as_text


@dataclass(frozen=True)
class AskPerson:
    """The node runs again from its first line when the answer comes, so it does nothing but ask."""

    step: Approval
    ask: Ask

    def prepare(self, frame: Frame) -> Ready:
        question = as_text(render(self.step.question, frame.scope))
        asked: JsonObject = {"question": question, "show": render(self.step.show, frame.scope)}

        async def answered(story: Story) -> Done:
            await story.note(status="waiting")
            return Done(cast(JsonValue, self.ask(self._request(asked, frame))))

        return Ready(asked, answered)

    def _request(self, asked: JsonObject, frame: Frame) -> JsonObject:
        """A HumanInterrupt, as agent-inbox and Studio show it."""
        shown = as_text(asked["show"])
        return {
            "action_request": {"action": self.step.name or self.step.step_id, "args": asked},
            "config": {"allow_accept": True, "allow_edit": True, "allow_ignore": True, "allow_respond": True},
            "step_id": frame.name(self.step.step_id),
            "description": f"{asked['question']}\n\n{shown}" if shown else asked["question"],
        }
