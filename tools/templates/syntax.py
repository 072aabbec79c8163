"""What a template's text says, once it is read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

Apply = Callable[..., JsonValue]


@dataclass(frozen=True)
class Path:
    """Keys and list indexes, from a root on: `input`, `steps` (and a step's id), `item` or `index`.

    `has_default` says that a `default` follows, so that the path may be missing. `position` counts from 0.
    """

    keys: tuple[str, ...]
    has_default: bool = False
    position: int = 0

    @property
    def root(self) -> str:
        """The word that it begins with."""
        return self.keys[0]

    def __str__(self) -> str:
        return ".".join(self.keys)


@dataclass(frozen=True)
class Filter:
    """A filter with its arguments."""

    name: str
    apply: Apply
    arguments: tuple[JsonValue, ...] = ()
    makes: str | None = None  # what it makes of any value that it takes: `a text`, `a number`…

    def __call__(self, value: JsonValue) -> JsonValue:
        """The filtered value; `Invalid` where the filter is not for such."""
        return self.apply(value, *self.arguments)


@dataclass(frozen=True)
class Expression:
    """What stands between `{{` and `}}`."""

    path: Path
    filters: tuple[Filter, ...] = ()

    @property
    def makes(self) -> str | None:
        """What it comes to, `a text`, `a number`…, where its filters say so."""
        if not self.filters:
            return "a number" if self.path.root == "index" else None
        return self.filters[-1].makes


@dataclass(frozen=True)
class Template:
    """A text with expressions in it; `parts` are its literal texts and its expressions, in order."""

    text: str
    parts: tuple[str | Expression, ...]

    @property
    def single(self) -> Expression | None:
        """The expression, where the text is nothing else: its value keeps its type."""
        only = self.parts[0] if len(self.parts) == 1 else None
        return only if isinstance(only, Expression) else None

    @property
    def references(self) -> Sequence[Path]:
        """The paths that it reads."""
        return [part.path for part in self.parts if isinstance(part, Expression)]
