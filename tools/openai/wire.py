"""What comes over the wire from a model's endpoint: bounded, and a chat completion or a fault."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from memory.spending import Usage
from tools.openai.faults import EmptyAnswer, NoCompletion, ServerFailed, TooLarge, WebPage, WrongEndpoint

LARGEST = 4 * 1024 * 1024  # bytes of an answer, unpacked: a model's longest has a hundredth of it
JSON = {"content-type": "application/json"}
CALL = {"type": "function", "function": {"name": "not_offered", "arguments": "{}"}}  # what it called is not read


class BoundedClient(httpx.AsyncClient):
    """An HTTP client that reads no more of an answer than a chat completion can have.

    What it hands on is JSON, whatever its content type said; a web page, or a completion without an answer in
    it, is a fault. Redirects are not followed: they would lead the key elsewhere.
    """

    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:  # noqa: ARG002
        options["follow_redirects"] = False
        response = await super().send(request, stream=True, **options)
        try:
            body = await _read(response)
        finally:
            await response.aclose()
        _refuse_page(response.status_code, body)
        status = response.status_code
        if response.is_success:
            status, body = _completion(body, status)
        headers = JSON | {name: response.headers[name] for name in KEPT if name in response.headers}
        return httpx.Response(status, headers=headers, content=body, request=request)


KEPT = ("retry-after", "retry-after-ms", "x-request-id")


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LARGEST:
            raise TooLarge(LARGEST >> 20)
    return bytes(body)


def _refuse_page(status: int, body: bytes) -> None:
    if body.lstrip()[:1] != b"<":
        return
    if status >= 500 or status == 429:
        raise ServerFailed(status, page=True)
    raise WebPage if 200 <= status < 300 else WrongEndpoint(status)


def _completion(body: bytes, status: int) -> tuple[int, bytes]:
    """The body, where it is a chat completion with an answer that can be read; an error's with its own status."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NoCompletion from None
    if not isinstance(found, dict):
        raise NoCompletion
    if error := found.get("error"):  # some gateways report an error as a success
        return _status_of(error), body
    found["usage"] = _usage(found.get("usage"))
    usage = Usage(found["usage"]["prompt_tokens"], found["usage"]["completion_tokens"])
    choices = found.get("choices")
    if not isinstance(choices, list) or not choices:
        raise EmptyAnswer(usage) if "choices" in found else NoCompletion(usage)
    first = choices[0]
    if not isinstance(first, dict) or not isinstance(first.get("message"), dict):
        raise NoCompletion(usage)
    found["choices"] = [first | {"message": _message(first["message"], usage)}]
    return status, json.dumps(found).encode()


def _status_of(error: object) -> int:
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 500


def _message(message: Mapping[str, object], usage: Usage) -> dict[str, object]:
    """The parts of a message that we read, as they must be."""
    content, calls = message.get("content"), message.get("tool_calls")
    if isinstance(content, list):  # some endpoints answer in parts
        content = "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    if not isinstance(content, str | None):
        raise NoCompletion(usage)
    called = (len(calls) if isinstance(calls, list) else 0) + bool(message.get("function_call"))
    refusal = message.get("refusal")
    return {
        "role": "assistant",
        "content": content,
        "refusal": refusal if isinstance(refusal, str) else None,
        "tool_calls": [CALL | {"id": str(n)} for n in range(called)],
    }


def _usage(given: object) -> dict[str, int]:
    """The tokens that were counted; 0 where the endpoint counts none."""
    counts = given if isinstance(given, dict) else {}
    names = ("prompt_tokens", "completion_tokens")
    found = {name: counts.get(name) for name in names}
    clean = {name: n if isinstance(n, int) and n >= 0 else 0 for name, n in found.items()}
    return clean | {"total_tokens": sum(clean.values())}
