"""Asking a model one thing and getting an answer of the shape that was asked for, or a fault."""

import dataclasses
from collections import Counter
from dataclasses import dataclass, field
from typing import TypeVar

from memory.answers import Answers, NoAnswers
from memory.logs import get_logger
from memory.spending import Usage
from tools.openai.budget import CHARACTERS, Budget
from tools.openai.chat import Chat, Mode, Reply
from tools.openai.faults import AnswerRefused, BadAnswer, CutOff, RequestRejected, ToolCalled
from tools.openai.patience import Patience
from tools.openai.prompt import Prompt
from tools.openai.shapes import Shape, format_of, read, spelled_out

log = get_logger(__name__)
S = TypeVar("S", bound=Shape)

MODES: tuple[Mode, ...] = ("json_schema", "json_object", "text")
TRIES = 2  # answers to one question that may be bad
PAGES = "pages"  # whom an answer is about that depends on public pages alone


@dataclass
class Model:
    """A model with all that stands around it: kept answers, budgets, patience. One for a whole process.

    `mode` is how the endpoint is told the shape of an answer; it is found out from the first answers.
    `counted` says how often what happened.
    """

    chat: Chat
    budget: Budget
    patience: Patience = field(default_factory=Patience)
    answers: Answers = field(default_factory=NoAnswers)
    mode: Mode | None = None
    counted: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        return self.chat.access.model

    async def ask(self, prompt: Prompt, shape: type[S], *, lead_id: str, about: str | None = PAGES) -> S:
        """The answer. A kept one is checked as a new one is; a bad one is asked for once more, and never kept.

        `lead_id` pays for it. `about`: whose data stands in the prompt, a lead's id where it is a person's; None
        where that cannot be told, and then the answer is not kept.
        """
        key = prompt.key(self.chat.access.base_url, self.name, spelled_out(shape))
        if (kept := await self._kept(about, key, shape)) is not None:
            return kept
        last: BadAnswer | None = None
        for _ in range(TRIES):
            try:
                text = await self._text(prompt if last is None else _again(prompt, last, shape), shape, lead_id)
                answer = read(text, shape)
            except BadAnswer as fault:
                self.counted["bad answers"] += 1
                log.info("The model's answer could not be used.", fault=type(fault).__name__, asked=prompt.name)
                last = fault
            else:
                if about is not None:
                    await self.answers.put(about, key, text)
                return answer
        raise last or AssertionError("there is at least one try")

    async def _kept(self, about: str | None, key: str, shape: type[S]) -> S | None:
        text = await self.answers.get(about, key) if about is not None else None
        try:
            answer = read(text, shape) if text is not None else None
        except BadAnswer:
            return None
        self.counted["kept answers"] += answer is not None
        return answer

    async def _text(self, prompt: Prompt, shape: type[Shape], lead_id: str) -> str:
        """One answer's text, paid for whatever it is worth."""
        try:
            reply = await self._in_a_mode(prompt, shape, lead_id)
        except (BadAnswer, CutOff, AnswerRefused) as fault:
            await self.budget.add(lead_id, fault.usage)
            raise
        self.counted["tool calls"] += reply.tool_calls
        if reply.tool_calls and not reply.text.strip():
            raise ToolCalled
        return reply.text

    async def _in_a_mode(self, prompt: Prompt, shape: type[Shape], lead_id: str) -> Reply:
        """In the strictest mode that the endpoint knows. What rejects all modes was not about the mode."""
        first: RequestRejected | None = None
        for mode in (self.mode,) if self.mode else MODES:
            try:
                reply = await self._reply(prompt, shape, mode, lead_id)
            except RequestRejected as rejection:
                first = first or rejection
            else:
                self.mode = mode
                return reply
        raise first or AssertionError("there is at least one mode")

    async def _reply(self, prompt: Prompt, shape: type[Shape], mode: Mode, lead_id: str) -> Reply:
        system, user = prompt.messages()
        if mode != "json_schema":
            system = f"{system}\n\n{spelled_out(shape)}"
        asked = system + user

        async def once() -> Reply:
            self.budget.check(lead_id, asked)
            self.counted["calls"] += 1
            return await self.chat.complete(system, user, format_of(shape, mode))

        await self.chat.load()
        reply = await self.patience.call(once)
        usage = reply.usage if reply.usage.tokens else _estimated(asked, reply.text)
        await self.budget.add(lead_id, usage)
        return reply


def _again(prompt: Prompt, fault: BadAnswer, shape: type[Shape]) -> Prompt:
    said = str(fault).partition(". ")[0]
    return dataclasses.replace(prompt, note=f"Your last answer could not be used: {said}.\n{spelled_out(shape)}")


def _estimated(asked: str, answered: str) -> Usage:
    """What an endpoint that counts nothing is taken to have used."""
    return Usage(len(asked) // CHARACTERS, len(answered) // CHARACTERS)
