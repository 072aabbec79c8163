"""Prompts: our own sentences from `tools/prompts/`, and text from outside inside a block that it cannot leave."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

FOLDER = Path(__file__).resolve().parents[1] / "prompts"


@dataclass(frozen=True)
class Data:
    """Text from outside: pages, a lead's row, a draft. It stands between two lines with a random label."""

    text: str

    def between(self, label: str) -> str:
        return f"[DATA {label}]\n{self.text}\n[END OF DATA {label}]"


@dataclass(frozen=True)
class Prompt:
    """One question: a file's name, and what stands at its places. `note` is what was wrong with the last answer."""

    name: str
    values: Mapping[str, str | Data]
    note: str = ""

    def messages(self) -> tuple[str, str]:
        """The system's message and the user's, under a label that nobody could know before."""
        return self._under(self._label())

    def key(self, *more: str) -> str:
        """A hash of all that is asked, and of `more`; the label, which differs each time, is not in it."""
        return hashlib.sha256("\0".join([*self._under(""), *more]).encode("utf-8", "replace")).hexdigest()

    def _under(self, label: str) -> tuple[str, str]:
        shown = {k: v.between(label) if isinstance(v, Data) else v for k, v in self.values.items()}
        asked = _template(self.name).substitute(shown)
        return _template("system").substitute(label=label), f"{asked}\n\n{self.note}".rstrip()

    def _label(self) -> str:
        data = [value.text for value in self.values.values() if isinstance(value, Data)]
        label = secrets.token_hex(8)
        return label if not any(label in text for text in data) else self._label()


@cache
def _template(name: str) -> Template:
    return Template((FOLDER / f"{name}.md").read_text(encoding="utf-8").strip())
