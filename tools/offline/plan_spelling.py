"""Words of a command that are one slip of the fingers away from those that tell what it asks for."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from string import ascii_lowercase

from tools.offline.lexicon import load

LONG = 7  # letters from which a wrong letter may be taken for another: shorter words have too many neighbours

_WORD = re.compile(r"(?<![\w@.-])[A-Za-z]?[a-z]{2,}(?![\w@]|\.\w)")


def respelled(command: str) -> str:
    """The command with each such word spelled right; names in capitals stay."""
    return _WORD.sub(lambda found: _slips().get(found.group().lower(), found.group()), command)


@cache
def _slips() -> Mapping[str, str]:
    """Each misspelling with the word that is meant."""
    lists = load("plan_entities")
    meant = lists["spelled"]
    slips = {slip: word for word in meant for slip in _slips_of(word)}
    return {slip: word for slip, word in slips.items() if slip not in meant and slip not in lists["not_misspelled"]}


def _slips_of(word: str) -> Iterator[str]:
    """A letter left out, doubled or put in, two changed about; in long words a wrong one."""
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
        yield from (word[:at] + letter + word[at:] for letter in ascii_lowercase)
        if len(word) >= LONG:
            yield from (word[:at] + letter + word[at + 1 :] for letter in ascii_lowercase)
    yield word[1::-1] + word[2:]
    yield word + word[-1]
