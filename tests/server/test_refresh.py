"""`zigral run --refresh`: pages that were read before, read again."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result as Outcome
from typer.testing import CliRunner

from server.cli import app

DEMO = Path(__file__).resolve().parents[2] / "demo"
MADE = "We design and build dosing pumps in our own factory in Borås."
RUN = "Our pumps run in 1,400 waterworks in 14 countries."
SOLD = "We sell to municipal water companies and to breweries."
ICP = """
name = "Makers"
threshold = 60
[[criteria]]
id = "own_factory"
kind = "must"
question = "Does the company have a factory of its own?"
signals = ["factory", "workshop", "plant"]
weight = 10
"""
COMPANIES = ("Rewritten", "Standing", "Approved", "Unfit", "Lund", "Umea", "Silent", "Norrby", "Same", "Refusing")


class Place:
    """Makers of pumps, their saved websites, and the folder of a run over them."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.before: dict[str, Any] = {}  # the results before the websites changed, by company
        self.files_before: dict[str, bytes] = {}
        self.told: dict[str, Any] = {}  # what the refresh said

    def __truediv__(self, name: str) -> Path:
        return self.base / name

    def says(self, company: str, *sentences: str, links: str = "", path: str = "") -> None:
        """Save the page of a company anew."""
        text = "".join(f"<p>{sentence}</p>" for sentence in sentences)
        head = f"<!doctype html><html lang=en><head><title>{company} Pumps</title></head>"
        body = f"{head}<body><main><h1>{company} Pumps</h1>{text}</main>{links}</body></html>"
        (self / "web" / f"{company}{path}.html").write_text(body, encoding="utf-8")
        self.index()

    def index(self) -> None:
        names = sorted(file.stem for file in (self / "web").glob("*.html"))
        urls = {f"https://{n.partition('-')[0].lower()}.example/{n.partition('-')[2]}": f"{n}.html" for n in names}
        (self / "web" / "index.json").write_text(json.dumps({"version": 1, "urls": urls}), encoding="utf-8")

    def zigral(self, *arguments: str | Path) -> Outcome:
        environment = {"ZIGRAL_DATA": str(self / "data"), "REDIS_URL": ""}
        outcome = CliRunner().invoke(app, [*map(str, arguments)], env=environment)
        assert outcome.exit_code == 0, outcome.output
        return outcome

    def run(self, *more: str) -> Outcome:
        inputs = ("--icp", self / "icp.toml", "--offer", DEMO / "offer.toml", "--web", self / "web")
        return self.zigral("run", self / "leads.csv", *inputs, "--out", self / "out", *more)

    def files(self) -> dict[str, bytes]:
        kept = ("runs.jsonl", "run.json", "drafts/*", "outbox/*", "snapshots/*")
        return {str(f): f.read_bytes() for pattern in kept for f in (self / "out").glob(pattern)}

    def latest(self) -> dict[str, Any]:
        lines = (self / "out" / "runs.jsonl").read_text(encoding="utf-8").splitlines()
        return {result["lead"]["company"]: result for result in map(json.loads, lines)}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A finished run, of which one mail is approved; then the websites change."""
    place = Place(tmp_path_factory.mktemp("run"))
    (place / "web").mkdir()
    for company in COMPANIES:
        if company != "Norrby":
            place.says(company, MADE, RUN, SOLD)
    place.says("Umea", "Umea Pumps was founded in 1931 by two sisters.", path="-about")
    place.says("Umea", MADE, RUN, SOLD, links="<nav><a href='/about'>About us</a></nav>")
    rows = "".join(f"ada@{c.lower()}.example,Ada,{c},https://{c.lower()}.example\n" for c in COMPANIES)
    (place / "leads.csv").write_text(f"Email,First Name,Company,Website\n{rows}", encoding="utf-8")
    (place / "icp.toml").write_text(ICP, encoding="utf-8")
    place.run()
    place.zigral("approve", place / "out", "--lead", "ada@approved.example")
    place.before, place.files_before = place.latest(), place.files()
    place.says("Rewritten", MADE, "Our pumps run in 1,900 waterworks in 17 countries.", SOLD)
    place.says("Standing", "Visit us at the fair in May.", RUN, MADE, SOLD)
    place.says("Approved", "We repair bicycles.")
    place.says("Unfit", "Unfit is an agency: we have no factory and sell pumps that others make.", SOLD)
    place.says("Refusing", MADE, RUN)
    no = {"id": "no", "person": "ada@refusing.example", "account": "refusing.example", "kind": "mail_received"}
    no |= {"at": "2026-11-20T09:00:00Z", "text": "No, thank you.", "outcome": "refused"}
    (place / "said.jsonl").write_text(json.dumps(no) + "\n", encoding="utf-8")
    place.zigral("memory", "import", place / "said.jsonl")
    place.says("Norrby", MADE, RUN, SOLD)
    place.says("Lund", MADE, RUN, SOLD, links="<nav><a href='/about'>About us</a></nav>")
    place.says("Lund", "Lund Pumps was founded in Lund in 1931 by two sisters.", path="-about")
    (place / "web" / "Umea-about.html").unlink()
    (place / "web" / "Silent.html").unlink()
    place.index()
    place.told = json.loads(place.run("--refresh", "--json").stdout)["refreshed"]
    return place


def change(place: Place, company: str) -> dict[str, Any]:
    (found,) = [changed for changed in place.told["changed"] if changed["company"] == company]
    return dict(found)


def draft_of(place: Place, company: str) -> Path:
    return place / "out" / "drafts" / f"{place.before[company]['lead']['lead_id']}.eml"


def test_a_mail_whose_quotation_is_gone_is_written_again(place: Place) -> None:
    told, before, after = change(place, "Rewritten"), place.before["Rewritten"], place.latest()["Rewritten"]
    assert (told["mail"], told["status"], told["quotes_gone"]) == ("written_again", "awaiting_approval", [RUN])
    assert told["pages"] == {"new": [], "changed": ["https://rewritten.example/"], "gone": [], "unread": []}
    assert "1,400" in before["draft"]["body"]
    assert "1,400" not in after["draft"]["body"]
    assert after["snapshots"][0]["sha256"] != before["snapshots"][0]["sha256"]
    assert {f"{s['sha256']}.txt" for r in (before, after) for s in r["snapshots"]} <= {
        file.name for file in (place / "out" / "snapshots").iterdir()
    }
    assert draft_of(place, "Rewritten").read_bytes() != place.files_before[str(draft_of(place, "Rewritten"))]


def test_a_mail_that_still_stands_is_kept_word_for_word_and_rests_on_the_new_page(place: Place) -> None:
    told, before, after = change(place, "Standing"), place.before["Standing"], place.latest()["Standing"]
    assert (told["mail"], told["quotes_gone"], told["verdict"]) == ("kept", [], None)
    assert after["draft"]["sha256"] == before["draft"]["sha256"]
    assert after["snapshots"][0]["sha256"] != before["snapshots"][0]["sha256"]
    assert draft_of(place, "Standing").read_bytes() == place.files_before[str(draft_of(place, "Standing"))]


def test_what_was_approved_is_left_alone_and_named(place: Place) -> None:
    told = change(place, "Approved")
    assert (told["mail"], told["status"], told["verdict"]) == ("left_alone", "approved", None)
    assert RUN in told["quotes_gone"]
    assert place.latest()["Approved"] == place.before["Approved"]
    outbox = {name: content for name, content in place.files_before.items() if "/outbox/" in name}
    assert outbox.items() <= place.files().items()


def test_a_lead_that_fits_no_more_loses_its_mail(place: Place) -> None:
    told = change(place, "Unfit")
    assert told["verdict"] == {"before": "qualified", "now": "not_qualified"}
    assert told["criteria"] == [{"id": "own_factory", "before": "yes", "now": "unknown"}]
    assert (told["mail"], told["status"]) == ("withdrawn", "skipped")
    assert not draft_of(place, "Unfit").exists()


def test_the_mail_to_a_person_who_has_said_no_since_is_withdrawn(place: Place) -> None:
    told = change(place, "Refusing")
    assert (told["mail"], told["status"]) == ("withdrawn", "skipped")
    assert place.latest()["Refusing"]["standing"]["stop"]
    assert not draft_of(place, "Refusing").exists()


def test_new_and_gone_pages_are_named(place: Place) -> None:
    assert change(place, "Lund")["pages"]["new"] == ["https://lund.example/about"]
    assert change(place, "Umea")["pages"]["gone"] == ["https://umea.example/about"]


def test_a_site_that_cannot_be_read_this_time_costs_its_lead_nothing(place: Place) -> None:
    assert [lead["email"] for lead in place.told["not_read"]] == ["ada@silent.example"]
    assert place.latest()["Silent"] == place.before["Silent"]
    assert draft_of(place, "Silent").exists()


def test_a_lead_that_failed_is_tried_again(place: Place) -> None:
    assert (place.before["Norrby"]["status"], place.latest()["Norrby"]["status"]) == ("failed", "awaiting_approval")


def test_all_that_was_read_again_is_proven_and_can_be_approved(place: Place) -> None:
    offer = ("--offer", place / "out" / "offer.toml")
    answers = place.zigral("prove", "--result", place / "out" / "runs.jsonl", *offer, "--json").stdout
    assert all(json.loads(line)["passed"] for line in answers.splitlines())
    waited = [result for result in place.latest().values() if result["status"] == "awaiting_approval"]
    approved = json.loads(place.zigral("approve", place / "out", "--all", "--json").stdout)
    assert (approved["approved"], approved["refused"]) == (len(waited), [])


def test_an_unchanged_web_changes_nothing(place: Place) -> None:
    before = place.files()
    said = place.run("--refresh").stdout.splitlines()
    assert place.files() == before
    assert [line.partition(" ")[0] for line in said[-3:]] == ["Approved", "Silent", "7"]
    assert "3 quotations no longer there" in said[-3]
    assert "left alone" in said[-3]
    assert "stays as it was" in said[-2]
