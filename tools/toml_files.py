"""Reading a TOML file that somebody else wrote: bounded, and with the line of whatever is wrong."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from memory.errors import Invalid
from memory.profile_checks import Path as KeyPath
from memory.profile_checks import spelled
from tools.toml_lines import key_lines, too_deep

LARGEST = 1_000_000  # bytes
AT_LINE = re.compile(r" \((?:at line (\d+), column \d+|at end of document)\)$")


@dataclass(frozen=True)
class TomlFile:
    """A file that parsed. `name` is how the user called it."""

    name: str
    source: str
    data: Mapping[str, object]

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        return key_lines(self.source)

    def line_of(self, path: KeyPath) -> int:
        """The line where `path` stands, or the nearest key around it where it is missing."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)


def read_toml(path: Path) -> TomlFile:
    """The file at `path`; `Invalid` where it cannot be read as TOML."""
    name = str(path)
    source = _text(_bytes(path, name), name)
    if place := too_deep(source):
        line, key = place
        raise Invalid(f"{spelled((key,))} is nested too deep.", where=f"{name}:{line}")
    try:
        return TomlFile(name, source, tomllib.loads(source))
    except RecursionError:
        raise Invalid("the file is nested too deep to be read.", where=name) from None
    except ValueError as error:  # TOMLDecodeError is one, and so is what int() says of 5,000 digits
        raise _syntax(error, name, source) from None


def _bytes(path: Path, name: str) -> bytes:
    try:
        if path.is_dir():
            raise Invalid("this is a folder. Give the .toml file itself.", where=name)
        if not path.exists():
            raise Invalid("there is no such file. Check the path.", where=name)
        if not path.is_file():
            raise Invalid("this is not an ordinary file.", where=name)
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) else "its name is not valid"
        raise Invalid(f"the file cannot be read ({reason}).", where=name) from None
    if len(data) > LARGEST:
        raise Invalid(f"the file is larger than {LARGEST:,} bytes, so it is no profile or offer.", where=name)
    return data


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Invalid("the file is not UTF-8 text. Save it as UTF-8.", where=f"{name}:{line}") from None


def _syntax(error: ValueError, name: str, source: str) -> Invalid:
    found = AT_LINE.search(str(error))
    if not isinstance(error, tomllib.TOMLDecodeError) or not found:
        return Invalid("the file is not TOML: a number in it is too long.", where=name)
    line = found[1] or source.rstrip("\n").count("\n") + 1
    return Invalid(f"the file is not TOML: {AT_LINE.sub('', str(error))}.", where=f"{name}:{line}")
