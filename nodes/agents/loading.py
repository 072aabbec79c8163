"""Agents that others bring: in a Python file that the operator names, or in an installed package.

Either is the operator's own code and runs as ours does. What cannot be used is refused with one sentence that says
where it is from and what is wrong.
"""

import inspect
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from memory.errors import Invalid, ZigralError
from nodes.agents.agent import Agent
from nodes.registry import AgentRegistry
from tools.python_files import module_of

GROUP = "zigral.agents"  # the entry points of packages that bring agents
HOW = "Define a class of Agent with an agent_id, capabilities, and async def execute(self, task)."

T = TypeVar("T")


def bring(registry: AgentRegistry, files: Iterable[Path]) -> None:
    """Register the agents of installed packages and of these files."""
    points = sorted(entry_points(group=GROUP), key=lambda one: one.name)
    brought = [(_place(point), _named_by(point)) for point in points]
    brought += [(str(path), load_agents(path)) for path in files]
    for place, agents in brought:
        for agent in agents:
            _tried(place, partial(registry.register, agent))


def load_agents(path: Path) -> list[Agent]:
    """The agents of a file: those that it makes, and of each other class of agents that it defines one."""
    module = _tried(str(path), lambda: module_of(path))
    return _agents_in(module, str(path))


def _named_by(point: EntryPoint) -> list[Agent]:
    """An entry point names an agent, a class of agents, or a module."""
    place = _place(point)
    found: object = _tried(place, point.load)
    if isinstance(found, ModuleType):
        return _agents_in(found, place)
    if isinstance(found, type) and issubclass(found, Agent):
        return [_made(found, place)]
    if isinstance(found, Agent):
        return [found]
    raise Invalid("It is no agent, no class of agents, and no module with some.", where=place)


def _place(point: EntryPoint) -> str:
    return f"the entry point {point.name} ({point.value})"


def _agents_in(module: ModuleType, place: str) -> list[Agent]:
    made = list({id(one): one for one in vars(module).values() if isinstance(one, Agent)}.values())
    agents = [*made, *(_made(kind, place) for kind in _left(module, made))]
    if not agents:
        raise Invalid(f"There is no agent in it. {HOW}", where=place)
    return agents


def _left(module: ModuleType, made: Iterable[Agent]) -> Iterator[type[Agent]]:
    """The classes of agents that the module defines, without those that it makes agents or other classes of."""
    kinds = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, Agent)]
    ours = [kind for kind in kinds if kind.__module__ == module.__name__]
    used = {type(agent) for agent in made} | {base for kind in ours for base in kind.__mro__[1:]}
    return (kind for kind in ours if kind not in used)


def _made(kind: type[Agent], place: str) -> Agent:
    name = kind.__name__
    if inspect.isabstract(kind):
        raise Invalid(f"The agent {name} has no async def execute(self, task).", where=place)
    wanted = [name for name, one in inspect.signature(kind).parameters.items() if one.default is one.empty]
    if wanted:
        raise Invalid(
            f"The agent {name} cannot be made without {', '.join(wanted)}. Make one there: agent = {name}(…).",
            where=place,
        )
    return _tried(place, kind)


def _tried(place: str, work: Callable[[], T]) -> T:
    try:
        return work()
    except ZigralError as error:
        raise Invalid(str(error), where=place) from None
    except (Exception, SystemExit) as error:
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if Path(frame.filename).name in place
        ]
        line = f", line {lines[-1]}" if lines else ""
        raise Invalid(f"It cannot be used ({type(error).__name__}{line}: {error}).", where=place) from error
