"""Whether a model answers, and how its endpoint is told the shape of an answer: for `zigral doctor`."""

from dataclasses import dataclass

from memory.errors import ZigralError
from memory.spending import Spending
from tools.openai.budget import Budget
from tools.openai.chat import Access, Chat, Mode
from tools.openai.faults import ModelDown
from tools.openai.model import Model
from tools.openai.patience import Patience
from tools.openai.prompt import Prompt
from tools.openai.shapes import Shape, Words

PATIENCE = 1.0  # seconds after which nothing is tried again: a person waits for the report

SAID: dict[Mode, str] = {
    "json_schema": "It holds its answers to a JSON schema.",
    "json_object": "It has no JSON-schema mode: it is asked for JSON, and each answer is checked.",
    "text": "It has no JSON mode: it is asked in plain words, and each answer is checked.",
}


@dataclass(frozen=True)
class ModelReport:
    """What a model's endpoint said. `message` has no secret in it."""

    reachable: bool
    mode: Mode | None
    message: str


class Greeting(Shape):
    """A short answer."""

    word: Words


async def probe(access: Access) -> ModelReport:
    """Ask the model one tiny question; a few tokens are paid for it."""
    chat = Chat(access)
    model = Model(chat, Budget(Spending()), Patience(PATIENCE))
    try:
        await model.ask(Prompt("probe", {}), Greeting, lead_id="")
    except ModelDown as down:
        return ModelReport(reachable=False, mode=None, message=str(down.last))
    except ZigralError as error:
        return ModelReport(reachable=False, mode=None, message=str(error))
    finally:
        await chat.close()
    return ModelReport(
        reachable=True, mode=model.mode, message=f"{access.model} answers. {SAID[model.mode or 'text']}"
    )
