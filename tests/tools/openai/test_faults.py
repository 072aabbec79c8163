"""Each way in which a model can fail is an outcome of its own, with a sentence that says what to do."""

from typing import Any

import pytest

from memory.errors import ZigralError
from tools.openai import faults
from tools.openai.prompt import Prompt
from tools.openai.shapes import Shape, Words


class Ready(Shape):
    """A short answer."""

    word: Words


PROMPT = Prompt("probe", {})
GOOD = '{"word": "ready"}'


async def ask(kit: Any, **more: Any) -> Ready:
    model = kit.model(**more)
    try:
        return await model.ask(PROMPT, Ready, lead_id="l1")
    finally:
        await model.chat.close()


def answers(kit: Any) -> dict[str, tuple[object, type[ZigralError], str]]:
    call = [{"id": "1", "type": "function", "function": {"name": "send_email", "arguments": "{}"}}]
    said = kit.completion
    page = kit.Answer(b"<!doctype html><h1>Bad gateway</h1>", 502, "text/html")
    return {
        "refusal": (said(None, refusal="I cannot help with that."), faults.AnswerRefused, "refused"),
        "content filter": (said("", finish="content_filter"), faults.AnswerRefused, "refused"),
        "cut off": (said('{"word": "rea', finish="length"), faults.CutOff, "ZIGRAL_MODEL_OUTPUT_TOKENS"),
        "invalid JSON": (said('{"word": "ready"'), faults.InvalidJson, "not valid JSON"),
        "a key twice": (said('{"word": "ready", "word": "set"}'), faults.InvalidJson, "twice"),
        "not a number": (said('{"word": NaN}'), faults.InvalidJson, "not valid JSON"),
        "deep": (said("[" * 100_000), faults.InvalidJson, "not valid JSON"),
        "another shape": (said('{"words": []}'), faults.SchemaViolation, "shape"),
        "another type": (said('{"word": 7}'), faults.SchemaViolation, "word"),
        "more than asked": (said('{"word": "ready", "tool": "send"}'), faults.SchemaViolation, "shape"),
        "a list": (said("[1, 2]"), faults.SchemaViolation, "shape"),
        "prose alone": (said("I am ready."), faults.InvalidJson, "not valid JSON"),
        "null content": (said(None), faults.EmptyAnswer, "empty"),
        "blank content": (said(" \n"), faults.EmptyAnswer, "empty"),
        "empty choices": (kit.Answer({"choices": []}), faults.EmptyAnswer, "empty"),
        "null choices": (kit.Answer({"choices": None}), faults.EmptyAnswer, "empty"),
        "no choices": (kit.Answer({"object": "list"}), faults.NoCompletion, "no chat completion"),
        "no JSON at all": (kit.Answer(b"OK", 200, "text/plain"), faults.NoCompletion, "no chat completion"),
        "nothing": (kit.Answer(b"", 200), faults.NoCompletion, "no chat completion"),
        "content of a wrong type": (said(17), faults.NoCompletion, "no chat completion"),
        "a tool call": (said(None, tool_calls=call), faults.ToolCalled, "none was run"),
        "a function call": (said(None, function_call={"name": "x"}), faults.ToolCalled, "none was run"),
        "a web page": (kit.Answer(b"<html>hello</html>", 200, "text/html"), faults.WebPage, "OPENAI_BASE_URL"),
        "a web page as JSON": (kit.Answer(b"<html>hello</html>"), faults.WebPage, "OPENAI_BASE_URL"),
        "a web page, not found": (kit.Answer(b"<html>no</html>", 404), faults.WrongEndpoint, "OPENAI_BASE_URL"),
        "a redirect": (
            kit.Answer(b"", 301, headers={"Location": "http://127.0.0.1:1/"}),
            faults.WrongEndpoint,
            "OPENAI_BASE_URL",
        ),
        "huge": (said("x" * 4_500_000), faults.TooLarge, "larger than 4 MB"),
        "packed to look small": (
            kit.Answer(kit.pack, headers={"Content-Encoding": "gzip"}),
            faults.TooLarge,
            "larger than 4 MB",
        ),
        "rate": (kit.error(429, code="rate_limit_exceeded"), faults.ModelDown, "too often"),
        "quota": (kit.error(429, code="insufficient_quota"), faults.QuotaSpent, "quota"),
        "quota, by words": (kit.error(429, "You exceeded your current quota."), faults.QuotaSpent, "quota"),
        "payment": (kit.error(402), faults.QuotaSpent, "quota"),
        "server": (kit.error(500), faults.ModelDown, "server failed (500)"),
        "overloaded": (kit.error(503), faults.ModelDown, "server failed (503)"),
        "gateway's page": (page, faults.ModelDown, "502 with a web page"),
        "an error as a success": (
            kit.Answer({"error": {"code": 429, "message": "slow down"}}),
            faults.ModelDown,
            "too often",
        ),
        "wrong key": (kit.error(401, code="invalid_api_key"), faults.WrongKey, "OPENAI_API_KEY"),
        "not allowed": (kit.error(403), faults.NotAllowed, "403"),
        "unknown model": (kit.error(404, code="model_not_found"), faults.UnknownModel, "ZIGRAL_MODEL"),
        "too long": (kit.error(400, code="context_length_exceeded"), faults.ContextTooLong, "PAGE_TOKENS"),
        "too large": (kit.error(413), faults.ContextTooLong, "PAGE_TOKENS"),
        "rejected": (kit.error(400, "unsupported parameter"), faults.RequestRejected, "rejects the request (400)"),
        "disconnected": (kit.Answer(drop=True), faults.ModelDown, "broke off"),
        "no answer": (kit.Answer(seconds=2), faults.ModelDown, "within 0.2 seconds"),
        "an answer in drops": (kit.Answer(trickle=True), faults.ModelDown, "within 0.2 seconds"),
    }


