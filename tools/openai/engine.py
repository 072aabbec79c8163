"""The ports on one model."""

from tools.engine import Engine
from tools.openai.budget import CHARACTERS
from tools.openai.critique import ModelCritique
from tools.openai.facts import ModelFacts
from tools.openai.judge import ModelJudge
from tools.openai.model import Model
from tools.openai.plan import ModelPlanner
from tools.openai.sql import ModelSql
from tools.openai.write import ModelWriter
from tools.workers import Workers


def model_engine(model: Model, workers: Workers, page_tokens: int) -> Engine:
    """An engine that asks `model`, showing it up to `page_tokens` of a lead's pages in one question."""
    return Engine(
        name=model.name,
        find_facts=ModelFacts(model, workers, page_tokens * CHARACTERS),
        judge=ModelJudge(model, workers, page_tokens * CHARACTERS),
        writer=ModelWriter(model),
        critic=ModelCritique(model),
        planner=ModelPlanner(model),
        asking=ModelSql(model),
        counted=model.counted,
    )
