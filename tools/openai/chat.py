"""One question to a chat model. LangChain's types come this far and no further."""

import asyncio
import ssl
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Literal

import httpx
from pydantic import SecretStr

from memory.errors import ZigralError
from memory.spending import Usage
from memory.words import utc_now
from tools.openai.faults import (
    AnswerRefused,
    ContextTooLong,
    CutOff,
    Disconnected,
    NoCompletion,
    NotAllowed,
    QuotaSpent,
    RateLimited,
    RequestRejected,
    ServerFailed,
    TimedOut,
    UnknownModel,
    WrongEndpoint,
    WrongKey,
)
from tools.openai.wire import BoundedClient

if TYPE_CHECKING:
    import openai
    from langchain_core.messages import BaseMessage
    from langchain_openai import ChatOpenAI

OPENAI = "https://api.openai.com/v1"
CONNECT = 10.0  # seconds
LONGEST_WAIT = 60.0  # seconds that an endpoint may ask us to wait; it is asked again after them

Mode = Literal["json_schema", "json_object", "text"]
Format = Mapping[str, object] | None

_SPENT = ("quota", "billing", "balance", "credit")  # in an error's code or type
_SPENT_SAID = ("exceeded your current quota", "insufficient balance", "insufficient credits", "billing")
_TOO_LONG = ("context_length", "string_above_max_length", "too_long")
_TOO_LONG_SAID = ("maximum context length", "context window", "prompt is too long", "too many tokens")


@dataclass(frozen=True)
class Access:
    """Which model is asked, where, with which key, and how much of it is waited for."""

    key: SecretStr
    model: str
    base_url: str = OPENAI
    seconds: float = 90.0  # for one answer, from the first byte sent to the last one read
    output_tokens: int = 6000


@dataclass(frozen=True)
class Reply:
    """What a model answered. `tool_calls`: how often it called a tool, though it was offered none."""

    text: str
    usage: Usage
    tool_calls: int = 0


@dataclass(frozen=True)
class Chat:
    """A chat model behind an OpenAI-compatible endpoint. It makes no retries of its own."""

    access: Access
    http: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        timeout = httpx.Timeout(self.access.seconds, connect=min(CONNECT, self.access.seconds))
        client = BoundedClient(timeout=timeout, verify=_certificates(), headers={"Accept-Encoding": "identity"})
        object.__setattr__(self, "http", client)

    async def load(self) -> None:
        """Make the client, which takes seconds on a busy machine, so that no answer's time is spent on it."""
        await asyncio.to_thread(lambda: self._model)

    async def complete(self, system: str, user: str, response_format: Format = None) -> Reply:
        """The answer as text; every fault is one of `faults`."""
        import openai  # noqa: PLC0415 - as below

        await self.load()
        asked = self._model.bind(response_format=response_format) if response_format else self._model
        try:
            async with asyncio.timeout(self.access.seconds):
                message = await asked.ainvoke([("system", system), ("user", user)])
        except TimeoutError:
            raise TimedOut(self.access.seconds) from None
        except openai.OpenAIError as error:
            raise _fault(error, self.access) from None  # the provider's own words may hold part of the key
        return _reply(message)

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()

    @cached_property
    def _model(self) -> "ChatOpenAI":
        from langchain_openai import ChatOpenAI  # noqa: PLC0415 - takes most of a second

        # It warns of what we answer by asking in another mode.
        warnings.filterwarnings("ignore", category=UserWarning, module="langchain_openai")
        return ChatOpenAI(
            model=self.access.model,
            api_key=self.access.key,
            base_url=self.access.base_url,
            timeout=self.access.seconds,
            max_retries=0,
            max_completion_tokens=self.access.output_tokens,
            use_responses_api=False,
            http_async_client=self.http,
            http_client=httpx.Client(verify=_certificates()),  # never used; its own would cost a start more
            cache=False,
        )


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: it takes longer than most of a call."""
    return httpx.create_ssl_context()


def _reply(message: "BaseMessage") -> Reply:
    usage = _usage(getattr(message, "usage_metadata", None))
    ended = message.response_metadata.get("finish_reason")
    if message.additional_kwargs.get("refusal") or ended == "content_filter":
        raise AnswerRefused(usage)
    if ended == "length":
        raise CutOff(usage)
    calls = len(getattr(message, "tool_calls", ())) + len(getattr(message, "invalid_tool_calls", ()))
    return Reply(str(message.text), usage, calls)


def _usage(counted: object) -> Usage:
    if not isinstance(counted, dict):
        return Usage()
    return Usage(int(counted["input_tokens"]), int(counted["output_tokens"]))


def _fault(error: "openai.OpenAIError", access: Access) -> ZigralError:
    """The provider's error as one of ours."""
    import openai  # noqa: PLC0415 - it is loaded by now

    if isinstance(error, openai.LengthFinishReasonError):
        return CutOff(_counted(error.completion))
    if isinstance(error, openai.ContentFilterFinishReasonError):
        return AnswerRefused(_counted(error.completion))
    if isinstance(error, openai.APITimeoutError):
        return TimedOut(access.seconds)
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, access)
    if isinstance(error, openai.APIConnectionError):
        return Disconnected()
    return NoCompletion()


def _of_status(error: "openai.APIStatusError", access: Access) -> ZigralError:
    """By the status first; by the provider's code where one status means two things."""
    status, wait = error.status_code, _retry_after(error.response.headers)
    code = f"{error.code or ''} {error.type or ''}".lower()
    said = error.message.lower()[:1000]
    if status == 402 or (status in {403, 429} and _mentions(code, said, _SPENT, _SPENT_SAID)):
        return QuotaSpent()
    if status == 429:
        return RateLimited(wait)
    if status >= 500 or status in {408, 409, 425}:
        return ServerFailed(status, wait)
    if status == 401:
        return WrongKey()
    if status == 403:
        return NotAllowed()
    if status == 404:
        return UnknownModel(access.model)
    if status == 413 or _mentions(code, said, _TOO_LONG, _TOO_LONG_SAID):
        return ContextTooLong()
    return RequestRejected(status) if status >= 400 else WrongEndpoint(status)


def _mentions(code: str, said: str, codes: tuple[str, ...], phrases: tuple[str, ...]) -> bool:
    return any(word in code for word in codes) or (not code.strip() and any(words in said for words in phrases))


def _counted(completion: object) -> Usage:
    usage = getattr(completion, "usage", None)
    return Usage(usage.prompt_tokens or 0, usage.completion_tokens or 0) if usage else Usage()


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that the endpoint asks us to wait, bounded; None where it does not say or says nonsense."""
    given = headers.get("retry-after", "").strip()
    try:
        seconds = float(given)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(given) - utc_now()).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(seconds, 0.0), LONGEST_WAIT) if seconds == seconds else None  # noqa: PLR0124 - nan


__all__ = ["OPENAI", "Access", "Chat", "Format", "Mode", "Reply"]
