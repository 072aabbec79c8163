"""Putting one SELECT together out of its parts. Texts of a question enter it as literals alone."""

import re
from dataclasses import dataclass, field

SOURCES = {"l": "leads l", "r": "results r", "i": "interactions i"}
JOINS = {
    ("l", "r"): "LEFT JOIN results r ON r.lead_id = l.lead_id AND r.latest",
    ("r", "l"): "LEFT JOIN leads l ON l.lead_id = r.lead_id",
    ("i", "l"): "LEFT JOIN leads l ON l.lead_id = i.lead_id",
    ("i", "r"): "LEFT JOIN results r ON r.lead_id = i.lead_id AND r.latest",
}


@dataclass
class Select:
    """`base` is the alias of the table whose rows are counted or listed: l, r or i."""

    base: str
    columns: list[str] = field(default_factory=list)
    where: list[str] = field(default_factory=list)
    group: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    limit: int | None = None

    def text(self) -> str:
        """The SQL, in one line."""
        parts = [f"SELECT {', '.join(self.columns)}", f"FROM {SOURCES[self.base]}", *self._joins()]
        if self.where:
            parts.append(f"WHERE {' AND '.join(self.where)}")
        if self.group:
            parts.append(f"GROUP BY {', '.join(self.group)}")
        if self.order:
            parts.append(f"ORDER BY {', '.join(self.order)}")
        if self.limit:
            parts.append(f"LIMIT {self.limit}")
        return " ".join(parts)

    def _joins(self) -> list[str]:
        """The other tables that are spoken of."""
        said = " ".join((*self.columns, *self.where, *self.group, *self.order))
        return [
            join for (base, other), join in JOINS.items() if base == self.base and re.search(rf"\b{other}\.", said)
        ]


def literal(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def begins_a_word(texts: str, words: list[str]) -> str:
    """That each of the words - or, of those with a bar, one - begins a word of the texts."""
    said = f"strip_accents(lower(concat_ws(' ', {texts})))"
    return " AND ".join(
        f"regexp_matches({said}, {literal(chr(92) + 'b(' + _pattern(word) + ')')})" for word in words
    )


def _pattern(word: str) -> str:
    return "|".join(re.sub(r"[^\w ]", lambda sign: "\\" + sign.group(), part) for part in word.split("|"))
