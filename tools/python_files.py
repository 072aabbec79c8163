"""Importing a Python file that somebody names, wherever it lies."""

import hashlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from memory.errors import Invalid


def module_of(path: Path) -> ModuleType:
    """The file as a module, run once a process; what it raises is raised here. `Invalid` where it is none."""
    path = path.resolve()
    if not path.is_file():
        raise Invalid(f"There is no file {path}.")
    name = f"{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise Invalid(f"{path} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # before it runs: dataclasses and pydantic look their module up
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
