"""Which engine a process uses, and opening it: the rules, or a language model."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

import stamina.instrumentation

from memory.answers import Answers, NoAnswers
from memory.errors import Invalid
from memory.spending import Spending
from server.settings import Settings
from tools.embedding import MiniLM
from tools.engine import Engine
from tools.offline.asking import OfflineSql
from tools.offline.critique import OfflineCritique
from tools.offline.facts import OfflineFacts
from tools.offline.judge import OfflineJudge
from tools.offline.plan import OfflinePlanner
from tools.offline.plan_likeness import Likeness
from tools.offline.write import OfflineWriter
from tools.openai.budget import Budget, Limits, Price
from tools.openai.chat import Access, Chat
from tools.openai.engine import model_engine
from tools.openai.model import Model
from tools.openai.patience import Patience
from tools.openai.plan import ModelPlanner
from tools.planning import PlanBrief, Planner
from tools.workers import Workers

Kind = Literal["offline", "openai"]


def choose(name: str, settings: Settings) -> Kind:
    """The engine of this name; `auto` is the model where there is a key, else the rules.

    `Invalid` where there is none of this name, or it lacks something that it needs.
    """
    kind = ("openai" if settings.openai_api_key else "offline") if name == "auto" else name
    if kind == "offline":
        return "offline"
    if kind != "openai":
        raise Invalid(f"There is no engine {name!r}. Use offline, openai or auto.")
    if settings.openai_api_key is None:
        raise Invalid("The OpenAI engine needs a key. Set OPENAI_API_KEY, or use --engine offline.")
    if settings.model_price is None and not (settings.lead_usd is None and settings.run_usd is None):
        raise Invalid("A budget in dollars needs a price. Set ZIGRAL_MODEL_PRICE, or give the budget in tokens.")
    return "openai"


def _well_read() -> Planner:
    """The planner of rules, which has read its word lists: Studio lets nothing block its loop."""
    planner = OfflinePlanner()
    asyncio.run(planner.plan(PlanBrief(command="Find leads", actions=())))
    return planner


def with_engine(name: str, settings: Settings) -> Settings:
    """The settings under which `auto` is the engine of this name; `Invalid` as for `choose`."""
    return settings.model_copy(update={"openai_api_key": None}) if choose(name, settings) == "offline" else settings


def name_of(kind: Kind, settings: Settings) -> str:
    """The name that results carry."""
    return settings.model if kind == "openai" else "offline"


def access(settings: Settings) -> Access | None:
    """How the language model is reached that the settings name; None where they hold no key."""
    if settings.openai_api_key is None:
        return None
    return Access(
        key=settings.openai_api_key,
        model=settings.model,
        base_url=settings.openai_base_url,
        seconds=settings.model_seconds,
        output_tokens=settings.model_output_tokens,
    )


@asynccontextmanager
async def open_engine(
    kind: Kind, settings: Settings, *, workers: Workers, spending: Spending, answers: Answers
) -> AsyncIterator[Engine]:
    """The engine, and its connections closed at the end. What it costs is added to `spending`."""
    reached = access(settings)
    if kind == "offline" or reached is None:
        yield offline_engine(workers)
        return
    chat = Chat(reached)
    try:
        yield _on_a_model(chat, settings, workers, spending, answers)
    finally:
        await chat.close()


@asynccontextmanager
async def open_planner(kind: Kind, settings: Settings) -> AsyncIterator[Planner]:
    """The planner of the engine alone, which keeps no answers. Its connections are closed at the end."""
    reached = access(settings)
    if kind == "offline" or reached is None:
        yield offline_planner()
        return
    chat = Chat(reached)
    try:
        yield ModelPlanner(_model(chat, settings, Spending(), NoAnswers()))
    finally:
        await chat.close()


def lasting_planner(settings: Settings) -> Planner:
    """The planner that `auto` chooses, for as long as the process lives: Studio's. Not to be called on a loop."""
    reached = access(settings)
    if choose("auto", settings) == "offline" or reached is None:
        return _well_read()
    return ModelPlanner(_model(Chat(reached), settings, Spending(), NoAnswers()))


def lasting_engine(settings: Settings, workers: Workers) -> Engine:
    """The engine that `auto` chooses, for as long as the process lives: Studio's. It keeps no answers."""
    reached = access(settings)
    if choose("auto", settings) == "offline" or reached is None:
        return offline_engine(workers)
    return _on_a_model(Chat(reached), settings, workers, Spending(), NoAnswers())


def offline_planner() -> Planner:
    """The planner of rules, with the sentence model for what they do not know; it is loaded where it is needed."""
    return OfflinePlanner(Likeness(MiniLM()))


def offline_engine(workers: Workers) -> Engine:
    """The engine of rules: no model, no network, the same answer every time."""
    return Engine(
        name="offline",
        find_facts=OfflineFacts(workers),
        judge=OfflineJudge(workers),
        writer=OfflineWriter(),
        critic=OfflineCritique(),
        planner=offline_planner(),
        asking=OfflineSql(),
    )


def _on_a_model(chat: Chat, settings: Settings, workers: Workers, spending: Spending, answers: Answers) -> Engine:
    return model_engine(_model(chat, settings, spending, answers), workers, settings.model_page_tokens)


def _model(chat: Chat, settings: Settings, spending: Spending, answers: Answers) -> Model:
    stamina.instrumentation.set_on_retry_hooks([])  # it would print a line for each retry
    price = Price(*settings.model_price) if settings.model_price else None
    limits = Limits(settings.lead_tokens, settings.run_tokens, settings.lead_usd, settings.run_usd)
    return Model(
        chat=chat,
        budget=Budget(spending, limits, price),
        patience=Patience(settings.model_patience),
        answers=answers if settings.model_cache_days else NoAnswers(),
    )
