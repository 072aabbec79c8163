"""Patterns that people write, searched in linear time by RE2: none can be made to explode."""

from typing import Protocol

import re2  # type: ignore[import-untyped]

from memory.errors import Invalid

PATTERN_MEMORY = 256 * 1024  # bytes; RE2 refuses a pattern that needs more, and searches within it


class Pattern(Protocol):
    """A compiled pattern that searches in linear time."""

    def search(self, text: bytes) -> object | None:
        """Something where it is found."""
        ...


def linear_pattern(text: str, *, ignore_case: bool) -> Pattern:
    """The pattern that `text` says, for texts in UTF-8; `Invalid` with RE2's reason where it says none."""
    options = re2.Options()
    options.case_sensitive = not ignore_case
    options.log_errors = False
    options.never_capture = True
    options.max_mem = PATTERN_MEMORY
    try:
        pattern: Pattern = re2.compile(text.encode("utf-8", "replace"), options)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if error.args else "not valid"
        raise Invalid(f"the pattern cannot be used ({reason}).") from None
    return pattern
