"""Agents from files and from installed packages; what cannot be used is refused in one sentence."""

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from memory.errors import Invalid
from nodes.agents.agent import Agent
from nodes.agents.calling import Call, LocalCaller
from nodes.agents.echo import Echo
from nodes.agents.loading import bring, load_agents
from nodes.registry import AgentRegistry

GREETER = """
from nodes.agents.agent import Agent


class Greeter(Agent):
    agent_id = "greeter"
    name = "Greeter"
    capabilities = ("greet",)

    async def execute(self, task):
        return {"said": f"Hello, {task.parameters['who']}"}
"""


def file_of(folder: Path, text: str) -> Path:
    path = folder / "my_agents.py"
    path.write_text(text, encoding="utf-8")
    return path


async def test_an_agent_of_a_file_is_ten_lines_and_works(tmp_path: Path) -> None:
    agents = load_agents(file_of(tmp_path, GREETER))
    envelope = await LocalCaller(AgentRegistry(agents)).call(Call("greet", {"who": "Ada"}))
    assert envelope.output == {"said": "Hello, Ada"}
    assert len(GREETER.strip().splitlines()) <= 10


@pytest.mark.parametrize(
    ("more", "ids"),
    [
        ("", ["greeter"]),
        ("one = Greeter()\nagain = one", ["greeter"]),
        ('a, b = Greeter("a"), Greeter("b", "B", ["greet", "wave"])', ["a", "b"]),
        ('class Loud(Greeter):\n    agent_id = "loud"', ["loud"]),
        ('class Other(Agent):\n    agent_id = "o"\n    execute = Greeter.execute\nmine = Greeter("m")', ["m", "o"]),
        ("from nodes.agents.echo import Echo", ["greeter"]),
    ],
    ids=["class", "made", "two made", "subclass", "class and made", "imported"],
)
def test_what_a_file_makes_or_defines_are_its_agents(tmp_path: Path, more: str, ids: list[str]) -> None:
    found = load_agents(file_of(tmp_path, f"{GREETER}\n\n{more}\n"))
    assert [agent.agent_id for agent in found] == ids


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("def broken(:\n", r"my_agents.py: It cannot be used \(SyntaxError.*line 1"),
        ("x = 1\ny = nowhere\n", r"my_agents.py: It cannot be used \(NameError, line 2: name 'nowhere'"),
        ("import no_such_module_here\n", r"ModuleNotFoundError, line 1"),
        ("raise SystemExit(1)\n", "SystemExit"),
        ("x = 1\n", "There is no agent in it. Define a class of Agent"),
        (GREETER.replace("execute", "run"), "Greeter has no async def execute"),
        (
            GREETER + "\n    def __init__(self, url):\n        self.url = url\n",
            r"Greeter cannot be made without url. Make one there: agent = Greeter\(…\)",
        ),
        (GREETER + "\n    def __init__(self):\n        1 / 0\n", r"ZeroDivisionError, line 14"),
    ],
    ids=["syntax", "name", "import", "exit", "empty", "abstract", "arguments", "constructor"],
)
def test_a_broken_file_is_refused_with_its_name_and_fault(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(Invalid, match=fault) as raised:
        load_agents(file_of(tmp_path, text))
    assert "my_agents.py" in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"There is no file .*gone\.py"):
        load_agents(tmp_path / "gone.py")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Installed":
    monkeypatch.syspath_prepend(tmp_path)
    return Installed(tmp_path)


class Installed:
    """A folder of installed packages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.module = f"brought_{uuid4().hex}"

    def has(self, text: str, *values: str) -> None:
        """A package with this module, and entry points for these values."""
        (self.folder / f"{self.module}.py").write_text(text, encoding="utf-8")
        info = self.folder / "brought-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: brought\nVersion: 1.0\n", encoding="utf-8")
        points = "\n".join(f"p{at} = {self.module}{value}" for at, value in enumerate(values))
        (info / "entry_points.txt").write_text(f"[zigral.agents]\n{points}\n", encoding="utf-8")


@pytest.mark.parametrize(("value", "agent_id"), [("", "greeter"), (":Greeter", "greeter"), (":mine", "mine")])
def test_installed_packages_bring_agents_by_entry_point(installed: Installed, value: str, agent_id: str) -> None:
    installed.has(GREETER + ('\n\nmine = Greeter("mine")\n' if value == ":mine" else ""), value)
    assert [agent.agent_id for agent in brought()] == [agent_id]


@pytest.mark.parametrize(
    ("value", "fault"),
    [(":Gone", "AttributeError"), (":HOW", "It is no agent"), (".sub", "ModuleNotFoundError")],
)
def test_a_broken_entry_point_is_refused_with_its_name_and_fault(
    installed: Installed, value: str, fault: str
) -> None:
    installed.has(f"{GREETER}\nHOW = 3\n", value)
    with pytest.raises(Invalid, match=fault) as raised:
        brought()
    assert "the entry point p0" in str(raised.value)


def test_an_agent_that_cannot_be_registered_names_its_file(tmp_path: Path) -> None:
    path = file_of(tmp_path, GREETER.replace('"greeter"', '"echo"'))
    with pytest.raises(Invalid, match=r"my_agents\.py: There is an agent echo already"):
        brought(path, having=[Echo()])
    (tmp_path / "other.py").write_text(GREETER.replace("agent_id", "agent"), encoding="utf-8")
    with pytest.raises(Invalid, match=r"other\.py: An agent of the class Greeter has no id"):
        brought(tmp_path / "other.py")


def brought(*files: Path, having: Sequence[Agent] = ()) -> AgentRegistry:
    registry = AgentRegistry(having)
    bring(registry, files)
    return registry
