"""`zigral init`: three files from flags or questions, all of them or none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from dotenv import dotenv_values
from typer.testing import CliRunner

from memory.errors import Conflict, Invalid
from server.cli import app
from server.settings import VARIABLES
from tools.profile_files import load_icp, load_offer

ROOT = Path(__file__).resolve().parents[2]
FILES = {"icp.toml", "offer.toml", ".env"}
KEY = "sk-test-planted-key-1234567890"


@pytest.fixture(autouse=True)
def empty_folder(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(short_folder)
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)


def zigral(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=stdin)


def here() -> set[str]:
    return {path.name for path in Path().iterdir()}


def test_yes_alone_writes_three_files_that_work_at_once_and_says_what_is_still_an_example() -> None:
    outcome = zigral("init", "--yes")
    assert outcome.exit_code == 0
    assert here() == FILES
    assert "company, name, email, postal address, what and audience" in outcome.stdout
    assert "zigral doctor" in outcome.stdout
    assert zigral("icp", "test", "icp.toml").exit_code == 0
    demo = ROOT / "demo"
    run = zigral("run", str(demo / "leads.csv"), "--web", str(demo / "web"), "--limit", "1")
    assert run.exit_code == 0
    assert "offer.toml is signed by an example" in run.stderr


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_the_flags_stand_in_the_files(language: str) -> None:
    outcome = zigral(
        *("init", "--yes", "--company", "O'Brien & Söhne", "--name", "Ada Lind", "--role", "founder"),
        *("--email", "ada@brien.example", "--postal-address", "Example Street 1, 04229 Leipzig"),
        *("--unsubscribe", "https://brien.example/stop", "--language", language, "--what", 'a "plan" with a \\'),
        *("--audience", "makers", "--employees", "20-80", "--countries", "Germany, Côte d'Ivoire"),
        *("--question", "Does it make things?", "--signals", 'factory, "works", 5\\6', "--never", "Is it a bank?"),
        *("--never-signals", "bank", "--web", "live", "--model", "some model"),
        *("--base-url", "http://localhost:1/v1"),
    )
    assert outcome.exit_code == 0
    offer, icp = load_offer(Path("offer.toml")), load_icp(Path("icp.toml"))
    assert (offer.sender.company, offer.what, offer.language) == ("O'Brien & Söhne", 'a "plan" with a \\', language)
    assert offer.speaks(language)  # type: ignore[arg-type]
    assert [one.rule for one in icp.criteria if one.rule] == [
        "employees >= 20 and employees <= 80",
        'country in ["Germany", "Côte d\'Ivoire"]',
    ]
    assert icp.criteria[2].signals == ("factory", '"works"', "5\\6")
    assert (icp.criteria[3].kind, icp.criteria[3].question) == ("never", "Is it a bank?")
    assert dotenv_values(".env") == {
        "ZIGRAL_WEB": "live",
        "ZIGRAL_MODEL": "some model",
        "OPENAI_BASE_URL": "http://localhost:1/v1",
    }
    assert "Still examples" not in outcome.stdout
    assert zigral("icp", "test", "icp.toml").exit_code == 0


def test_any_number_anywhere_is_a_profile_of_one_question() -> None:
    assert zigral("init", "--yes", "--employees", "any", "--countries", "any").exit_code == 0
    assert [one.id for one in load_icp(Path("icp.toml")).criteria] == ["customers"]
    assert zigral("icp", "test", "icp.toml").exit_code == 0


@pytest.mark.parametrize(
    ("flag", "value", "why"),
    [
        ("--email", "ada at acme", "one mail address"),
        ("--name", "Ada <ada@x.example>", "plain name"),
        ("--company", " ", "must not be blank"),
        ("--unsubscribe", "http://x.example", "https:// link"),
        ("--language", "klingon", "'en', 'de' or 'fr'"),
        ("--employees", "many", "10-500"),
        ("--employees", "500-10", "10-500"),
        ("--question", "They make pumps", "question mark"),
        ("--web", "no-such-folder", "no-such-folder"),
        ("--base-url", "ftp://x", "https?://"),
        ("--countries", '"Germany"', "quotation marks"),
    ],
)
def test_an_answer_that_could_not_be_used_is_named_by_its_flag_and_nothing_is_written(
    flag: str, value: str, why: str
) -> None:
    outcome = zigral("init", "--yes", flag, value)
    assert isinstance(outcome.exception, Invalid)
    assert str(outcome.exception).startswith(f"{flag}: ")
    assert why in str(outcome.exception)
    assert here() == set()


def test_what_is_there_stays_unless_force_is_given_and_even_then_it_is_kept_aside() -> None:
    Path("icp.toml").write_text("mine", encoding="utf-8")
    outcome = zigral("init", "--yes")
    assert "Left as it was: icp.toml" in outcome.stdout
    assert Path("icp.toml").read_text(encoding="utf-8") == "mine"
    assert isinstance(zigral("init", "--yes").exception, Conflict)
    document = json.loads(zigral("init", "--yes", "--force", "--json").stdout)
    assert document["set_aside"] == ["icp.toml.old", "offer.toml.old", ".env.old"]
    assert Path("icp.toml.old").read_text(encoding="utf-8") == "mine"
    assert load_icp(Path("icp.toml"))


def test_the_settings_are_for_their_owner_alone_and_the_key_comes_by_stdin_or_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outcome = zigral("init", "--yes", "--key-from", "stdin", stdin=f"{KEY}\n")
    assert dotenv_values(".env")["OPENAI_API_KEY"] == KEY
    assert Path(".env").stat().st_mode & 0o777 == 0o600
    assert KEY not in outcome.output
    monkeypatch.setenv("OPENAI_API_KEY", "other-key-it's#$x")
    assert zigral("init", "--yes", "--force", "--key-from", "environment").exit_code == 0
    monkeypatch.delenv("OPENAI_API_KEY")
    assert dotenv_values(".env")["OPENAI_API_KEY"] == "other-key-it's#$x"
    assert Path(".env.old").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("sent", ["", "\n", "two words\n"])
def test_a_key_that_is_none_is_refused_without_being_shown(sent: str) -> None:
    outcome = zigral("init", "--yes", "--key-from", "stdin", stdin=sent)
    assert isinstance(outcome.exception, Invalid)
    assert "two words" not in str(outcome.exception)
    assert here() == set()


PERSON = """
import os, pty, sys
answers = eval(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.executable, [sys.executable, "-m", "server.cli", "init"])
said, asked = b"", 0
while True:
    try:
        said += os.read(terminal, 4096)
    except OSError:
        break
    if answers and said.endswith(b": ") and len(said) > asked:
        asked = len(said) + 2
        os.write(terminal, answers.pop(0).encode())
