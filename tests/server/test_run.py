"""`zigral run` and `zigral approve` over the demo: what a newcomer does, and does wrong."""

import csv
import email
import json
import os
import shutil
import subprocess
import sys
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result as Outcome
from typer.testing import CliRunner

from server.cli import app
from server.run_folder import open_folder

DEMO = Path(__file__).resolve().parents[2] / "demo"


def zigral(data: Path, *arguments: str | Path) -> Outcome:
    return CliRunner().invoke(
        app, [*map(str, arguments)], env={"ZIGRAL_DATA": str(data), "REDIS_URL": "", "OPENAI_API_KEY": ""}
    )


def run_demo(base: Path, *more: str, leads: Path = DEMO / "leads.csv", icp: Path = DEMO / "icp.toml") -> Outcome:
    inputs = ("--icp", icp, "--offer", DEMO / "offer.toml", "--web", DEMO / "web", "--out", base / "out")
    return zigral(base / "data", "run", leads, *inputs, *more)


def results(base: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (base / "out" / "runs.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("run")
    outcome = run_demo(base)
    assert outcome.exit_code == 0, outcome.output
    return base


@pytest.fixture
def base(first_run: Path, tmp_path: Path) -> Path:
    """A copy of the finished run, to be changed."""
    shutil.copytree(first_run, tmp_path / "copy", ignore=shutil.ignore_patterns("*.sock", "*.lock"))
    return tmp_path / "copy"


def waiting(base: Path) -> list[dict[str, Any]]:
    return [result for result in results(base) if result["status"] == "awaiting_approval"]


def test_every_accepted_lead_ends_with_a_result_and_the_others_are_counted(first_run: Path) -> None:
    found = results(first_run)
    assert len({result["lead"]["lead_id"] for result in found}) == len(found) == 14
    with (first_run / "out" / "rejected.csv").open(encoding="utf-8") as file:
        assert [row["reason"] for row in csv.DictReader(file)] == ["invalid_email"]


def test_each_draft_that_waits_is_proven_and_lies_there_as_a_mail(first_run: Path) -> None:
    assert len(waiting(first_run)) >= 6
    for result in waiting(first_run):
        assert result["proof"] == {"passed": True, "findings": []}
        path = first_run / "out" / "drafts" / f"{result['lead']['lead_id']}.eml"
        mail = email.message_from_bytes(path.read_bytes(), policy=default)
        body = mail.get_content().replace("\r\n", "\n")
        assert (mail["To"].addresses[0].addr_spec, mail["Subject"]) == (
            result["lead"]["email"],
            result["draft"]["subject"],
        )
        assert body.startswith(result["draft"]["body"].rstrip())
        assert "Lagerhof 4" in body.split("-- \n")[1]
        assert mail["List-Unsubscribe"] == "<mailto:stop@wochenbrett.example>"


def test_what_every_claim_cites_stands_at_its_place_in_a_page_of_the_lead(first_run: Path) -> None:
    for result in results(first_run):
        texts = {s["id"]: (first_run / "out" / s["file"]).read_text(encoding="utf-8") for s in result["snapshots"]}
        for fact in result["facts"]:
            assert texts[fact["snapshot_id"]][fact["start"] : fact["end"]] == fact["quote"]


def test_a_page_that_orders_a_model_about_is_neither_obeyed_nor_quoted(first_run: Path) -> None:
    result = next(result for result in results(first_run) if result["lead"]["company"] == "Quillfeather Labels")
    said = json.dumps([result["facts"], result["draft"]]).lower()
    assert not [
        word for word in ("ignore", "instruction", "api key", "assistant", "language model") if word in said
    ]
    assert result["lead"]["email"] == "tomas.brandt@quillfeather.example"


def test_leads_csv_says_of_each_lead_what_was_decided_and_why(first_run: Path) -> None:
    with (first_run / "out" / "leads.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    first = "email first_name last_name company title website linkedin_url reason lead_id"
    assert list(rows[0]) == [*first.split(), "qualified_at", "full_name", "status", "score"]
    assert {row["status"] for row in rows} == {"qualified", "not_qualified", "review", "failed"}
    assert all(row["reason"] for row in rows)
    assert all(bool(row["qualified_at"]) == (row["status"] == "qualified") for row in rows)


def test_running_again_does_nothing_twice(base: Path) -> None:
    before = (base / "out" / "runs.jsonl").read_bytes()
    assert run_demo(base).exit_code == 0
    assert (base / "out" / "runs.jsonl").read_bytes() == before


def test_going_on_with_another_profile_is_refused(base: Path, tmp_path: Path) -> None:
    other = tmp_path / "icp.toml"
    other.write_text((DEMO / "icp.toml").read_text(encoding="utf-8").replace("threshold = 60", "threshold = 61"))
    outcome = run_demo(base, icp=other)
    assert outcome.exit_code != 0
    assert "another profile" in str(outcome.exception)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"Email,Company\n", b"PK\x03\x04zip"])
def test_a_file_without_leads_leaves_no_folder_behind(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "leads.csv").write_bytes(content)
    outcome = run_demo(tmp_path, leads=tmp_path / "leads.csv")
    assert outcome.exit_code != 0
    assert not (tmp_path / "out").exists()


def test_a_file_whose_rows_are_all_rejected_ends_well_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("Email,Company\nnobody,Acme\n", encoding="utf-8")
    outcome = run_demo(tmp_path, leads=tmp_path / "leads.csv")
    assert outcome.exit_code == 0
    assert "1 rejected" in outcome.stdout


def test_json_is_one_document_with_the_counts(base: Path) -> None:
    outcome = run_demo(base, "--json")
    summary = json.loads(outcome.stdout)
    assert (summary["rows"], summary["accepted"], summary["duplicate"], summary["rejected"]) == (16, 14, 1, 1)
    assert summary["leads"] == 14


def test_limit_runs_the_first_leads_only(tmp_path: Path) -> None:
    assert run_demo(tmp_path, "--limit", "2").exit_code == 0
    assert {result["lead"]["company"] for result in results(tmp_path)} == {
        "Brindlecombe Pumps",
        "Lipnica Instruments",
    }


def test_approving_all_leaves_the_reviews_to_a_person(base: Path) -> None:
    qualified = [r for r in waiting(base) if r["qualification"]["status"] == "qualified"]
    outcome = zigral(base / "data", "approve", base / "out", "--all", "--json")
    assert json.loads(outcome.stdout)["approved"] == len(qualified) < len(waiting(base))
    assert len(list((base / "out" / "outbox").glob("*.eml"))) == len(qualified)
    last = {result["lead"]["lead_id"]: result["status"] for result in results(base)}
    assert all(last[result["lead"]["lead_id"]] == "approved" for result in qualified)
    assert {path.stem for path in (base / "out" / "drafts").glob("*.eml")} == {
        lead_id for lead_id, status in last.items() if status == "awaiting_approval"
    }


def test_one_lead_is_approved_by_its_address_once(base: Path) -> None:
    chosen = waiting(base)[0]["lead"]["email"]
    assert zigral(base / "data", "approve", base / "out", "--lead", chosen).exit_code == 0
    mail = email.message_from_bytes(next((base / "out" / "outbox").glob("*.eml")).read_bytes(), policy=default)
    assert mail["To"].addresses[0].addr_spec == chosen
    assert mail["Message-ID"].endswith("@wochenbrett.example>")
    again = zigral(base / "data", "approve", base / "out", "--lead", chosen)
    assert again.exit_code != 0
    assert "waits for an approval" in str(again.exception)


def test_approving_still_works_when_the_checkpoints_were_lost(base: Path) -> None:
    outcome = zigral(base / "another", "approve", base / "out", "--all", "--json")
    assert json.loads(outcome.stdout)["refused"] == []
    assert json.loads(outcome.stdout)["approved"] > 0


@pytest.mark.parametrize("checkpoints", ["data", "another"])
def test_a_draft_that_was_changed_behind_our_back_is_not_approved(base: Path, checkpoints: str) -> None:
    path = base / "out" / "runs.jsonl"
    changed = []
    for result in results(base):
        if result["draft"]:
            result["draft"]["body"] = result["draft"]["body"].replace("\n\n", "\n\nYou have 4,711 staff. ", 1)
        changed.append(json.dumps(result, ensure_ascii=False))
    path.write_text("\n".join(changed) + "\n", encoding="utf-8")
    outcome = zigral(base / checkpoints, "approve", base / "out", "--all", "--json")
    assert json.loads(outcome.stdout)["approved"] == 0
    assert not list((base / "out").glob("outbox/*.eml"))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ((), "Give --web"),
        (("--web", "nowhere"), "nowhere"),
        (("--web", str(DEMO / "web"), "--engine", "openai"), "needs a key"),
        (("--web", str(DEMO / "web"), "--engine", "magic"), "no engine 'magic'"),
        (("--web", str(DEMO / "web"), "--icp", "missing.toml"), "missing.toml"),
        (("--web", str(DEMO / "web"), "--offer", str(DEMO / "icp.toml")), "icp.toml"),
    ],
)
def test_what_cannot_start_says_why_and_writes_nothing(tmp_path: Path, options: tuple[str, ...], why: str) -> None:
    outcome = zigral(tmp_path / "data", "run", DEMO / "leads.csv", "--out", tmp_path / "out", *options)
    assert why in str(outcome.exception)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_run_is_named(tmp_path: Path) -> None:
    outcome = zigral(tmp_path / "data", "approve", tmp_path, "--all")
    assert "not the folder of a run" in str(outcome.exception)