NAMES = list(
    answers(type("Names", (), {n: lambda *a, **k: None for n in ("completion", "error", "Answer", "pack")}))
)


@pytest.mark.parametrize("name", NAMES)
async def test_each_failure_is_an_outcome_of_its_own_and_says_what_to_do(kit: Any, name: str) -> None:
    answer, fault, says = answers(kit)[name]
    kit.fake.script(answer)
    slow = "answer" in name and "within" in says
    with pytest.raises(fault) as caught:
        await ask(kit, seconds=0.2 if slow else 20.0)
    told = str(caught.value)
    assert says in told
    assert kit.KEY not in told
    assert caught.value.__cause__ is None  # what the provider said may hold part of the key
    assert "\n" not in told


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"```\n{GOOD}\n```",
        f"Here you are: {GOOD} Have a nice day!",
        f"\ufeff{GOOD}",
        [{"type": "text", "text": GOOD}],
    ],
)
async def test_an_answer_counts_whatever_stands_around_it(kit: Any, content: object) -> None:
    kit.fake.script(kit.completion(content))
    assert (await ask(kit)).word == "ready"


@pytest.mark.parametrize("content_type", ["text/plain", "application/octet-stream", "", "text/html"])
async def test_an_answer_counts_whatever_its_content_type_says(kit: Any, content_type: str) -> None:
    answer = kit.completion(GOOD)
    answer.content_type = content_type
    kit.fake.script(answer)
    assert (await ask(kit)).word == "ready"


@pytest.mark.parametrize("name", ["invalid JSON", "null content", "empty choices", "a tool call", "a web page"])
async def test_a_bad_answer_is_asked_for_once_more_with_what_was_wrong(kit: Any, name: str) -> None:
    kit.fake.script(answers(kit)[name][0], kit.completion(GOOD))
    assert (await ask(kit)).word == "ready"
    first, second = kit.fake.requests
    assert "could not be used" not in kit.user(first)
    assert "could not be used" in kit.user(second)


async def test_the_same_bad_answer_for_ever_is_asked_for_twice_and_no_more(kit: Any) -> None:
    kit.fake.script(kit.completion("no"))
    with pytest.raises(faults.InvalidJson):
        await ask(kit)
    assert len(kit.fake.requests) == 2


@pytest.mark.parametrize(
    "name", ["quota", "wrong key", "not allowed", "unknown model", "refusal", "cut off", "too long"]
)
async def test_what_asking_again_would_not_change_is_asked_once(kit: Any, name: str) -> None:
    kit.fake.script(answers(kit)[name][0])
    with pytest.raises(ZigralError):
        await ask(kit)
    assert len(kit.fake.requests) == 1


async def test_a_tool_that_is_called_beside_an_answer_is_counted_and_left(kit: Any) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "send_email", "arguments": '{"to": "x"}'}}
    kit.fake.script(kit.completion(GOOD, tool_calls=[call, call], finish="tool_calls"))
    model = kit.model()
    assert (await model.ask(PROMPT, Ready, lead_id="l1")).word == "ready"
    assert model.counted["tool calls"] == 2
    assert "tools" not in kit.fake.requests[0]
    await model.chat.close()


async def test_signs_that_no_text_should_hold_are_left_out_of_answers(kit: Any) -> None:
    kit.fake.script(kit.completion('{"word": "re\\ud800ad\\u0000y\\u001b"}'))
    assert (await ask(kit)).word == "ready"
