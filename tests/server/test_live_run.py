"""`zigral run --web live` where nothing may be reached; tests/tools/test_live_web.py has what may."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from memory.errors import Conflict, Invalid
from server.assembly import DEMO, read_inputs
from server.cli import app
from server.run_folder import begin
from server.settings import Settings
from tools.live_web import LiveWeb

LEADS = (
    "Email,Company,Website\nada@acme.example,Acme,http://127.0.0.1/\nbob@ten.example,Ten,http://10.0.0.1:8080/\n"
    "cy@home.example,Home,http://localhost/\n"
)


def test_leads_whose_websites_must_not_be_read_fail_with_the_reason(
    short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(short_folder)
    Path("leads.csv").write_text(LEADS, encoding="utf-8")
    outcome = CliRunner().invoke(app, ["run", "leads.csv", "--web", "live", "--out", "out", "--json"])
    summary = json.loads(outcome.stdout)
    assert summary["statuses"] == {"failed": 3}
    assert summary["reasons"]["failed"]["the host leads to a private address and is not read"] == 2
    results = [json.loads(line) for line in Path("out/runs.jsonl").read_text(encoding="utf-8").splitlines()]
    errors = {result["lead"]["company"]: result["error"] for result in results}
    assert "leads to a private address" in errors["Acme"]
    assert "its port is 8080" in errors["Ten"]
    assert json.loads(Path("out/run.json").read_text(encoding="utf-8"))["web_sha256"] == "live"


def test_a_folder_that_was_begun_with_saved_pages_does_not_go_on_with_live_ones(tmp_path: Path) -> None:
    for web, refused in ((str(DEMO / "web"), False), ("live", True)):
        inputs = read_inputs(Settings(), icp=DEMO / "icp.toml", offer=DEMO / "offer.toml", web=web)
        given = {"icp": inputs.icp_path, "offer": inputs.offer_path, "web_sha256": inputs.web_sha256}
        if refused:
            assert isinstance(inputs.web, LiveWeb)
            with pytest.raises(Conflict, match="another web"), begin(tmp_path / "out", **given):
                pass
        else:
            with begin(tmp_path / "out", **given):
                pass


def test_the_ports_are_a_list_with_commas() -> None:
    assert Settings.from_env({"ZIGRAL_WEB_PORTS": "80, 443,8080"}).web_ports == {80, 443, 8080}
    assert Settings.from_env({"ZIGRAL_WEB_PORTS": " "}).web_ports == {80, 443}


@pytest.mark.parametrize("ports", ["http", "80,", "0", "70000", "80;443", ","])
def test_what_is_no_port_is_refused_by_the_variables_name(ports: str) -> None:
    with pytest.raises(Invalid, match="ZIGRAL_WEB_PORTS"):
        Settings.from_env({"ZIGRAL_WEB_PORTS": ports})
