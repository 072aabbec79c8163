"""Where a key stands in a TOML file, which `tomllib` reads but does not remember.

`Tokens` are also what the depth of a file is measured on before it is parsed, since the
standard parser answers depth with a RecursionError and long dotted keys with hours of work.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from memory.profile_checks import Path

DEEPEST = 20  # brackets within brackets, and parts of a dotted key

TOKEN = re.compile(
    r"(?P<space>[ \t\r]+|\#[^\n]*)"
    r"|(?P<newline>\n)"
    r'|(?P<text>"""(?:[^"\\]++|\\[\s\S]|"{1,2}(?!"))*+"{3,5}'
    r"|'''(?:[^']++|'{1,2}(?!'))*+'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*+"'
    r"|'[^'\n]*+')"
    r"|(?P<word>[^\s\[\]{}=,.\"'#]+)"
    r"|(?P<sign>.)"
)


class Token(NamedTuple):
    kind: str
    text: str
    line: int


def tokens(source: str) -> Iterator[Token]:
    """What `source` is made of, without white space and comments; never fails, valid or not."""
    line = 1
    for found in TOKEN.finditer(source):
        kind, text = str(found.lastgroup), found[0]
        if kind != "space":
            yield Token(kind, text, line)
        line += text.count("\n")


def too_deep(source: str) -> tuple[int, str] | None:
    """Where brackets or a dotted key go deeper than any profile does: the line, and the key or what begins it."""
    depth = dots = 0
    key = word = ""
    for kind, text, line in tokens(source):
        dots = dots + 1 if text == "." else dots if kind in {"word", "text"} else 0
        if kind == "sign":
            depth = max(0, depth + {"[": 1, "{": 1, "]": -1, "}": -1}.get(text, 0))
            key = word if text == "=" and depth == 0 else key
        word = text if kind in {"word", "text"} else word
        if dots > DEEPEST:
            return line, word
        if depth > DEEPEST:
            return line, key
    return None


def key_lines(source: str) -> dict[Path, int]:
    """The line of each key and list item of a file that `tomllib` has read."""
    return _Reader(list(tokens(source))).document()


@dataclass
class _Reader:
    """Walks the tokens of a valid file, whose depth is bounded by `too_deep`."""

    rest: list[Token]
    at: int = 0
    lines: dict[Path, int] = field(default_factory=dict)
    last: dict[Path, int] = field(default_factory=dict)  # of each list of tables, the newest item

    def document(self) -> dict[Path, int]:
        table: Path = ()
        while self.at < len(self.rest):
            if self._is("\n"):
                self.at += 1
            elif self._is("["):
                table = self._header()
            else:
                self._pair(table)
        return self.lines

    def _is(self, *texts: str) -> bool:
        return self.at >= len(self.rest) or self.rest[self.at].text in texts

    def _skip(self, *texts: str) -> None:
        while self.at < len(self.rest) and self._is(*texts):
            self.at += 1

    def _header(self) -> Path:
        """`[sender]` or `[[criteria]]`: the path of the table that it opens."""
        line = self.rest[self.at].line
        many = self.rest[self.at + 1].text == "["
        self._skip("[")
        keys = self._keys()
        self._skip("]")
        path: Path = ()
        for number, key in enumerate(keys):
            path = (*path, key)
            if many and number == len(keys) - 1:
                self.last[path] = self.last.get(path, -1) + 1
                self.lines.setdefault(path, line)
            if path in self.last:
                path = (*path, self.last[path])
            self.lines.setdefault(path, line)
        return path

    def _keys(self) -> list[str]:
        """The parts of a dotted key, up to `=` or `]`."""
        keys = []
        while not self._is("=", "]"):
            token = self.rest[self.at]
            if token.text != ".":
                keys.append(_unquoted(token))
            self.at += 1
        return keys

    def _pair(self, table: Path) -> None:
        line = self.rest[self.at].line
        path = table
        for key in self._keys():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self._skip("=")
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._is("["):
            self._list(path)
        elif self._is("{"):
            self._inline_table(path)
        else:
            self.at += 1
            while not self._is(",", "]", "}", "\n"):
                self.at += 1

    def _list(self, path: Path) -> None:
        self.at += 1
        number = 0
        self._skip("\n")
        while not self._is("]"):
            self.lines.setdefault((*path, number), self.rest[self.at].line)
            self._value((*path, number))
            number += 1
            self._skip(",", "\n")
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while not self._is("}"):
            self._pair(path)
            self._skip(",", "\n")
        self.at += 1


def _unquoted(token: Token) -> str:
    if token.kind == "word":
        return token.text
    return str(tomllib.loads(f"key = {token.text}")["key"])
