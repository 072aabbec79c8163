"""`report.html`: all that a run found, on one page that a person can read and check."""

import hashlib
import json
import re
import shlex
import tracemalloc
from collections.abc import Callable, Iterable
from copy import deepcopy
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from lxml.html import HtmlElement
from typer.testing import CliRunner

from memory.errors import NotFound, Unavailable
from memory.records import Claim, Lead, Result
from server.commands.report import report
from server.report import write_report
from server.report_view import Span, pieces

Make = Callable[..., Result]
ReportOn = Callable[..., HtmlElement]
WriteFolder = Callable[[Path, Iterable[Result]], Path]
STEP = re.compile(r"([a-z0-9]*)(?:#([\w-]+))?((?:\.[\w-]+)*)")


@pytest.fixture
def report_on(tmp_path: Path, write_folder: WriteFolder) -> ReportOn:
    """The page about the given results."""
    return lambda *results: read(write_report(write_folder(tmp_path / "out", results)))


def read(path: Path) -> HtmlElement:
    return html.document_fromstring(path.read_bytes(), parser=html.HTMLParser(encoding="utf-8", huge_tree=True))


def every(element: HtmlElement, query: str) -> list[HtmlElement]:
    """The elements that `query` selects: `tag`, `.class` and `#id`, and what lies within them."""
    path = "".join(_step(*STEP.fullmatch(step).groups()) for step in query.split())  # type: ignore[union-attr]
    found: list[HtmlElement] = element.xpath(f".{path}")
    return found


def _step(tag: str, name: str | None, classes: str) -> str:
    ids = f"[@id='{name}']" if name else ""
    kinds = [f"[contains(concat(' ', @class, ' '), ' {kind} ')]" for kind in classes.split(".")[1:]]
    return f"//{tag or '*'}{ids}{''.join(kinds)}"


def only(element: HtmlElement, query: str) -> HtmlElement:
    (found,) = every(element, query)
    return found


def text_of(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_the_heading_counts_what_became_of_the_leads(demo: Path) -> None:
    assert text_of(only(read(demo), "h1")) == (
        "10 leads: 3 emails await approval, 1 more wants a closer look first, "
        "1 has statements that are not proven, 1 is approved, 1 could not be judged, 2 are not a fit, 1 failed."
    )


def test_the_page_says_when_with_which_engine_and_for_which_profile(demo: Path) -> None:
    top = text_of(only(read(demo), "header.top"))
    assert "Mid-size makers in Europe" in top
    assert "Written 21 Nov 2025, 09:30 UTC" in top
    assert "Engine: offline" in top


def test_each_lead_is_a_row_that_leads_to_its_section(demo: Path) -> None:
    page = read(demo)
    rows = every(page, "#leads tbody tr")
    assert [text_of(cell) for cell in rows[7]] == [
        *("Tom Okafor", "Brightledger", "Not a fit 17", "No email"),
        "software house: It calls itself a software company.",
    ]
    for row in rows:
        section = only(page, only(row, "a").get("href"))
        assert text_of(only(section, "h2")) == text_of(only(row, ".company"))


def test_what_waits_for_a_person_comes_first_and_what_failed_last(demo: Path) -> None:
    emails = [text_of(cell) for cell in every(read(demo), "#leads td.mail")]
    assert emails == [*["Awaits approval"] * 4, "Not proven", "Approved", *["No email"] * 3, "Failed"]


def test_without_scripts_no_control_is_shown_and_every_lead_is_there(demo: Path) -> None:
    page = read(demo)
    assert only(page, "#filter").get("hidden") is not None
    assert len(page.xpath("//tbody/tr[not(@hidden)]")) == 10
    assert len(page.xpath("//article[not(@hidden)]")) == 10


def test_the_email_is_shown_word_for_word(demo: Path, results: list[Result]) -> None:
    drafts = [result.draft for result in results if result.draft]
    page = read(demo)
    assert {letter(body) for body in every(page, ".letter .body")} == {draft.body for draft in drafts}
    assert {letter(subject) for subject in every(page, ".subject")} == {draft.subject for draft in drafts}


def letter(element: HtmlElement) -> str:
    """The text of the email without the numbers that the report adds."""
    copy = deepcopy(element)
    for number in every(copy, "sup"):
        number.drop_tree()
    return str(copy.text_content())


def test_a_claim_leads_to_its_quotation_within_its_page(demo: Path, results: list[Result]) -> None:
    page = read(demo)
    claim = every(page, "#l1 .claim")[0]
    assert letter(claim) == "you assemble 40 pump types in two halls in Bonn"
    card = only(page, claim.get("href"))
    assert only(card, "mark").text == "We assemble 40 pump types in two halls in Bonn"
    context = text_of(only(card, "blockquote"))
    assert "street by the river. Our production We assemble" in context
    assert "in Bonn, on our own machines" in context
    source = text_of(only(card, ".source"))
    assert "Who we are - Ahrwerk Pumps ahrwerk.example/company read 20 Nov 2025" in source
    assert results[0].snapshots[0].sha256[:12] in source


def test_claims_on_the_row_and_on_the_offer_show_what_they_rest_on(demo: Path) -> None:
    page = read(demo)
    offer, row = (only(page, claim.get("href")) for claim in every(page, "#l1 .claim")[2:])
    assert "Our tool was used on 140 production lines." in text_of(offer)
    assert only(offer, "a").get("href") == "https://zigral-demo.example/cases"
    assert text_of(only(row, "dl")) == "employees180"


def test_a_claim_on_any_text_of_the_offer_shows_that_text(qualified: Make, report_on: ReportOn) -> None:
    draft = qualified().draft
    assert draft is not None
    start = draft.body.index("Would 20 minutes")
    claims = (Claim(start=start, end=start + 37, source="offer"), Claim(start=0, end=8, source="offer"))
    cards = every(report_on(qualified(draft=draft.model_copy(update={"claims": claims}))), ".notes .card")
    assert [text_of(card) for card in cards] == [
        "1 Your own offer says No text of offer.toml has these words.",
        "2 Your own offer says Would 20 minutes next week be useful?",
    ]


def test_a_statement_under_two_claims_names_both(demo: Path) -> None:
    claims = every(only(read(demo), "#l2"), ".claim")
    assert [(claim.get("data-e"), letter(claim)) for claim in claims[:2]] == [
        ("1", "Sie jedes Fenster im eigenen Werk in Siegen fertigen und "),
        ("1 2", "nach Maß in 15 Tagen liefern"),
    ]


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(-9, 40), st.integers(-9, 40)), max_size=6))
def test_any_spans_cut_a_text_without_changing_it(text: str, places: list[tuple[int, int]]) -> None:
    spans = [Span(start, end, (number,)) for number, (start, end) in enumerate(places)]
    cut = pieces(text, spans)
    assert "".join(piece.text for piece in cut) == text
    over = [set(piece.cards) for piece in cut for _ in piece.text]
    assert over == [{span.cards[0] for span in spans if span.start <= at < span.end} for at in range(len(text))]


