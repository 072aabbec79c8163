"""One record of the log as text: for the file with everything, for the console in a line."""

from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from memory.harmless import harmless
from memory.log_traces import said_by, trace_of
from memory.redaction import LEFT_OUT, Redactor

if TYPE_CHECKING:
    from loguru import Record

LONGEST = 20_000  # characters of one record
PLACED = {"module", "run_id", "told"}  # of the extras, those that are not printed behind the message
MAIL = {"body", "subject", "text", "html", "content", "quote", "draft", "reply", "snippet", "prompt", "mail"}
PRIVATE: ContextVar[tuple[str, ...]] = ContextVar("private_texts", default=())


def for_file(record: "Record", redactor: Redactor) -> str:
    """A line that begins with the time, in UTC; what else the record has stands indented below it."""
    extra = record["extra"]
    module = str(extra.get("module", record["name"]))
    if extra.get("run_id"):
        module = f"{module} | run {extra['run_id']}"
    said = f"{record['message']}{_extras(record)}"
    level, error = record["level"].name, _error(record)
    return file_line(redactor, record["time"], level=level, module=module, said=said, error=error)


def file_line(
    redactor: Redactor, at: datetime, *, level: str, module: str, said: str, error: BaseException | None
) -> str:
    """The same of its parts."""
    stamp = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
    trace = "" if error is None else f"\n{trace_of(error)}"
    return _safe(f"{stamp} | {level:<8} | {module} | {said}{trace}", redactor)


def for_console(record: "Record", redactor: Redactor) -> str:
    """One line for a person; a traceback is in the file."""
    extra = record["extra"]
    run = f" [run {extra['run_id']}]" if extra.get("run_id") else ""
    error = _error(record)
    why = f" ({type(error).__name__}: {said_by(error)})" if error is not None else ""
    text = f"{record['level'].name.lower()}: {extra.get('module', record['name'])}{run}: {record['message']}"
    return _safe(f"{text}{_extras(record)}{why}", redactor)


def _extras(record: "Record") -> str:
    return "".join(f" {name}={value}" for name, value in _shown(record))


def _shown(record: "Record") -> Iterator[tuple[str, str]]:
    for name, value in record["extra"].items():
        if name not in PLACED:
            yield name, LEFT_OUT if name.lower() in MAIL else _printed(value)


def _printed(value: object) -> str:
    try:
        return value if isinstance(value, str) else repr(value)
    except Exception:  # noqa: BLE001 - a value that cannot be printed must not cost the line
        return f"[{type(value).__name__} that cannot be printed]"


def _error(record: "Record") -> BaseException | None:
    return record["exception"].value if record["exception"] else None


def _safe(text: str, redactor: Redactor) -> str:
    """Redacted before it is cut, so that no half of a secret is left, and only the first line unindented."""
    clean = harmless(redactor(text, PRIVATE.get()))
    cut = clean if len(clean) <= LONGEST else f"{clean[:LONGEST]}…"
    return "\n    ".join(cut.rstrip().splitlines()) + "\n"
