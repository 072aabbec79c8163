"""What a site's robots.txt allows us, as RFC 9309 reads it."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from tools.addresses import spelled

TOKEN = re.compile(r"[A-Za-z_-]+|\*")
MAX_SITEMAPS = 20


@dataclass(frozen=True)
class Rule:
    pattern: str
    allow: bool


@dataclass(frozen=True)
class Robots:
    """The rules that are meant for us. Without any, all is allowed."""

    rules: tuple[Rule, ...] = ()
    delay: float = 0.0  # seconds that are asked for between requests
    sitemaps: tuple[str, ...] = ()  # as they stand there, for every agent

    def allows(self, path: str) -> bool:
        """Whether a path with its query may be read: the longest rule says, and a tie is a yes."""
        path = spelled(path, "?")
        fitting = (rule for rule in self.rules if _fits(rule.pattern, path))
        best = max(fitting, key=lambda rule: (len(rule.pattern), rule.allow), default=None)
        return best is None or best.allow


def parse_robots(text: str, agent: str) -> Robots:
    """The rules for `agent`, a product's name such as "Zigral"; else those for all."""
    ours: list[tuple[str, str]] = []
    theirs: list[tuple[str, str]] = []
    named = False
    for names, key, value in _lines(text):
        if agent.lower() in names:
            named = True
            ours.append((key, value))
        if "*" in names:
            theirs.append((key, value))
    return _robots(ours if named else theirs, _sitemaps(text))


def _sitemaps(text: str) -> tuple[str, ...]:
    """The first few `Sitemap:` lines, which belong to no agent."""
    pairs = (_pair(line) for line in text.removeprefix("\ufeff").splitlines())
    found = (value for key, value in pairs if key.lower() == "sitemap" and value)
    return tuple(islice(dict.fromkeys(islice(found, 10 * MAX_SITEMAPS)), MAX_SITEMAPS))


def _pair(line: str) -> tuple[str, str]:
    key, _, value = line.partition("#")[0].partition(":")
    return key.strip(), value.strip()


def _robots(lines: list[tuple[str, str]], sitemaps: tuple[str, ...]) -> Robots:
    rules = {Rule(spelled(value, "?"), key == "allow") for key, value in lines if key != "crawl-delay" and value}
    delays = [_seconds(value) for key, value in lines if key == "crawl-delay"]
    ordered = sorted(rules, key=lambda rule: (rule.pattern, rule.allow))
    return Robots(tuple(ordered), max(delays, default=0.0), sitemaps)


def _lines(text: str) -> Iterator[tuple[frozenset[str], str, str]]:
    """Each line that says something to an agent, with the agents of its group; an empty one begins the group."""
    names: frozenset[str] = frozenset()
    naming = False
    for line in text.removeprefix("\ufeff").splitlines():
        key, value = _pair(line)
        if key.lower() in {"user-agent", "useragent"}:
            token = TOKEN.match(value)
            names = (names if naming else frozenset()) | ({token[0].lower()} if token else frozenset())
            naming = True
            yield names, "allow", ""
        elif key.lower() in {"allow", "disallow", "crawl-delay"}:
            naming = False
            yield names, key.lower(), value


def _fits(pattern: str, path: str) -> bool:
    """Piece by piece, in time that grows with the lengths alone."""
    to_the_end = pattern.endswith("$")
    first, *pieces = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not pieces:
        return not to_the_end or path == first
    last = pieces.pop() if to_the_end else ""
    at = len(first)
    for piece in pieces:
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return path.endswith(last) and at + len(last) <= len(path)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0
