"""Keys and mails that workflows handle stand in no log, no error of a step, and no problem document (S1)."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from memory.errors import Malformed, Unavailable
from memory.logs import configure
from nodes.agents.agent import Agent, Capability, Limits, Made, Task
from tests.server.workflows.office import ROOT, Office, open_office, step, workflow

KEY, PLAIN = "sk-planted-abcdef123456", "violoncello77planted"
MAIL = "Dear planted team, my mother is ill and I cannot come on Monday."
HEADERS = {"X-Partner": PLAIN, "Authorization": f"Bearer {KEY}"}
WORDS = ("planted", "mother")


class Careless(Agent):
    """Says in its errors and to the log what nobody should."""

    agent_id = "careless"
    name = "Careless"
    capabilities = (Capability("work"),)
    limits = Limits(attempts=1)

    async def execute(self, task: Task) -> Made:
        mail = str(task.parameters["mail"])
        logging.getLogger("careless").warning("Read %s", {"body": mail, "api_key": KEY})
        raise self.errors(mail)[str(task.parameters["kind"])]

    @staticmethod
    def errors(mail: str) -> dict[str, Exception]:
        return {
            "foreign": ValueError(f"401 for {KEY}"),
            "plain": RuntimeError(f"nobody has {PLAIN}"),
            "mail": KeyError(mail),
            "unavailable": Unavailable(f"GET https://api.example/x?api_key={KEY} failed, password={PLAIN}"),
            "malformed": Malformed(f"'Authorization: Bearer {KEY}' is not for https://me:{PLAIN}@api.example"),
            "configured": Unavailable("The partner does not take configured-planted-key."),
        }


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Path]:
    level = logging.getLogger().level
    yield tmp_path / "logs"
    configure(None, console=None)
    logging.getLogger().setLevel(level)


def call(url: str, headers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"step_id": "called", "step_type": "api_call", "method": "GET", "url": url, "headers": headers, **more}


CALLS = (
    call(f"http://127.0.0.1/x?token={PLAIN}", HEADERS),
    call(f"http://me:{PLAIN}@10.0.0.1/", HEADERS),
    call(f"https://nohost.invalid/?api_key={KEY}", HEADERS, retry={"attempts": 2, "wait": 0}),
    call("https://nohost.invalid/", {"X-Partner": f"{PLAIN} {{{{input.missing}}}}"}),
    call("https://nohost.invalid/", {"X-Partner": f"{PLAIN}é"}),
    call("https://nohost.invalid/", {"X-Partner": "{{input.key}}"}),
    call("https://nohost.invalid/", {"Host": PLAIN, "Content-Length": PLAIN}),
)
REFUSED = (
    call("https://nohost.invalid/", {"X-Partner": [PLAIN]}),
    call("https://nohost.invalid/", {"X-Partner": f"{PLAIN}\n"}),
    call("https://nohost.invalid/", {"X-Partner": f"{PLAIN} {{{{ nope {PLAIN}"}),
    call("https://nohost.invalid/", {"X-Partner": f"{PLAIN} {{{{steps.x.y}}}}"}),
    call(PLAIN, HEADERS),
)
ASKED = (
    ("copywriter", "reply", {"lead": {"email": "anna.quast@quellwerk.example"}, "mail": {"text": MAIL}}),
    ("research", "enrich_lead", {"lead": {"email": "nobody", "note": MAIL}}),
    ("records", "note", {"text": MAIL, "person": MAIL}),
    ("analyst", "ask", {"question": MAIL}),
    ("records", "no_such_thing", {"text": MAIL}),
)


async def failed(office: Office, one: dict[str, Any], **given: Any) -> str:
    """What is said of an execution that failed, and of its steps; what they were given is the user's own."""
    execution = await office.run(workflow(one), **given)
    return json.dumps([execution["error"], [record["error"] for record in execution["steps"].values()]])


def clean(text: str) -> bool:
    return not any(word in text.lower() for word in WORDS)


async def test_keys_and_mails_stand_in_no_log_no_error_and_no_problem(short_folder: Path, logs: Path) -> None:
    given = {"web": "live", "webhook_secret": "configured-planted-key"}
    async with open_office(short_folder, agents=[Careless()], **given) as office:
        configure(logs, level="DEBUG", console=None, secrets=office.backend.settings.secrets())
        for one in CALLS:
            assert clean(await failed(office, one, key=f"{PLAIN}\r\nX-More: 1")), one
        for kind in Careless.errors(MAIL):
            parameters = {"kind": kind, "mail": "{{input.mail}}"}
            asked = {**step("told"), "agent_type": "careless", "parameters": parameters}
            assert clean(await failed(office, asked, mail=MAIL)), kind
        for agent, task, parameters in ASKED:
            names = {name: f"{{{{input.{name}}}}}" for name in parameters}
            made = await office.http.post(
                ROOT, json=workflow({**step("told"), "agent_type": agent, "task": task, "parameters": names})
            )
            if made.status_code == 201:
                body = {"input_data": parameters}
                ended = await office.http.post(f"{ROOT}/{made.json()['workflow_id']}/execute", json=body)
                assert clean(json.dumps([ended.json().get("error"), ended.json()["steps"]["told"]["error"]]))
            assert made.status_code == 201 or clean(made.text)
        for one in REFUSED:
            refused = await office.http.post(ROOT, json=workflow(one))
            assert refused.status_code == 422
            assert clean(refused.text)
        for path, wrong in (
            ("/command", {"command": MAIL, "extra": PLAIN}),
            ("/command", {"command": [PLAIN]}),
            ("/api/v1/tasks", {"type": PLAIN, "query": MAIL}),
            ("/api/v1/tasks", {"type": "simple", "query": MAIL, "input": {"key": PLAIN}}),
        ):
            problem = await office.http.post(path, json=wrong)
            assert problem.status_code == 422
            assert clean(problem.text)
        agents = (await office.http.get("/api/v1/agents")).text
        assert clean(agents)
        assert "careless" in agents
    written = "".join(path.read_text() for path in logs.glob("*.log"))
    assert "The agent careless failed at work." in written
    assert [line for line in written.splitlines() if not clean(line)] == []
