"""Who finds, judges and writes: a language model, or the rules."""

import stamina.instrumentation

from server.doctor.check import Finding
from server.engines import access, choose
from server.settings import Settings
from tools.openai.probe import probe


async def model(settings: Settings) -> Finding:
    """Ask the model one tiny question, which costs a few tokens."""
    reached = access(settings)
    if reached is None:
        return Finding("off", "OPENAI_API_KEY is not set; the offline engine works.")
    choose("auto", settings)  # says what is missing for it
    stamina.instrumentation.set_on_retry_hooks([])  # it would print a line on stdout for each retry
    report = await probe(reached)
    if not report.reachable:
        return Finding("failed", f"{settings.model} at {settings.openai_base_url}: {report.message}", _advice())
    found = f"{report.message} ({settings.openai_base_url})"
    if report.mode != "json_schema":
        return Finding(
            "warning", found, "It works, and more answers will be thrown away. A model with JSON schemas is better."
        )
    if settings.model_price is None:
        return Finding("ok", f"{found} Money is not counted.", "Set ZIGRAL_MODEL_PRICE to count it.")
    return Finding("ok", found)


def _advice() -> str:
    return "Correct OPENAI_API_KEY, OPENAI_BASE_URL or ZIGRAL_MODEL; or use --engine offline."
