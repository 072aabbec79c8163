"""What must hold between the keys of one step, and what its texts must say, beside what each key demands."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from nodes.workflow.checking.conditions import known_kind
from nodes.workflow.checking.details import shown
from nodes.workflow.checking.expected import EXPECTED
from nodes.workflow.checking.places import Found, Place
from tools.templates.values import short

LONGEST_WAIT = 366 * 86_400  # seconds
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
URL = re.compile(r"https?://[^\s/]", re.IGNORECASE)
NEITHER = {
    "agent_type": "Name an agent, or what one must be able to do.",
    "over": "A loop goes over a list, or goes on while a condition holds.",
    "seconds": "Say how long to wait, or until when.",
}


def choice_faults(place: Place) -> Iterator[Found]:
    """What is wrong with a step as a whole."""
    check = CHECKS.get(place.step_type or "")
    return check(place) if check else iter(())


def _one_of(place: Place, first: str, second: str) -> Iterator[Found]:
    given = [key for key in (first, second) if place.given.get(key) is not None]
    if not given:
        yield Found((*place.path, first), f"{first} or {second} is missing. {NEITHER[first]}")
    elif len(given) == 2:
        yield Found((*place.path, second), f"{first} is given, too. Keep one of the two.")


def _agent_task(place: Place) -> Iterator[Found]:
    yield from _one_of(place, "agent_type", "capability")
    if place.given.get("agent_type") is not None and place.given.get("task") is None:
        yield Found((*place.path, "task"), f"task is missing. {EXPECTED['task']}")


def _loop(place: Place) -> Iterator[Found]:
    yield from _one_of(place, "over", "while")
    over = place.given.get("over")
    if over is not None and not isinstance(over, list) and not _may_be("a list", over):
        yield Found((*place.path, "over"), EXPECTED["over"])


def _wait(place: Place) -> Iterator[Found]:
    yield from _one_of(place, "seconds", "until")
    seconds, until = place.given.get("seconds"), place.given.get("until")
    too_long = isinstance(seconds, int | float) and seconds > LONGEST_WAIT
    if too_long or (isinstance(seconds, str) and not _may_be("a number", seconds)):
        yield Found((*place.path, "seconds"), f"{EXPECTED['seconds']} This is {shown(seconds)}.")
    if isinstance(until, str) and not (_may_be("a text", until) if "{{" in until else _is_time(until)):
        yield Found((*place.path, "until"), f"{EXPECTED['until']} This is {short(until)}.")


def _api_call(place: Place) -> Iterator[Found]:
    url, headers = place.given.get("url"), place.given.get("headers")
    if isinstance(url, str) and url and not url.startswith("{{") and not URL.match(url):
        yield Found((*place.path, "url"), EXPECTED["url"])
    for name, text in headers.items() if isinstance(headers, dict) else ():
        if not HEADER.fullmatch(name):
            yield Found((*place.path, "headers", name), f"{short(name)} is no header's name. {EXPECTED['headers']}")
        elif isinstance(text, str) and ("\n" in text or "\r" in text):
            yield Found((*place.path, "headers", name), "A header is one line. Take the line break out.")


def _may_be(wanted: str, value: object) -> bool:
    """Whether a text is a template of something that may be this."""
    return isinstance(value, str) and "{{" in value and known_kind(value) in (None, wanted)


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


CHECKS: dict[str, Callable[[Place], Iterator[Found]]] = {
    "agent_task": _agent_task,
    "api_call": _api_call,
    "loop": _loop,
    "wait": _wait,
}
