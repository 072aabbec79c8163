"""Call an address of the public web."""

from dataclasses import dataclass

from memory.definitions import ApiCall
from memory.errors import Invalid
from memory.redaction import without_keys
from nodes.workflow.actions import Done, Ready
from nodes.workflow.frame import Frame
from tools.http_calls import HttpCall, HttpCalls
from tools.templates import render
from tools.templates.values import as_text


@dataclass(frozen=True)
class CallAddress:
    """Headers and the address may hold keys, so the record shows no header, and the address without them."""

    step: ApiCall
    calls: HttpCalls

    def prepare(self, frame: Frame) -> Ready:
        scope = frame.scope
        url = render(self.step.url, scope)
        if not isinstance(url, str):
            raise Invalid("An address is a text.", where="url")
        headers = {name: as_text(render(value, scope)) for name, value in self.step.headers.items()}
        content = render(self.step.json_, scope)
        call = HttpCall(url, self.step.method, headers, content)
        return Ready({"method": call.method, "url": without_keys(url), "json": content}, lambda _: self._call(call))

    async def _call(self, call: HttpCall) -> Done:
        return Done((await self.calls.call(call)).output)
