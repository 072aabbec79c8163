"""What can go wrong between us and a language model, each with a sentence that says what to do.

EngineUnavailable
└── Outage            it may answer if it is asked again: RateLimited, ServerFailed, TimedOut, Disconnected
EngineStopped
├── ModelDown         it answered nobody for as long as we have patience
├── QuotaSpent, WrongKey, NotAllowed, UnknownModel, WrongEndpoint
└── RunBudgetSpent
Malformed
├── BadAnswer         asked once more: EmptyAnswer, NoCompletion, WebPage, TooLarge, InvalidJson,
│                     SchemaViolation, ToolCalled
└── CutOff, ContextTooLong, RequestRejected
Refused
└── AnswerRefused, LeadBudgetSpent

No sentence has a key, an address or a word of the answer in it.
"""

from memory.errors import Malformed, Refused, Unavailable
from memory.spending import Usage
from tools.engine import EngineStopped, EngineUnavailable

NOTHING = Usage()


class Outage(EngineUnavailable):
    """The endpoint did not answer now. `retry_after`: the seconds that it asked us to wait."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RateLimited(Outage):
    def __init__(self, retry_after: float | None = None) -> None:
        super().__init__(
            "The model is asked too often (429, rate limit). Run again later, or with a lower --concurrency.",
            retry_after=retry_after,
        )


class ServerFailed(Outage):
    def __init__(self, status: int, retry_after: float | None = None, *, page: bool = False) -> None:
        page_words = " with a web page" if page else ""
        super().__init__(
            f"The model's server failed ({status}{page_words}). It is the provider's fault: run again later.",
            retry_after=retry_after,
        )
        self.status = status


class TimedOut(Outage):
    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The model did not answer within {seconds:g} seconds. "
            "Run again later, or give it more time with ZIGRAL_MODEL_SECONDS."
        )


class Disconnected(Outage):
    def __init__(self) -> None:
        super().__init__(
            "The connection to the model was refused or broke off. "
            "See that OPENAI_BASE_URL is right and the network is up."
        )


class ModelDown(EngineStopped, Unavailable):
    def __init__(self, seconds: float, last: Outage) -> None:
        super().__init__(f"The model has answered nobody for {seconds:.0f} seconds, so the run stops here. {last}")
        self.last = last


class QuotaSpent(EngineStopped):
    def __init__(self) -> None:
        super().__init__(
            "The account's quota at the model's provider is spent (429, quota), so the run stops here. "
            "Add credit there, and run the same command again."
        )


class WrongKey(EngineStopped):
    def __init__(self) -> None:
        super().__init__("The model's endpoint does not accept the key (401). Correct OPENAI_API_KEY.")


class NotAllowed(EngineStopped):
    def __init__(self) -> None:
        super().__init__(
            "The key may not use this model or endpoint (403). Use another key, or another ZIGRAL_MODEL."
        )


class UnknownModel(EngineStopped):
    def __init__(self, model: str) -> None:
        super().__init__(
            f"The endpoint knows no model {model!r} (404). Correct ZIGRAL_MODEL, or OPENAI_BASE_URL "
            "(it often ends in /v1)."
        )


class WrongEndpoint(EngineStopped):
    def __init__(self, status: int) -> None:
        super().__init__(
            f"A web page answered where the model should be ({status}). Correct OPENAI_BASE_URL "
            "(it often ends in /v1)."
        )


class RunBudgetSpent(EngineStopped):
    def __init__(self, budget: str, setting: str) -> None:
        super().__init__(
            f"The run's budget of {budget} is spent, so no further lead is started. "
            f"Raise {setting} and run the same command again to continue."
        )


class BadAnswer(Malformed):
    """An answer that cannot be used; `usage` is what it cost."""

    def __init__(self, message: str, usage: Usage = NOTHING) -> None:
        super().__init__(f"{message} Try again, or use another ZIGRAL_MODEL.")
        self.usage = usage


class EmptyAnswer(BadAnswer):
    def __init__(self, usage: Usage = NOTHING) -> None:
        super().__init__("The model gave an empty answer.", usage)


class NoCompletion(BadAnswer):
    def __init__(self, usage: Usage = NOTHING) -> None:
        super().__init__("The endpoint answered with something that is no chat completion.", usage)


class WebPage(BadAnswer):
    def __init__(self) -> None:
        super().__init__(
            "A web page answered in place of the model. See that OPENAI_BASE_URL is right (it often ends in /v1)."
        )


class TooLarge(BadAnswer):
    def __init__(self, megabytes: int) -> None:
        super().__init__(f"The endpoint's answer is larger than {megabytes} MB and was not read on.")


class InvalidJson(BadAnswer):
    def __init__(self, why: str, usage: Usage = NOTHING) -> None:
        super().__init__(f"The model's answer is not valid JSON ({why}).", usage)


class SchemaViolation(BadAnswer):
    def __init__(self, place: str, usage: Usage = NOTHING) -> None:
        super().__init__(f"The model's answer does not have the shape that was asked for (at {place}).", usage)


class ToolCalled(BadAnswer):
    def __init__(self, usage: Usage = NOTHING) -> None:
        super().__init__("The model called a tool instead of answering; none was offered, and none was run.", usage)


class CutOff(Malformed):
    def __init__(self, usage: Usage = NOTHING) -> None:
        super().__init__("The model's answer was cut off at its limit. Raise ZIGRAL_MODEL_OUTPUT_TOKENS.")
        self.usage = usage


class ContextTooLong(Malformed):
    def __init__(self) -> None:
        super().__init__("The pages are too long for this model. Lower ZIGRAL_MODEL_PAGE_TOKENS.")


class RequestRejected(Malformed):
    def __init__(self, status: int) -> None:
        super().__init__(
            f"The model's endpoint rejects the request ({status}). See that ZIGRAL_MODEL is a chat model "
            "and that OPENAI_BASE_URL speaks OpenAI's chat completions."
        )


class AnswerRefused(Refused):
    def __init__(self, usage: Usage = NOTHING) -> None:
        super().__init__("The model refused to answer. Look at what it was given, or use another ZIGRAL_MODEL.")
        self.usage = usage


class LeadBudgetSpent(Refused):
    def __init__(self, budget: str, setting: str) -> None:
        super().__init__(
            f"This lead's budget of {budget} is spent; what was made until then is kept. "
            f"Raise {setting} and run the same command again to continue."
        )


FAULTS = (
    EngineUnavailable,
    EngineStopped,
    BadAnswer,
    CutOff,
    ContextTooLong,
    RequestRejected,
    AnswerRefused,
    LeadBudgetSpent,
)
