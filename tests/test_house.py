"""The house's own guards: its five rooms are ours, and nothing of a registry is in it."""

import importlib
import subprocess
import tomllib
from pathlib import Path

import pytest

from server.settings import VARIABLES

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("memory", "tools", "nodes", "graphs", "server")


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_the_one_of_this_repository(room: str) -> None:
    found = importlib.import_module(room).__file__
    assert found is not None
    assert Path(found).resolve().is_relative_to(ROOT)


def test_the_wheel_names_every_package_and_refuses_to_be_uploaded() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for room in ROOMS
        for path in (ROOT / room).rglob("__init__.py")
    }
    assert set(project["tool"]["setuptools"]["packages"]) == packages
    assert "Private :: Do Not Upload" in project["project"]["classifiers"]


def test_the_locks_pin_with_hashes_and_name_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pins = [line for line in text.splitlines() if "==" in line and not line.lstrip().startswith("#")]
        assert pins
        assert text.count("--hash=sha256:") >= len(pins)
        assert "://" not in text
        assert "--index" not in text


def test_no_registry_stands_anywhere_in_the_repository() -> None:
    hosts = "|".join(("pypi\\.org", "python" + "hosted", "registry\\.npm", "conda\\.anaconda"))
    found = subprocess.run(["git", "grep", "-nIE", hosts], cwd=ROOT, capture_output=True, text=True, check=False)
    mine = Path(__file__).relative_to(ROOT).as_posix()
    assert [line for line in found.stdout.splitlines() if not line.startswith(mine)] == []
    assert not (ROOT / "uv.lock").exists()


def test_every_setting_that_is_read_is_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert [name for name in VARIABLES.values() if f"{name}=" not in example] == []


def test_only_settings_reads_the_environment() -> None:
    found = subprocess.run(
        ["git", "grep", "-lE", r"os\.environ|getenv", "--", *ROOMS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    # langgraph reads one variable when it is first imported, so the saver has to set it before
    assert set(found.stdout.split()) == {"server/settings.py", "memory/__init__.py"}
