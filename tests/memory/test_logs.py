"""The log through its doors: what is written where, and what never is (S1)."""

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from memory.errors import Refused, Unavailable
from memory.log_files import DAYS, FILES, DailyFile
from memory.logs import configure, get_logger, keep_error, private, run_context

ROOT = Path(__file__).resolve().parents[2]
BODY = "Hi Ada,\n\nyour pumps run in fourteen countries.\n\nBest regards,\nMarta"


@pytest.fixture(autouse=True)
def no_log_afterwards() -> Iterator[None]:
    level = logging.getLogger().level
    yield
    configure(None, console=None)
    logging.getLogger().setLevel(level)


def written(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.log")))


def test_a_line_has_time_level_module_run_and_message(tmp_path: Path) -> None:
    configure(tmp_path, console=None)
    with run_context("run-7"):
        get_logger("server.runner").info("A lead ended: {status}", status="failed", pages=3)
    (line,) = (tmp_path / "zigral.log").read_text(encoding="utf-8").splitlines()
    stamp, level, module, run, message = line.split(" | ")
    assert datetime.fromisoformat(stamp).tzinfo == UTC
    assert (level.strip(), module, run) == ("INFO", "server.runner", "run run-7")
    assert message == "A lead ended: failed status=failed pages=3"


def test_errors_have_a_file_of_their_own_with_the_traceback(tmp_path: Path) -> None:
    configure(tmp_path, console=None)
    log = get_logger("here")
    log.info("all is well")
    try:
        {}["no such key"]
    except KeyError:
        log.exception("It broke.")
    errors = (tmp_path / "error.log").read_text(encoding="utf-8")
    assert "all is well" not in errors
    assert "KeyError: 'no such key'" in errors
    assert "in test_errors_have_a_file_of_their_own_with_the_traceback" in errors
    assert errors in (tmp_path / "zigral.log").read_text(encoding="utf-8")


def test_before_it_is_configured_and_below_its_level_nothing_is_written(tmp_path: Path) -> None:
    get_logger("here").error("nobody asked")
    configure(tmp_path / "logs", level="WARNING", console=None)
    get_logger("here").info("too small")
    assert not (tmp_path / "logs").exists()


def test_the_console_shows_warnings_in_one_line_and_nothing_less(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(tmp_path)
    log = get_logger("tools.web")
    log.info("read a page")
    try:
        raise Unavailable("The site does not answer.")
    except Unavailable:
        log.exception("Left out.")
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "error: tools.web: Left out. (Unavailable: The site does not answer.)\n"


def test_a_name_in_a_line_cannot_write_a_line_of_its_own_nor_move_the_cursor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(tmp_path)
    get_logger("here").warning("read {name}", name="Acme\x1b[2J\r\u202e\n2026-01-01T00:00:00.000Z | INFO | forged")
    said = capsys.readouterr().err + written(tmp_path)
    assert not {"\x1b", "\r", "\u202e"} & set(said)
    assert not [line for line in said.splitlines() if line.startswith("2026-01-01")]


def test_runs_side_by_side_keep_their_ids_apart(tmp_path: Path) -> None:
    configure(tmp_path, console=None)

    async def one(number: int) -> None:
        with run_context(f"run-{number}"):
            await asyncio.sleep(0)
            get_logger("here").info("i am {number}", number=number)

    async def all_of_them() -> None:
        await asyncio.gather(*(one(number) for number in range(20)))

    asyncio.run(all_of_them())
    lines = (tmp_path / "zigral.log").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 20
    assert all(f"run run-{line.split('number=')[1]} |" in line for line in lines)


PLANTED = {
    "OPENAI_API_KEY": "sk-proj-Zq81hYt5wKx20aBcD",
    "REDIS_URL": "rediss://:w0nd/er@cache.example:6380/0",
    "SMTP": "smtps://mailer:Tr0ub4dor%263@smtp.example:465",
    "ZIGRAL_API_KEYS": "ada:k-Ada-11223344,bob:k-Bob-55667788",
    "REDIS_PASSWORD": "hunter2!",
}
PIECES = (
    *("sk-proj-Zq81hYt5wKx20aBcD", "w0nd/er", "w0nd%2Fer", "Tr0ub4dor%263", "Tr0ub4dor&3"),
    *("k-Ada-11223344", "k-Bob-55667788", "hunter2!"),
)
UNKNOWN = {  # nobody said that these are secret
    "redis://:pw@localhost:6379": ":pw@",
    "smtp://user:s3cr3t/x@mail.example": "s3cr3t/x",
    "Authorization: Bearer abcdef0123456789": "abcdef0123456789",
    "authorization: Basic dXNlcjpwYXNz": "dXNlcjpwYXNz",
    "{'password': 'two words', 'a': 1}": "two words",
    '{"client_secret": "c0ffee-\\"quoted\\""}': "c0ffee",
    "curl --password opensesame": "opensesame",
    "key sk-abcdefghijklmnop was refused": "sk-abcdefghijklmnop",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789": "ghp_abcdefghijklmnopqrst",
    "GET https://api.example/v1?api_key=topsecret&q=Ada HTTP/1.1": "topsecret",
    '127.0.0.1:5 - "GET /threads?token=letmein HTTP/1.1" 200': "letmein",
    "mail to ada.lind@torvale.example": "ada.lind@",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl": "eyJzdWIiOiIxIn0",
    f"Draft(subject='About pumps', body={BODY!r})": "fourteen countries",
    '{"body": "call me at 555"}': "call me at 555",
    "1 fault [type=x, input_value='Hi Ada, secret plan', input_type=str]": "secret plan",
}


def say_everywhere(text: str) -> None:
    """In a message, an argument, an extra, a nested extra, an exception, its cause, its note, its group, a line."""
    log = get_logger("here")
    log.warning(f"said {text}")
    log.warning("given {what}", what=text)
    log.bind(extra=text, nested={"deep": [text]}).warning("bound")
    logging.getLogger("some.library").warning("library %s", text)
    try:
        try:
            raise ValueError(text)
        except ValueError as error:
            error.add_note(text)
            raise ExceptionGroup(text, [Refused(text), RuntimeError(text)]) from error
    except ExceptionGroup as error:
        log.opt(exception=error).error("grouped")
        logging.getLogger("some.library").exception("failed")


@pytest.mark.parametrize("name", PLANTED)
def test_no_configured_secret_is_in_any_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    configure(tmp_path, level="TRACE", console="TRACE", secrets=PLANTED.values())
    say_everywhere(f"it was {PLANTED[name]}")
    for piece in PIECES:
        say_everywhere(f"x{piece}x or {piece}")
    kept = keep_error(tmp_path, PLANTED[name], RuntimeError(PLANTED[name]), secrets=PLANTED.values())
    said = "".join(capsys.readouterr()) + written(tmp_path)
    assert kept
    assert said.count("grouped") == 3 * (1 + len(PIECES))  # so everything was said, on the console and in two files
    assert [piece for piece in PIECES if piece in said] == []


@pytest.mark.parametrize(("text", "secret"), UNKNOWN.items())
def test_what_looks_like_a_secret_or_a_mail_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, secret: str
) -> None:
    configure(tmp_path, level="TRACE", console="TRACE")
    say_everywhere(text)
    said = "".join(capsys.readouterr()) + written(tmp_path)
    assert said.count("grouped") == 3
    assert secret not in said


@pytest.mark.parametrize("filler", ["a-", '"', "a@", "://", "x://a:", "body='", "password=", "eyJ", "GET /", "a."])
def test_a_line_of_any_length_costs_no_more_than_a_moment_and_shows_no_half_of_a_key(
    tmp_path: Path, filler: str
) -> None:
    configure(tmp_path, console=None, secrets=["planted-and-configured"])
    for length in (39_990, 39_995, 200_000):
        padding = (filler * length)[:length]
        get_logger("here").info("{}", f"{padding} planted-and-configured sk-planted-by-shape-123456")
    assert "planted" not in written(tmp_path)
    assert max(map(len, written(tmp_path).splitlines())) < 45_000


def test_a_private_text_is_left_out_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(tmp_path)
    with private(BODY):
        say_everywhere(BODY)
        say_everywhere("quoting: your pumps run in fourteen countries. And so on.")
    said = "".join(capsys.readouterr()) + written(tmp_path)
    assert "fourteen" not in said
    get_logger("here").warning("fourteen again")
    assert "fourteen again" in written(tmp_path)


def test_an_extra_that_is_named_as_a_mail_is_left_out(tmp_path: Path) -> None:
    configure(tmp_path, console=None)
    get_logger("here").bind(body="Dear planted", subject="Planted too", lead_id="l1").info("kept")
    assert "lanted" not in written(tmp_path)
    assert "lead_id=l1" in written(tmp_path)


class Strict(BaseModel):
    age: int


def test_what_a_model_refused_is_not_quoted_but_its_place_is(tmp_path: Path) -> None:
    configure(tmp_path, console=None)
    try:
        Strict.model_validate({"age": "planted value"})
    except ValueError as error:
        get_logger("here").opt(exception=error).error("refused")
    assert "planted" not in written(tmp_path).replace('"planted value"', "")  # the source line of this test
    assert "age: Input should be a valid integer" in written(tmp_path)


def test_no_variable_of_a_frame_is_shown(tmp_path: Path) -> None:
    configure(tmp_path, level="TRACE", console=None)
    parts = ["planted", "in", "a", "variable"]
    joined = "-".join(parts)
    try:
        joined.index("absent")
    except ValueError:
        get_logger("here").exception("broke")
    assert joined not in written(tmp_path)


class Unprintable:
    def __repr__(self) -> str:
        raise ValueError("planted-in-repr")


class UnprintableError(Exception):
    def __str__(self) -> str:
        raise ValueError("planted-in-str")


def test_what_cannot_be_printed_costs_no_line_and_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(tmp_path)
    get_logger("here").bind(odd=Unprintable()).warning("first")
    try:
        raise UnprintableError
    except UnprintableError as error:
        get_logger("here").opt(exception=error).error("second")
    said = capsys.readouterr().err
    assert [word for word in ("first", "second") if word not in said] == []
    assert "planted-in-str" not in said


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "logs").write_text("a file stands in the way", encoding="utf-8")
    configure(tmp_path / "logs")
    get_logger("here").warning("still said")
    assert "still said" in capsys.readouterr().err
    assert keep_error(tmp_path / "logs", "x", ValueError("y")) is None