def test_threads_have_the_ids_of_their_runs(first_run: Path) -> None:
    folder = open_folder(first_run / "out")
    assert all(result["run_id"] == folder.thread_id(result["lead"]["lead_id"]) for result in results(first_run))


def test_graphs_are_drawn_as_mermaid(tmp_path: Path) -> None:
    outcome = zigral(tmp_path, "graphs", "outreach")
    assert "approve" in outcome.stdout
    assert "graph TD" in outcome.stdout
    assert "There is no flow" in str(zigral(tmp_path, "graphs", "nothing").exception)


def test_asked_about_each_draft_a_person_sees_what_it_rests_on_and_every_yes_is_kept(base: Path) -> None:
    script = (
        "import os, pty, select, sys\n"
        "from pathlib import Path\n"
        "pid, terminal = pty.fork()\n"
        "if pid == 0:\n"
        "    os.execv(sys.executable, [sys.executable, '-m', 'server.cli', 'approve', sys.argv[1]])\n"
        "said, answers = b'', [b'y\\n', b'n\\n', b'\\x03']\n"
        "while True:\n"
        "    if not answers and not select.select([terminal], [], [], 5)[0]:\n"
        "        os.write(terminal, b'\\x03')  # the first came just before the question was waited at\n"
        "    try:\n"
        "        said += os.read(terminal, 4096)\n"
        "    except OSError:\n"
        "        break\n"
        "    if answers and said.count(b'[y/N]') > 3 - len(answers):\n"
        "        os.write(terminal, answers.pop(0))\n"
        "sys.stdout.buffer.write(said)\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(DEMO.parent), "ZIGRAL_DATA": str(base / "data")}
    done = subprocess.run(
        [sys.executable, "-c", script, base / "out"], env=environ, capture_output=True, timeout=60, check=True
    )
    said = done.stdout.decode().replace("\r\n", "\n")
    first = waiting(base)[0]
    assert "It rests on:\n  “" in said
    assert "What you approved is kept" in said
    assert len(list((base / "out" / "outbox").glob("*.eml"))) == 1
    assert first["lead"]["email"] in said


def test_a_name_that_cannot_stand_in_a_mail_costs_its_own_lead_and_no_other(tmp_path: Path) -> None:
    lines = (DEMO / "leads.csv").read_text(encoding="utf-8").splitlines()[:3]
    (tmp_path / "leads.csv").write_text("\n".join(lines).replace("Gareth", "Gareth\x1b[31m"), encoding="utf-8")
    outcome = run_demo(tmp_path, leads=tmp_path / "leads.csv")
    assert outcome.exit_code == 0
    ended = {result["lead"]["company"]: result for result in results(tmp_path)}
    assert ended["Brindlecombe Pumps"]["status"] == "failed"
    assert "control character" in ended["Brindlecombe Pumps"]["error"]
    assert ended["Lipnica Instruments"]["status"] == "awaiting_approval"


def test_a_lead_id_that_leads_out_of_the_folder_touches_nothing_there(base: Path) -> None:
    victim = base / "pwned.eml"
    victim.write_text("mine", encoding="utf-8")
    path = base / "out" / "runs.jsonl"
    chosen = waiting(base)[0]["lead"]
    text = path.read_text(encoding="utf-8").replace(chosen["lead_id"], "../../pwned")
    path.write_text(text, encoding="utf-8")
    outcome = zigral(base / "another", "approve", base / "out", "--lead", chosen["email"], "--json")
    assert json.loads(outcome.stdout)["approved"] == 0
    assert victim.read_text(encoding="utf-8") == "mine"


def test_a_review_that_was_called_qualified_behind_our_back_is_not_approved_with_the_others(base: Path) -> None:
    path = base / "out" / "runs.jsonl"
    text = path.read_text(encoding="utf-8").replace('"status": "review"', '"status": "qualified"')
    path.write_text(text, encoding="utf-8")
    summary = json.loads(zigral(base / "data", "approve", base / "out", "--all", "--json").stdout)
    assert [refusal["email"] for refusal in summary["refused"]] == ["kwame@cobblersgate.example"]


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs a place that nobody can write to")
@pytest.mark.parametrize(("option", "where"), [("--out", "/proc/x"), ("data", "/proc/x")])
def test_a_place_that_cannot_be_written_to_is_one_sentence_and_exit_code_2(
    tmp_path: Path, option: str, where: str
) -> None:
    out, data = (where, tmp_path / "data") if option == "--out" else (tmp_path / "out", where)
    inputs = ["--web", DEMO / "web", "--icp", DEMO / "icp.toml", "--offer", DEMO / "offer.toml", "--out", out]
    environ = {**os.environ, "PYTHONPATH": str(DEMO.parent), "ZIGRAL_DATA": str(data)}
    command = [sys.executable, "-m", "server.cli", "run", DEMO / "leads.csv", *inputs]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert ended.stderr.startswith("zigral: ")