def test_each_verdict_says_what_was_asked_and_why(demo: Path) -> None:
    against = every(only(read(demo), "#l8"), ".criteria .against")
    assert [text_of(only(one, ".asked")) for one in against] == [
        "No Does the company make physical products? should be so It sells software by subscription.",
        "Yes Is it a software company? must never be so It calls itself a software company. See 1",
    ]
    assert "We are a software company" in text_of(only(against[0], ".card details"))


def test_an_unproven_email_shows_each_finding_where_it_is_and_cannot_be_approved(demo: Path) -> None:
    section = only(read(demo), "#l5")
    assert [letter(one) for one in every(section, ".unproven")] == ["900", "every year", "Golden Cone"]
    findings = text_of(only(section, ".findings"))
    assert "cannot be approved" in findings
    assert 'The page says "up to 900" and the email says 900. bound_dropped' in findings
    assert not every(section, ".approve")


def test_the_command_that_approves_a_lead_is_given(demo: Path, results: list[Result]) -> None:
    command = text_of(only(read(demo), "#l1 .approve code"))
    assert command == f"zigral approve {shlex.quote(str(demo.parent))} --lead {results[0].lead.lead_id}"


def test_a_failed_lead_says_what_went_wrong_and_what_to_do(demo: Path) -> None:
    assert "Correct the website in the list" in text_of(only(read(demo), "#l10 .error"))


def test_facts_that_nothing_cites_are_listed(demo: Path) -> None:
    found = only(read(demo), "#l1 details.others")
    assert "1 quotation not used" in text_of(found)
    assert "Spare parts for pumps" in text_of(found)


def test_a_page_that_is_gone_leaves_its_quotation_with_a_note(
    tmp_path: Path, qualified: Make, write_folder: WriteFolder
) -> None:
    folder = write_folder(tmp_path / "out", [qualified()])
    (folder / qualified().snapshots[0].file).unlink()
    card = every(read(write_report(folder)), "#l1 .card")[0]
    assert text_of(only(card, "blockquote")) == "We assemble 40 pump types in two halls in Bonn"
    assert "not in this folder" in text_of(only(card, ".trouble"))


def test_a_page_that_was_changed_is_not_shown(tmp_path: Path, qualified: Make, write_folder: WriteFolder) -> None:
    folder = write_folder(tmp_path / "out", [qualified()])
    (folder / qualified().snapshots[0].file).write_text("We assemble 40 pump types in two halls in Bonn, they lie.")
    card = every(read(write_report(folder)), "#l1 .card")[0]
    assert "they lie" not in text_of(card)
    assert "was changed after it was read" in text_of(only(card, ".trouble"))


