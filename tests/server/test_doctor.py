"""`zigral doctor`: what works, what does not, and what to do about it, without a secret."""

import asyncio
import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import redis
from click.testing import Result
from typer.testing import CliRunner

from memory.embedded import server_binary
from memory.redaction import Redactor
from server.cli import app
from server.doctor.check import Check, Finding, make
from server.settings import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
KEY = "planted-model-key-8462"


@pytest.fixture(autouse=True)
def empty_folder(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(short_folder)
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)


def doctor(*words: str) -> Result:
    return CliRunner().invoke(app, ["doctor", *words], catch_exceptions=False)


def found() -> dict[str, dict[str, str]]:
    """What each check came to, by its name."""
    outcome = doctor("--json")
    document = json.loads(outcome.stdout)
    failed = [one for one in document["checks"] if one["status"] == "failed"]
    assert (outcome.exit_code, document["ok"]) == ((1, False) if failed else (0, True))
    return {one["name"]: one for one in document["checks"]}


def test_an_empty_folder_works_and_each_warning_says_what_to_do() -> None:
    checks = found()
    assert {name for name, one in checks.items() if one["status"] == "ok"} >= {"python", "data folder", "redis"}
    assert {checks[name]["status"] for name in ("profile", "offer")} == {"warning"}
    assert {checks[name]["do"] for name in ("profile", "offer")} == {"Run: zigral init"}
    assert {checks[name]["status"] for name in ("web", "model", "api keys")} == {"off"}
    assert "WAITAOF available" in checks["redis"]["found"]
    assert "append-only on" in checks["redis"]["found"]
    assert checks["memory"]["found"].startswith("Interactions: 0; in the embedded index: 0")


def test_agents_that_are_brought_are_named_or_said_to_be_unusable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found()["agents"]["status"] == "off"
    text = "from nodes.agents.echo import Echo\nmine = Echo('mine')\n"
    Path("mine.py").write_text(text, encoding="utf-8")
    monkeypatch.setenv("ZIGRAL_AGENTS", "mine.py")
    assert found()["agents"]["found"] == "Beside Zigral's own: mine."
    monkeypatch.setenv("ZIGRAL_AGENTS", "gone.py")
    assert found()["agents"]["status"] == "failed"


def test_a_person_reads_a_line_for_each_and_the_count() -> None:
    outcome = doctor()
    assert outcome.exit_code == 0
    assert "ok       python       Python 3." in outcome.stdout
    assert "-> Run: zigral init" in outcome.stdout
    assert outcome.stdout.rstrip().splitlines()[-1].endswith("off.")


def test_what_is_configured_and_does_not_work_fails_and_no_secret_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {
        "REDIS_URL": f"redis://:planted-redis-pw@127.0.0.1:{closed_port()}",
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": f"http://127.0.0.1:{closed_port()}/v1",
        "ZIGRAL_API_KEYS": "ada:planted-ada-1111,bob:planted-bob-2222",
        "ZIGRAL_WEB": "no-such-folder",
        "ZIGRAL_ICP": "no-such.toml",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    outcome, checks = doctor(), found()
    assert {name for name, one in checks.items() if one["status"] == "failed"} == {
        "redis",
        "memory",
        "model",
        "web",
        "profile",
    }
    assert checks["api keys"]["found"] == "2 keys: ada, bob."
    assert "OPENAI_API_KEY" in checks["settings"]["found"]
    assert "planted" not in outcome.output + json.dumps(checks)
    logs = Path(".zigral/logs")
    assert "planted" not in "".join(path.read_text() for path in logs.glob("*")) if logs.exists() else True


def test_settings_that_cannot_be_read_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "planted-loud")
    checks = found()
    assert checks["settings"]["status"] == "failed"
    assert "LOG_LEVEL" in checks["settings"]["found"]
    assert "planted" not in checks["settings"]["found"]