TODAY = datetime(2026, 3, 10, tzinfo=UTC).date()


def test_a_new_day_puts_the_file_aside_and_seven_days_are_kept(tmp_path: Path) -> None:
    file = DailyFile(tmp_path / "zigral.log")
    for age in range(12, -1, -1):
        day = TODAY - timedelta(days=age)
        assert file.append(f"{day} first\n", day)
        assert file.append(f"{day} second\n", day)
    names = sorted(path.name for path in tmp_path.glob("*.log"))
    assert names == sorted(["zigral.log", *(f"zigral.2026-03-0{day}.log" for day in range(10 - DAYS, 10))])
    assert (tmp_path / "zigral.log").read_text() == "2026-03-10 first\n2026-03-10 second\n"
    assert (tmp_path / "zigral.2026-03-09.log").read_text() == "2026-03-09 first\n2026-03-09 second\n"


def test_a_day_without_end_is_bounded_and_other_files_are_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "error.2020-01-01.log"
    other.write_text("mine")
    file = DailyFile(tmp_path / "zigral.log", full=100)
    for number in range(FILES * 3):
        assert file.append(f"{TODAY} {number:03} {'x' * 100}\n", TODAY)
    assert len(list(tmp_path.glob("zigral*.log"))) == FILES + 1
    assert f"{FILES * 3 - 1:03}" in (tmp_path / "zigral.log").read_text()
    assert other.exists()


