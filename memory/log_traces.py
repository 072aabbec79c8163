"""An exception as a log keeps it: where it happened, and of what it said no more than is safe.

The sentences of our own errors are kept. What another library says may quote anything, a mail or a page; it is
kept where it is one short line, and of pydantic's the places and the reasons without the values.
"""

import traceback
from collections.abc import Iterator

from pydantic import ValidationError

from memory.errors import ZigralError

SHORT = 200  # characters of a foreign sentence
FRAMES = 60
DEPTH = 8  # causes of causes, groups in groups
FAULTS = 10  # of one ValidationError


def trace_of(error: BaseException, depth: int = DEPTH) -> str:
    """The traceback with its causes, oldest first, without the value of any variable."""
    return "\n".join(_lines(error, depth))


def places_of(error: BaseException) -> str:
    """Where it happened and of which type it is, without a word of what it said: it may repeat its input."""
    return "\n".join((*_frames(error), f"{type(error).__module__}.{type(error).__qualname__}"))


def _lines(error: BaseException, depth: int) -> Iterator[str]:
    if depth and (cause := error.__cause__ or (None if error.__suppress_context__ else error.__context__)):
        yield from _lines(cause, depth - 1)
        yield "which led to:" if error.__cause__ else "and while that was handled:"
    yield from _frames(error)
    yield f"{type(error).__module__}.{type(error).__qualname__}: {said_by(error)}"
    yield from (f"note: {_short(str(note))}" for note in getattr(error, "__notes__", ())[:FAULTS])
    if depth and isinstance(error, BaseExceptionGroup):
        for number, inner in enumerate(error.exceptions[:FAULTS], start=1):
            yield f"of which {number}:"
            yield from (f"  {line}" for line in _lines(inner, depth - 1))


def _frames(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__, limit=-FRAMES):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
        if frame.line:
            yield f"    {frame.line}"


def said_by(error: BaseException) -> str:
    """What the error says, as far as it is safe to keep."""
    if isinstance(error, ValidationError):
        return "; ".join(_faults(error))
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - an error that cannot even be printed is still worth a line
        return "[cannot be printed]"
    return text if isinstance(error, ZigralError) else _short(text)


def _faults(error: ValidationError) -> Iterator[str]:
    yield f"{error.error_count()} faults in {error.title}"
    for fault in error.errors(include_url=False, include_input=False, include_context=False)[:FAULTS]:
        yield f"{'.'.join(map(str, fault['loc']))}: {_short(fault['msg'])}"


def _short(text: str) -> str:
    return text if len(text) <= SHORT and "\n" not in text else f"[{len(text)} characters left out]"
