"""Which engine a process uses, and opening it: the rules, or a language model."""

from server.settings import Settings
from tools.openai.chat import Access


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
