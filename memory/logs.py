"""The log: one logger a module, lines with the run's id, no secret and no mail in them (S1).

A process is told once, at its door, where to write (`configure`); until then it logs nothing. Whatever libraries
say through `logging` goes the same way.
"""

import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from memory.log_files import DailyFile
from memory.log_lines import PRIVATE, file_line, for_console, for_file
from memory.redaction import Redactor
from memory.words import utc_now

if TYPE_CHECKING:
    from loguru import Logger, Message

# At DEBUG these write down what was asked and answered, whole.
TALKATIVE = ("httpcore", "openai", "langchain", "langchain_core", "langchain_openai", "hpack", "asyncio")


def get_logger(module: str) -> "Logger":
    """The logger of a module: `log = get_logger(__name__)`. It writes where `configure` said."""
    return _loguru().bind(module=module)


def configure(
    folder: Path | None, *, level: str = "INFO", console: str | None = "WARNING", secrets: Iterable[str] = ()
) -> None:
    """Write to `zigral.log` and `error.log` in `folder` from `level`, and to stderr from `console`.

    None leaves out either. `secrets` are taken out of every line, wherever they stand. Call it again to change
    it; nothing is written, and no folder made, before there is a line to write.
    """
    logger, redactor = _loguru(), Redactor(frozenset(secrets))
    logger.remove()
    if folder:
        _add(logger, _FileSink(DailyFile(folder / "zigral.log"), redactor), level)
        _add(logger, _FileSink(DailyFile(folder / "error.log"), redactor), "ERROR")
    if console:
        _add(logger, _ConsoleSink(redactor), console)
    _listen(min((logger.level(name) for name in (level, console or level)), key=lambda known: known.no).no)


def keep_error(folder: Path, said: str, error: BaseException, *, secrets: Iterable[str] = ()) -> Path | None:
    """Write an error down at the very end of a process; the file it is in, or None where it cannot be written."""
    now, path = utc_now(), folder / "error.log"
    redactor = Redactor(frozenset(secrets))
    line = file_line(redactor, now, level="CRITICAL", module="process", said=said, error=error)
    return path if DailyFile(path).append(line, now.date()) else None


@contextmanager
def run_context(run_id: str) -> Iterator[None]:
    """Every line that is logged within, also in the tasks that are begun here, carries the run's id."""
    with _loguru().contextualize(run_id=run_id):
        yield


@contextmanager
def private(*texts: str) -> Iterator[None]:
    """Take these texts, such as a mail's body, out of every line that is logged within."""
    token = PRIVATE.set((*PRIVATE.get(), *texts))
    try:
        yield
    finally:
        PRIVATE.reset(token)


@dataclass(frozen=True)
class _FileSink:
    file: DailyFile
    redactor: Redactor

    def __call__(self, message: "Message") -> None:
        record = message.record
        self.file.append(for_file(record, self.redactor), record["time"].astimezone(UTC).date())


@dataclass(frozen=True)
class _ConsoleSink:
    redactor: Redactor

    def __call__(self, message: "Message") -> None:
        if message.record["extra"].get("told"):  # the door says it in its own words
            return
        with suppress(OSError, ValueError, AttributeError):  # nobody listens: stderr is closed, or there is none
            sys.stderr.write(for_console(message.record, self.redactor))


@cache
def _loguru() -> "Logger":
    """Loguru's logger, without the handler that it comes with, which prints values."""
    from loguru import logger  # noqa: PLC0415 - a tenth of a second, which `--help` need not wait for

    with suppress(ValueError):  # somebody removed it before
        logger.remove(0)
    return logger


def _add(logger: "Logger", sink: "_FileSink | _ConsoleSink", level: str) -> None:
    # catch=True would print the record, unredacted, should a sink fail; diagnose=True the values of variables
    logger.add(sink, level=level, format=lambda _: "", colorize=False, backtrace=False, diagnose=False, catch=False)


class _ToLoguru(logging.Handler):
    """Hands on what libraries log through `logging`."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 - a library whose arguments do not fit its words
            message = str(record.msg)
        get_logger(record.name).opt(exception=record.exc_info).log(_level(record), "{}", message)


def _level(record: logging.LogRecord) -> str | int:
    try:
        return _loguru().level(record.levelname).name
    except ValueError:
        return record.levelno


def _listen(level: int) -> None:
    """Hear all libraries from `level` on, in place of an earlier listener of ours."""
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, _ToLoguru)]:
        root.removeHandler(handler)
    root.addHandler(_ToLoguru())
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.INFO))
