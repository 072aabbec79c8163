"""The tools that there are, by name and by what they can do: for agents to use, and for people to know of."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from memory.errors import Conflict, NotFound
from memory.json_values import JsonObject
from memory.mistakes import read_parameters
from memory.near_names import instead

Given = TypeVar("Given", bound=BaseModel)


@dataclass(frozen=True)
class Tool:
    """One thing that can be asked of the outside world or of our own checks; `input` is what it takes."""

    name: str
    capability: str
    description: str
    input: type[BaseModel]
    _work: Callable[[JsonObject], Awaitable[JsonObject]] = field(repr=False, compare=False)

    @classmethod
    def of(
        cls,
        name: str,
        capability: str,
        description: str,
        given: type[Given],
        work: Callable[[Given], Awaitable[BaseModel]],
    ) -> "Tool":
        """A tool that does `work` with what was given."""

        async def use(parameters: JsonObject) -> JsonObject:
            made: JsonObject = (await work(read_parameters(parameters, given, of=name))).model_dump(mode="json")
            return made

        return cls(name, capability, description, given, use)

    async def use(self, parameters: JsonObject) -> JsonObject:
        """What came of it, as JSON. `Mistakes` for wrong parameters, else what the tool's port raises."""
        return await self._work(parameters)


class ToolRegistry:
    """Tools, in the order in which they were registered."""

    def __init__(self, tools: Iterable[Tool] = ()) -> None:
        self._tools: dict[str, Tool] = {}
        for tool in tools:
            self.register(tool)

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    def __contains__(self, name: object) -> bool:
        return name in self._tools

    def register(self, tool: Tool) -> None:
        """Add a tool; `Conflict` where its name is taken."""
        if tool.name in self._tools:
            raise Conflict(f"There is a tool {tool.name} already. Give this one another name.")
        self._tools[tool.name] = tool

    def get(self, name: str) -> Tool:
        """The tool of this name; `NotFound` names those that are near, or all."""
        if name in self._tools:
            return self._tools[name]
        raise NotFound(f"There is no tool {name[:100]!r}. {instead(name, self._tools)}")

    def with_capability(self, capability: str) -> list[Tool]:
        """All that can do it."""
        return [tool for tool in self if tool.capability == capability]

    async def use(self, name: str, parameters: JsonObject) -> JsonObject:
        """What came of using the tool of this name."""
        return await self.get(name).use(parameters)