WRITER = """
import sys
from datetime import date
from pathlib import Path
from memory.log_files import DailyFile

name, folder, day = sys.argv[1], Path(sys.argv[2]), date.fromisoformat(sys.argv[3])
file = DailyFile(folder / "zigral.log", full=5_000)
for number in range(150):
    assert file.append(f"{day} {name} {number:03} {'x' * 20}\\n", day)
"""


def test_no_line_is_lost_or_torn_when_several_processes_write_and_rotate(tmp_path: Path) -> None:
    """They fill files together, and each morning find yesterday's at once."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    days = ("2026-03-08", "2026-03-09", "2026-03-10")
    for day in days:
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, name, str(tmp_path), day], env=environ)
            for name in ("a", "b", "c")
        ]
        assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0]
    found = [line.split() for path in tmp_path.glob("*.log") for line in path.read_text().splitlines()]
    assert len(list(tmp_path.glob("*.log"))) > 3
    assert sorted(found) == [
        [day, name, f"{n:03}", "x" * 20] for day in days for name in ("a", "b", "c") for n in range(150)
    ]


def test_what_is_written_is_for_the_owner_alone(tmp_path: Path) -> None:
    configure(tmp_path / "logs", console=None)
    get_logger("here").error("x")
    assert (tmp_path / "logs").stat().st_mode & 0o077 == 0
    assert (tmp_path / "logs" / "error.log").stat().st_mode & 0o077 == 0
