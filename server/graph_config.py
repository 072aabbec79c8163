"""Reading a `langgraph.json`: which graphs a project serves, and what they need around them."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from memory.errors import Conflict, Invalid
from server.settings import set_defaults

OURS = Path(__file__).resolve().parents[1]
ROOMS = ("memory", "tools", "nodes", "graphs", "server")
LARGEST = 1_000_000  # bytes; a langgraph.json is a page of text
IGNORED_WITHOUT_A_WORD = {"$schema", "checkpointer", "python_version"}  # each graph gets our own checkpointer


class GraphEntry(BaseModel):
    """A graph named by an object instead of a string."""

    path: str
    description: str | None = None


class WebhookUrls(BaseModel):
    """Which addresses a run's webhook may have."""

    require_https: bool = True
    disable_loopback: bool = True


class Webhooks(BaseModel):
    """The `webhooks` key."""

    url: WebhookUrls = WebhookUrls()


class _File(BaseModel):
    model_config = ConfigDict(extra="allow")

    graphs: dict[str, str | GraphEntry] = Field(min_length=1)
    dependencies: list[str] = []
    env: dict[str, str] | str = {}
    webhooks: Webhooks | None = None


@dataclass(frozen=True)
class GraphConfig:
    """A project's graphs: where each one is, and what was said beside them."""

    folder: Path  # paths are relative to it
    places: dict[str, str]  # by the graph's id: "./file.py:name" or "package.module:name"
    descriptions: dict[str, str]
    dependencies: tuple[str, ...]
    env: dict[str, str]
    webhooks: Webhooks | None  # None: the file has no such key
    unknown_keys: tuple[str, ...]

    def prepare(self) -> None:
        """Give this process what the project's code expects: its folders on the import path, its environment."""
        folders = [self.folder / name for name in self.dependencies if _is_folder(self.folder, name)]
        for folder in folders:
            refuse_collision(folder)
        for folder in folders:
            if str(folder.resolve()) not in sys.path:
                sys.path.append(str(folder.resolve()))  # after ours: nothing of ours is hidden
        set_defaults(self.env)


def read_graph_config(path: Path) -> GraphConfig:
    """Read and check the file; `Invalid` says what is wrong with it."""
    try:
        given = json.loads(_text(path))
        file = _File.model_validate(given)
    except (ValueError, RecursionError) as error:
        raise Invalid(_fault(error), where=str(path)) from None
    folder = path.resolve().parent
    entries = {name: at if isinstance(at, GraphEntry) else GraphEntry(path=at) for name, at in file.graphs.items()}
    for name, entry in entries.items():
        if not entry.path.rpartition(":")[0]:
            raise Invalid(
                f"The graph {name!r} has no place. Write ./file.py:name or package.module:name.", where=str(path)
            )
    return GraphConfig(
        folder=folder,
        places={name: entry.path for name, entry in entries.items()},
        descriptions={name: entry.description for name, entry in entries.items() if entry.description},
        dependencies=tuple(file.dependencies),
        env=_environment(folder, file.env),
        webhooks=file.webhooks,
        unknown_keys=tuple(sorted(set(file.model_extra or {}) - IGNORED_WITHOUT_A_WORD)),
    )


def refuse_collision(folder: Path) -> None:
    """Refuse to import from a folder whose own packages have the names of ours: one would hide the other."""
    if folder.resolve() == OURS:
        return
    taken = [room for room in ROOMS if _importable(folder, room)]
    if taken:
        raise Conflict(
            f"The project in {folder} has a top-level {', '.join(taken)} of its own, which is also a package of "
            "Zigral's, so that Python would mix them up. Move it into a package, or serve the project from its own."
        )


def _text(path: Path) -> str:
    if not path.is_file():
        raise Invalid("There is no such file. Give --config the path of a langgraph.json.", where=str(path))
    if path.stat().st_size > LARGEST:
        raise Invalid(f"The file is larger than {LARGEST} bytes.", where=str(path))
    return path.read_text(encoding="utf-8")


def _fault(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return f"This is not JSON ({error})."
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}."


def _environment(folder: Path, env: dict[str, str] | str) -> dict[str, str]:
    """The variables that the file gives, or those of the file that it names; one that is absent is no error."""
    if isinstance(env, dict):
        return env
    return {name: value for name, value in dotenv_values(folder / env).items() if value is not None}


def _is_folder(folder: Path, name: str) -> bool:
    """Whether a dependency is a folder of the project, and not a package that is installed."""
    if (folder / name).is_dir():
        return True
    if name.startswith("."):
        raise Invalid(f"The dependency {name!r} is no folder beside langgraph.json.", where=str(folder))
    return False


def _importable(folder: Path, name: str) -> bool:
    return (folder / f"{name}.py").is_file() or next((folder / name).glob("*.py"), None) is not None
