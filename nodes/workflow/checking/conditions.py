"""Whether a condition is one: its keys, its operator, its pattern, and types that could never be compared."""

from collections.abc import Iterator, Mapping
from typing import get_args

from memory.definitions import Operator
from memory.errors import Invalid
from nodes.workflow.checking.details import nearest
from nodes.workflow.checking.expected import CONDITION
from nodes.workflow.checking.places import Found, Path, Reason, Table
from tools.conditions import ORDER, WITHOUT_RIGHT, compile_pattern
from tools.templates import parse
from tools.templates.values import kind, short

OPERATORS: tuple[str, ...] = get_args(Operator)
KEYS = ("op", "all", "any", "not")


def condition_faults(path: Path, given: object) -> Iterator[Found]:
    """What is wrong with a condition, and with those inside it."""
    if not isinstance(given, Mapping):
        yield Found(path, f"{CONDITION} This is {kind(given)}.")
        return
    key = next((key for key in KEYS if key in given), None)
    if key is None:
        yield Found(path, CONDITION)
        return
    known = ("op", "left", "right") if key == "op" else (key,)
    for stray in given:
        if stray not in known:
            yield Found((*path, str(stray)), f"There is no key {short(str(stray))} beside {key}. {CONDITION}")
    yield from _comparison(path, given) if key == "op" else _joined((*path, key), given[key])


def _joined(path: Path, given: object) -> Iterator[Found]:
    if path[-1] == "not":
        yield from condition_faults(path, given)
    elif not isinstance(given, list):
        yield Found(path, f"{path[-1]} is a list of conditions, not {kind(given)}.")
    else:
        for number, one in enumerate(given):
            yield from condition_faults((*path, number), one)


def _comparison(path: Path, given: Table) -> Iterator[Found]:
    op = given["op"]
    if not isinstance(op, str) or op not in OPERATORS:
        yield Found((*path, "op"), _no_operator(op))
        return
    if "left" not in given:
        yield Found((*path, "left"), f"left is missing. {op} looks at a template or a value.")
    if op in WITHOUT_RIGHT:
        if given.get("right") is not None:
            yield Found((*path, "right"), f"{op} looks at left alone. Remove right.")
        if op == "exists" and "left" in given and not _is_template(given["left"]):
            yield Found(
                (*path, "left"), 'exists asks whether a path is there. Write one template: "{{input.lead}}".'
            )
    elif "right" not in given:
        yield Found((*path, "right"), f"right is missing. {op} compares left with it; null is a value.")
    elif op == "matches":
        yield from _pattern((*path, "right"), given["right"])
        if "left" in given and (left := known_kind(given["left"])) not in (None, "a text"):
            yield Found((*path, "left"), f"matches searches a text for a pattern, and left is {left}.")
    elif "left" in given:
        yield from _types(path, op, given["left"], given["right"])


def _no_operator(op: object) -> Reason:
    shown = short(op) if isinstance(op, str) else kind(op)
    return Reason(f"There is no operator {shown}.", lambda: nearest(str(op), OPERATORS))


def _pattern(path: Path, given: object) -> Iterator[Found]:
    if not isinstance(given, str) or "{{" in given:
        yield Found(
            path, "right is a pattern: a literal text, no template. It is compiled when the workflow is made."
        )
        return
    try:
        compile_pattern(given)
    except Invalid as error:
        yield Found(path, f"{str(error)[:1].upper()}{str(error)[1:]}")


def _types(path: Path, op: str, left: object, right: object) -> Iterator[Found]:
    """Types that are known already, and that could only be an error when it runs."""
    kinds = (known_kind(left), known_kind(right))
    if op in ORDER:
        wrong = next((one for one in kinds if one not in (None, "a number", "a text")), None)
        if wrong:
            yield Found(path, f"{op} compares two numbers or two texts, and one of these is {wrong}.")
            return
    whole = {"in": kinds[1], "contains": kinds[0]}.get(op)
    if whole in ("a number", "null", "true or false"):
        key = "right" if op == "in" else "left"
        yield Found((*path, key), f"{op} looks in a list, a text or an object, and {key} is {whole}.")
    if op in ("eq", "ne", *ORDER) and None not in kinds and "null" not in kinds and kinds[0] != kinds[1]:
        yield Found(
            path, f"{op} compares {kinds[0]} with {kinds[1]}, which is always an error. Make them one type."
        )


def known_kind(value: object) -> str | None:
    """What a value will be when it is rendered; None where that is not known yet."""
    if not isinstance(value, str) or "{{" not in value:
        return kind(value)
    try:
        single = parse(value).single
    except Invalid:
        return None
    return "a text" if single is None else single.makes


def _is_template(value: object) -> bool:
    try:
        return isinstance(value, str) and parse(value).single is not None
    except Invalid:
        return True  # said where templates are checked