def test_a_name_that_nothing_reads_and_a_file_that_all_can_read_are_pointed_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text(f"OPENAI_API_KEY={KEY}\nOPENAI_BASE_URL=http://127.0.0.1:{closed_port()}\n")
    Path(".env").chmod(0o644)
    assert found()["settings"]["do"] == "Run: chmod 600 .env"
    monkeypatch.setenv("ZIGRAL_MODLE", "x")
    assert "Not known: ZIGRAL_MODLE" in found()["settings"]["found"]


def test_what_init_wrote_is_found_and_its_examples_are_named() -> None:
    assert CliRunner().invoke(app, ["init", "--yes", "--web", str(ROOT / "demo" / "web")]).exit_code == 0
    checks = found()
    assert checks["profile"]["status"] == checks["web"]["status"] == "ok"
    assert "signed by an example" in checks["offer"]["found"]
    assert "saved pages" in checks["web"]["found"]


def test_a_server_that_keeps_nothing_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with redis_server(tmp_path, "--appendonly", "no") as port:
        monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{port}")
        one = found()["redis"]
    assert (one["status"], "append-only off" in one["found"]) == ("warning", True)
    assert "appendonly yes" in one["do"]


def test_a_server_that_may_evict_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with redis_server(tmp_path, "--appendonly", "yes", "--maxmemory-policy", "allkeys-lru") as port:
        monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{port}")
        one = found()["redis"]
    assert (one["status"], "maxmemory-policy noeviction" in one["found"]) == ("failed", True)


@pytest.mark.parametrize(("schemas", "status"), [(True, "ok"), (False, "warning")])
def test_the_model_is_asked_once_and_its_mode_is_told(
    schemas: bool, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(schemas=schemas) as port:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{port}/v1")
        one = found()["model"]
    assert one["status"] == status
    assert "gpt-5-mini answers" in one["found"]
    assert ("no JSON-schema mode" in one["found"]) is not schemas


def test_checks_run_side_by_side_and_one_that_hangs_or_breaks_stops_no_other() -> None:
    met = asyncio.Barrier(3)

    async def meet() -> Finding:
        await met.wait()  # hangs, unless the others are made meanwhile
        return Finding("ok", "Met.")

    async def hang() -> Finding:
        await met.wait()
        await asyncio.Event().wait()
        raise AssertionError

    async def breaks() -> Finding:
        await met.wait()
        raise KeyError(KEY)

    done: list[str] = []
    checks = [Check("meet", meet, 60), Check("hang", hang, 1), Check("breaks", breaks, 60)]
    made = asyncio.run(make(checks, Redactor(frozenset({KEY})), done.append))
    assert [(one.name, one.finding.status) for one in made] == [
        ("meet", "ok"),
        ("hang", "failed"),
        ("breaks", "failed"),
    ]
    assert "within 1 seconds" in made[1].finding.found
    assert "KeyError" in made[2].finding.found
    assert KEY not in str(made)
    assert sorted(done) == ["breaks", "hang", "meet"]


def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def redis_server(folder: Path, *options: str) -> Iterator[int]:
    port = closed_port()
    command = [str(server_binary()), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
    process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with redis.Redis(port=port) as client:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                try:
                    client.ping()
                    break
                except redis.ConnectionError:
                    time.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait()


@contextmanager
def model_server(*, schemas: bool) -> Iterator[int]:
    """An endpoint that greets, and that may not know JSON schemas."""

    class Greeter(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            kind = asked.get("response_format", {}).get("type")
            if kind == "json_schema" and not schemas:
                error = {"message": "'response_format.type' must be json_object", "type": "invalid_request_error"}
                self.reply(400, {"error": error})
                return
            message = {"role": "assistant", "content": json.dumps({"word": "hello"})}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            usage = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
            named = {"id": "c1", "object": "chat.completion", "created": 1, "model": asked["model"]}
            self.reply(200, {**named, "choices": [choice], "usage": usage})

        def reply(self, status: int, body: object) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Greeter)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
