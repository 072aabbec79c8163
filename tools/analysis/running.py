"""Running one SELECT over copies of our tables, where it can reach nothing else and takes only so much."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, JsonValue, ValidationError

from memory.errors import Invalid, Refused, TooLarge, Unavailable, ZigralError
from memory.json_text import dumps
from memory.json_values import JsonObject
from tools.analysis.tables import TABLES

PROGRAM = Path(__file__).with_name("duckdb_process.py")
LONGEST_SQL = 20_000  # characters
GRACE = 0.5  # seconds that a process has to end once its answer was read
LARGEST_ANSWER = 8_000_000  # bytes
WHAT_CAN_BE_ASKED = f"Give one SELECT over the tables {', '.join(TABLES)}."

Batches = AsyncIterator[Sequence[JsonObject]]


class Rows(BaseModel):
    """What a SELECT came to. `more`: there are further rows, which are not shown."""

    columns: tuple[str, ...]
    rows: tuple[tuple[JsonValue, ...], ...]
    more: bool = False


class Data(Protocol):
    """Where the tables' rows come from."""

    def rows(self, table: str) -> Batches:
        """The rows of a table, as objects with its columns' names, in batches."""
        ...


class RunSql(Protocol):
    """Runs SELECTs."""

    async def run(self, sql: str, data: Data) -> Rows:
        """What the SELECT comes to.

        `Refused` where it is anything else or reaches beyond the tables, `Invalid` where it is wrong, `TooLarge`
        where it takes too long or too much memory.
        """
        ...


@dataclass(frozen=True)
class SqlLimits:
    """What one question may take. Bytes; seconds."""

    rows: int = 1_000
    seconds: float = 5.0  # for the SELECT itself
    load_seconds: float = 30.0  # for filling the tables
    memory: int = 256_000_000  # that DuckDB takes for data
    process_memory: int = 1_000_000_000  # of addresses, all told
    at_once: int = 2


@dataclass(frozen=True)
class DuckDbSql:
    """Runs each SELECT in a process of its own, see `duckdb_process.py`, and ends it where it does not."""

    limits: SqlLimits = field(default_factory=SqlLimits)

    async def run(self, sql: str, data: Data) -> Rows:
        if len(sql) > LONGEST_SQL:
            raise TooLarge(f"The SQL is longer than {LONGEST_SQL:,} characters. Ask for less at once.", where="sql")
        if any("\ud800" <= sign <= "\udfff" or sign == "\0" for sign in sql):
            raise Invalid("The SQL has signs that are no letters. Remove them.", where="sql")
        async with self._turns:
            process = await _started()
            grace = 0.0
            try:
                async with asyncio.timeout(self.limits.load_seconds + self.limits.seconds + 2):
                    answer = await self._asked(process, sql, data)
                grace = GRACE
            except TimeoutError:
                raise TooLarge("The question took too long. Ask for less at once.", where="sql") from None
            finally:
                await _ended(process, grace)
        return _read(answer)

    async def _asked(self, process: asyncio.subprocess.Process, sql: str, data: Data) -> bytes:
        """What the process answers. It may do so before it was told all: then nothing more is said."""
        assert process.stdin and process.stdout
        answer = asyncio.ensure_future(process.stdout.read(LARGEST_ANSWER))
        try:
            await self._tell(process.stdin, sql, data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        except BaseException:
            answer.cancel()
            raise
        return await _whole(process.stdout, await answer)

    async def _tell(self, stdin: asyncio.StreamWriter, sql: str, data: Data) -> None:
        limits = self.limits
        wanted = [name for name in TABLES if name in sql.lower()]
        asked = {
            "sql": sql,
            "tables": {name: table.types for name, table in TABLES.items()},
            "rows": limits.rows,
            "seconds": limits.seconds,
            "load_seconds": limits.load_seconds,
            "memory": limits.memory,
            "process_memory": limits.process_memory,
        }
        await _write(stdin, asked)
        for name in wanted:
            async for batch in data.rows(name):
                await _write(stdin, {"table": name, "rows": list(batch)})
        stdin.write(b"\n")
        await stdin.drain()
        stdin.close()

    @cached_property
    def _turns(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(self.limits.at_once)


async def _write(stdin: asyncio.StreamWriter, value: Mapping[str, object]) -> None:
    stdin.write(dumps(value) + b"\n")
    await stdin.drain()


async def _whole(stdout: asyncio.StreamReader, begun: bytes) -> bytes:
    """All that is written up to the end, within the limit."""
    answer = bytearray(begun)
    while len(answer) <= LARGEST_ANSWER and (more := await stdout.read(LARGEST_ANSWER)):
        answer += more
    return bytes(answer)


async def _started() -> asyncio.subprocess.Process:
    """The program, with an empty environment."""
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(PROGRAM), stdin=pipe, stdout=pipe, stderr=nothing, env={}
        )
    except OSError as error:
        raise Unavailable(
            f"The program that answers was not started ({error.strerror}). Try again later."
        ) from None


async def _ended(process: asyncio.subprocess.Process, grace: float) -> None:
    """The process, gone for certain: by itself within `grace` seconds, or killed.

    Not by `Process.kill`, which may take the end from whoever waits for it.
    """
    try:
        async with asyncio.timeout(grace):
            await process.wait()
    except TimeoutError:
        pass
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
    await process.wait()


class _Answer(BaseModel):
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[JsonValue, ...], ...] = ()
    more: bool = False
    fault: str | None = None
    why: str = ""


def _read(answer: bytes) -> Rows:
    try:
        read = _Answer.model_validate_json(answer)
    except ValidationError:
        why = "The question took more memory or time than there is for one. Ask for less at once."
        raise TooLarge(why, where="sql") from None
    if read.fault is not None:
        raise _error(read.fault, read.why)
    return Rows(columns=read.columns, rows=read.rows, more=read.more)


def _error(fault: str, why: str) -> ZigralError:
    if fault == "forbidden":
        return Refused(f"This SQL is not run: {why}")
    if fault == "too_much":
        return TooLarge(f"This question is too large: {why} Ask for less at once.", where="sql")
    return Invalid(f"This SQL cannot be run: {why} {WHAT_CAN_BE_ASKED}", where="sql")
