"""Places in a document: how they are written, and which comes first."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from nodes.workflow.checking.places import Found, Path, Table

PLAIN_KEY = re.compile(r"[\w-]{1,80}")
LONGEST_KEY = 80  # characters of a key that are shown


def spelled(path: Path) -> str:
    """A path as people write it, counted from 0: `steps[3].then[0].parameters.lead`; the whole is empty."""
    return "".join(f"[{key}]" if isinstance(key, int) else _key(key) for key in path).removeprefix(".")


def _key(key: str) -> str:
    if PLAIN_KEY.fullmatch(key):
        return f".{key}"
    return f"[{json.dumps(key[:LONGEST_KEY], ensure_ascii=False)}]"


@dataclass(frozen=True)
class DocumentOrder:
    """Sorts places as they stand in a document; what is missing comes after what is there."""

    given: object
    _numbers: dict[int, Mapping[str, int]] = field(default_factory=dict)  # of the keys of each object

    def __call__(self, found: Found) -> tuple[int, ...]:
        """The number of each key of its path."""
        value, position = self.given, list[int]()
        for key in found.path:
            if isinstance(value, dict):
                position.append(self._numbers_in(value).get(str(key), len(value)))
                value = value.get(key)
            else:
                position.append(key if isinstance(key, int) else 0)
                value = (
                    value[key] if isinstance(value, list) and isinstance(key, int) and key < len(value) else None
                )
        return tuple(position)

    def _numbers_in(self, table: Table) -> Mapping[str, int]:
        if id(table) not in self._numbers:
            self._numbers[id(table)] = {key: number for number, key in enumerate(table)}
        return self._numbers[id(table)]
