"""What any question may have: numbers, places, sizes, groups, an order, names and a time."""

import re
from collections.abc import Iterator

from tools.analysis.asking import Query, not_understood
from tools.offline.asking_reading import NOUNS, Reading, names_in, pattern_of
from tools.offline.asking_sql import Select, begins_a_word
from tools.offline.asking_times import Span

MOST_UNKNOWN = 4  # words that are taken for names or trades
ROWS = 100
SORTED = re.compile(r"\b(?:sort(?:ed)?|order(?:ed)?|rank(?:ed)?)(?: (?:them|it|by))* by (\w+)\b")
GROUPING = "per|by|for each|in each|each|pro|je|par|nach|grouped by|which|what|welche[rs]?|quel(?:le)?s?"
GROUPED = rf"\b(?:{GROUPING}|top|most common|main) (?:the )?(?:{{}})\b"
MISSING = r"\b(?:without|(?:have|has|with) no|missing|ohne|sans) (?:a |an |any |the |une? |einen? )?(?:{})\b"
MOST = re.compile(r"\b(?:(?:has|have|with|got) )?the most\b|\bmost common\b")
NULLABLE = ("l.industry", "l.country", "l.city", "l.title", "l.language")
TEXTS = {
    "l": "l.company, l.full_name, l.title, l.industry, l.city, l.country, l.location, l.email, l.website",
    "r": "r.company, r.email, r.run, l.full_name, l.title, l.industry, l.city, l.country, l.location",
    "i": "i.person_name, i.company, i.person, i.account, i.campaign, l.industry, l.title",
}
SHOWN = {
    "l": ["l.company", "l.full_name", "l.title", "l.email", "l.industry", "l.country", "l.employees"],
    "r": ["r.company", "r.email", "r.status", "r.verdict", "r.score"],
    "i": ["i.at", "i.kind", "i.outcome", "i.person_name", "i.person", "i.company", "i.text"],
}
ORDER = {"l": "l.number DESC", "r": "r.score DESC NULLS LAST", "i": "i.at DESC"}
COUNTED = {"l": "leads", "r": "results", "i": "interactions"}
SIZE = (
    "CASE WHEN l.employees IS NULL THEN 'unknown' WHEN l.employees < 10 THEN '1-9' "
    "WHEN l.employees < 50 THEN '10-49' WHEN l.employees < 250 THEN '50-249' ELSE '250 or more' END"
)


def finished(
    found: Select,
    reading: Reading,
    span: Span | None,
    *,
    column: str,
    counted: str | None = None,
    shown: list[str] | None = None,
    note: str = "",
) -> Query:
    """With what any question may have: numbers, places, sizes, groups, an order, names and a time."""
    if span is not None:
        found.where.append(span.condition(column))
    limit = reading.limit()
    found.where += [*reading.sizes(), *reading.places()]
    _add_website(found, reading)
    found.where += _missing(reading)
    order = _sorted_by(reading)
    group = None if found.columns else _group(found.base, reading)
    if group and (most := MOST.search(reading.text)):
        reading.cut(most)
    order = order or _superlative(found.base, reading)
    counts = reading.take_all("count", "others")
    average = reading.take("average")
    if not found.columns:
        _choose_columns(found, reading, group, counts=counts, average=average, counted=counted, shown=shown)
    _add_words(found, reading)
    if not found.order:
        found.order = _order_of(found, order)
    found.limit = limit or (ROWS if found.order and not found.group else None)
    return Query(found.text(), note)


def _add_website(found: Select, reading: Reading) -> None:
    if reading.take("no_website"):
        found.where.append("l.website IS NULL")
    elif reading.take("website"):
        found.where.append("l.website IS NOT NULL")


def _missing(reading: Reading) -> Iterator[str]:
    """Conditions that a column has nothing in it."""
    for column in NULLABLE:
        if said := re.search(MISSING.format(pattern_of("columns", column).pattern), reading.text):
            reading.cut(said)
            yield f"{column} IS NULL"


def _sorted_by(reading: Reading) -> str | None:
    """The order that "sort by" asks for."""
    said = SORTED.search(reading.text)
    if not said:
        return None
    columns = (name for name in names_in("columns") if pattern_of("columns", name).fullmatch(said[1]))
    column = "r.score" if said[1] in ("score", "scores") else next(columns, None)
    if column is None:
        return None
    reading.cut(said)
    return {"size": "l.employees DESC NULLS LAST", "r.score": "r.score DESC NULLS LAST"}.get(column, column)


def _superlative(base: str, reading: Reading) -> str | None:
    """The order that a superlative asks for."""
    orders = {
        "best": "r.score DESC NULLS LAST",
        "worst": "r.score ASC NULLS LAST",
        "largest": "l.employees DESC NULLS LAST",
        "smallest": "l.employees ASC NULLS LAST",
        "newest": {"l": "l.number DESC", "r": "r.run_at DESC", "i": "i.at DESC"}[base],
        "oldest": {"l": "l.number ASC", "r": "r.run_at ASC", "i": "i.at ASC"}[base],
    }
    return next((order for name, order in orders.items() if reading.take_all(name, "others")), None)


def _choose_columns(
    found: Select,
    reading: Reading,
    group: tuple[str, str] | None,
    *,
    counts: bool,
    average: bool,
    counted: str | None,
    shown: list[str] | None,
) -> None:
    name = counted or COUNTED[found.base]
    if average:
        what = "l.employees" if reading.take("size", "columns") else "r.score"
        found.columns = [f"round(avg({what}), 1) AS average_{what[2:]}", f"count({what}) AS {name}"]
    if group:
        column, alias = group
        found.columns = [f"{column} AS {alias}", *(found.columns or [f"count(*) AS {name}"])]
        found.group = ["1"]
        found.order = ["1 DESC"] if alias in ("day", "week", "month") else [f"{len(found.columns)} DESC", "1"]
    elif not average:
        found.columns = [f"count(*) AS {name}"] if counts else (shown or list(SHOWN[found.base]))


def _group(base: str, reading: Reading) -> tuple[str, str] | None:
    """The column to group by, and what it is called."""
    for name in names_in("columns"):
        pattern = re.compile(GROUPED.format(pattern_of("columns", name).pattern))
        if (found := pattern.search(reading.text)) and (column := _column(name, base)):
            if found.group().startswith(("which", "what", "welche", "quel")) and not name.startswith("l."):
                continue  # "which companies" lists them
            reading.cut(found)
            return column
    return None


def _column(name: str, base: str) -> tuple[str, str] | None:
    if name in ("day", "week", "month"):
        times = {"i": "i.at", "r": "r.run_at"}
        return (f"date_trunc('{name}', {times[base]})::DATE", name) if base in times else None
    if name == "company":
        return f"{base}.company", "company"
    if name == "size":
        return SIZE, "size"
    if name.startswith("i.") and base != "i":
        return None
    return name, name[2:]


def _add_words(found: Select, reading: Reading) -> None:
    """Names, titles and trades: words that are not understood otherwise must stand in the row."""
    reading.text = NOUNS.sub(" ", reading.text)
    words = reading.left()
    if len(words) > MOST_UNKNOWN:
        raise not_understood(f"what is meant by: {', '.join(word.partition('|')[0] for word in words[:8])}")
    if words:
        found.where.append(begins_a_word(TEXTS[found.base], words))


def _order_of(found: Select, order: str | None) -> list[str]:
    if found.group:
        return list(found.group)
    if any("count(" in column for column in found.columns):
        return []
    return [order or ORDER[found.base]]