sys.stdout.buffer.write(said)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


def at_a_terminal(answers: list[str]) -> tuple[int, str]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PERSON, repr(answers)]
    done = subprocess.run(command, env=environ, capture_output=True, timeout=120, check=False)
    return done.returncode, done.stdout.decode()


def test_a_person_is_asked_until_the_answer_can_be_used_and_the_key_is_not_shown() -> None:
    code, said = at_a_terminal(
        [
            *("Wochenbrett\n", "Jule\n", "\n", "not an address\n", "jule@wochenbrett.example\n", "Lagerhof 4\n"),
            *("\n", "de\n", "Plantafeln\n", "kleine Fabriken\n", "\n", "\n"),
            *("10+\n", "\n", "\n", "\n", "\n", "\n", f"{KEY}\n"),
        ]
    )
    assert code == 0, said
    assert "one mail address" in said
    assert KEY not in said
    offer = load_offer(Path("offer.toml"))
    assert offer.statements[0].text == "Wochenbrett bietet Plantafeln."
    assert offer.sender.unsubscribe == "mailto:jule@wochenbrett.example"
    assert load_icp(Path("icp.toml")).criteria[0].rule == "employees >= 10"
    assert dotenv_values(".env") == {"ZIGRAL_WEB": "live", "OPENAI_API_KEY": KEY}


def test_ctrl_c_in_the_middle_leaves_nothing_behind() -> None:
    # the line end wakes a readline that the signal overtook
    code, said = at_a_terminal(["Wochenbrett\n", "Jule\n", "\x03\n"])
    assert code == 130
    assert "Nothing was written" in said
    assert here() == set()