def test_a_page_outside_the_folder_is_not_opened(tmp_path: Path, qualified: Make, report_on: ReportOn) -> None:
    secret = "the neighbour's secret"
    (tmp_path / "secret.txt").write_text(secret)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    (page,) = qualified().snapshots
    outside = page.model_copy(update={"file": "../secret.txt", "sha256": digest})
    fact = qualified().facts[0].model_copy(update={"start": 0, "end": 3, "quote": "the"})
    shown = report_on(qualified(snapshots=(outside,), facts=(fact,)))
    assert "neighbour" not in shown.text_content()
    assert "outside this folder" in text_of(every(shown, ".trouble")[0])


def test_a_quotation_that_is_not_at_its_place_is_said_so(qualified: Make, report_on: ReportOn) -> None:
    moved = qualified().facts[0].model_copy(update={"start": 5, "end": 51})
    card = every(report_on(qualified(facts=(moved,))), ".card")[0]
    assert "does not have these words" in text_of(only(card, ".trouble"))


def test_a_profile_or_an_offer_that_cannot_be_read_stops_nothing(
    tmp_path: Path, results: list[Result], write_folder: WriteFolder
) -> None:
    folder = write_folder(tmp_path / "out", results)
    (folder / "icp.toml").write_text("a = " + "[" * 50_000)
    (folder / "offer.toml").unlink()
    page = read(write_report(folder))
    assert text_of(every(only(page, "#l8"), ".against .asked p")[0]) == "makes hardware"
    assert len(every(page, "article")) == 10


def test_a_torn_line_is_told_and_the_others_are_shown(
    tmp_path: Path, results: list[Result], write_folder: WriteFolder
) -> None:
    folder = write_folder(tmp_path / "out", results)
    with (folder / "runs.jsonl").open("a") as file:
        file.write('{"version": 1, "run_id"')
    page = read(write_report(folder))
    assert "1 line of runs.jsonl cannot be read (line 11)" in text_of(only(page, ".top .error"))
    assert len(every(page, "article")) == 10


def test_no_lead_at_all_is_a_page_too(report_on: ReportOn) -> None:
    assert text_of(only(report_on(), "h1")) == "0 leads."


def test_a_missing_folder_or_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no folder"):
        write_report(tmp_path / "gone")
    with pytest.raises(NotFound, match=r"runs\.jsonl"):
        write_report(tmp_path)


def test_a_report_that_cannot_be_written_leaves_nothing_half_done(
    tmp_path: Path, qualified: Make, write_folder: WriteFolder
) -> None:
    folder = write_folder(tmp_path / "out", [qualified()])
    (folder / "report.html").mkdir()
    before = sorted(folder.iterdir())
    with pytest.raises(Unavailable, match="could not be written"):
        write_report(folder)
    assert sorted(folder.iterdir()) == before


def test_writing_again_replaces_the_page_and_a_newer_line_wins(
    tmp_path: Path, qualified: Make, write_folder: WriteFolder
) -> None:
    folder = write_folder(tmp_path / "out", [qualified()])
    write_report(folder)
    with (folder / "runs.jsonl").open("a") as file:
        file.write(qualified(status="approved").model_dump_json() + "\n")
    page = read(write_report(folder))
    assert text_of(only(page, "h1")) == "1 lead: 1 is approved."
    assert not list(folder.glob(".report*"))


def test_the_command_says_where_the_report_is(
    tmp_path: Path, results: list[Result], write_folder: WriteFolder
) -> None:
    folder = write_folder(tmp_path / "out", results)
    app = typer.Typer()
    app.command()(report)
    told = CliRunner().invoke(app, [str(folder), "--json"])
    assert json.loads(told.stdout) == {"report": str(folder / "report.html"), "leads": 10, "unreadable_lines": []}
    assert (folder / "report.html").exists()
    assert f"Wrote {folder / 'report.html'}" in CliRunner().invoke(app, [str(folder)]).stdout


def test_memory_does_not_grow_with_the_number_of_leads(
    tmp_path: Path, results: list[Result], write_folder: WriteFolder
) -> None:
    def peak(leads: int) -> int:
        many = (_renamed(results[n % 10], n) for n in range(leads))
        folder = write_folder(tmp_path / str(leads), many)
        tracemalloc.start()
        write_report(folder)
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    peak(10)  # what is loaded and compiled once
    assert peak(400) < peak(50) + 500_000  # bytes


def _renamed(result: Result, number: int) -> Result:
    lead = {**result.lead.model_dump(), "email": f"{number}.{result.lead.email}", "lead_id": ""}
    return result.model_copy(update={"lead": Lead.model_validate(lead)})


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "soft", "accent", "alarm"])
@pytest.mark.parametrize("ground", ["paper", "card", "tint", "alarm-tint"])
def test_text_stands_out_from_its_ground(demo: Path, scheme: int, ink: str, ground: str) -> None:
    style = read(demo).xpath("//style")[0].text
    colours = dict(re.findall(r"--([\w-]+): #(\w+)", style.split(":root {")[scheme + 1].split("}")[0]))
    light, dark = sorted((_luminance(colours[ink]), _luminance(colours[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG 2.2, level AA


def _luminance(colour: str) -> float:
    digits = colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
