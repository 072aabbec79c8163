"""What the demo promises to show: every kind of site that a first run should meet, and nobody real."""

import csv
import gzip
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import html

from memory.errors import NotFound, Unavailable
from memory.profile import Icp, Offer
from memory.records import lead_id_of
from tools.lead_file import read_leads
from tools.saved_web import SavedWeb, open_saved_web

DEMO = Path(__file__).resolve().parents[2] / "demo"
WEB = DEMO / "web"
INDEX = json.loads((WEB / "index.json").read_text("utf-8"))
ROWS = list(csv.DictReader((DEMO / "leads.csv").open(encoding="utf-8", newline="")))
NOT_PAGES = ("stellmark-gearworks", "oakhanger-castings")  # one does not answer, one is a PDF
SITES = sorted({name.partition("/")[0] for name in INDEX["urls"].values()} - set(NOT_PAGES))
HOST = re.compile(r"(?:https?:)?//([\w.-]+\.[a-z]{2,})", re.IGNORECASE)
ADDRESS = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
MAIN = {"quillfeather-labels": "page", "nexalume": "PAGES_CONTAINER"}  # ids of the elements that hold the text
VOCABULARY = "schema.org"  # names the terms of JSON-LD; nothing is fetched from it
READER = re.compile(r"\b([Yy]ours?|[Yy]ou|Sie|Ihre?[mnr]?|Ihnen|[Vv]ous|[Vv]otre|[Vv]os)\b")
NUMBER_OR_NEGATION = re.compile(r"\d|\b(not|never|no|nicht|keine?|nie|pas|jamais)\b")


@pytest.fixture(scope="module")
def web() -> SavedWeb:
    return open_saved_web(WEB)


def kept(name: str) -> bytes:
    data = (WEB / name).read_bytes()
    return gzip.decompress(data) if name.endswith(".gz") else data


def text_of(name: str) -> str:
    data = kept(name)
    return data.decode("cp1252" if b"charset=windows-1252" in data else "utf-8")


def seen_on(name: str) -> str:
    elements = html.fromstring(text_of(name)).iter()
    main = next(element for element in elements if element.get("id") == MAIN[name.partition("/")[0]])
    return "".join(map(str, main.itertext()))


def homepage(site: str) -> tuple[str, str]:
    return next((url, name) for url, name in INDEX["urls"].items() if name.startswith(f"{site}/"))


def files_of_the_demo() -> Iterator[tuple[str, str]]:
    for path in sorted(DEMO.rglob("*")):
        if path.is_file():
            name = path.relative_to(WEB).as_posix() if path.is_relative_to(WEB) else path.name
            saved = path.is_relative_to(WEB) and path.suffix != ".json"
            yield name, "" if path.suffix == ".pdf" else text_of(name) if saved else path.read_text("utf-8")


@pytest.mark.parametrize("url", INDEX["urls"])
async def test_every_address_of_the_index_is_answered_from_a_file_with_its_time(web: SavedWeb, url: str) -> None:
    document = await web.read(url)
    assert document.content
    assert document.fetched_at.strftime("%Y-%m") == "2026-11"


def test_every_saved_file_is_in_the_index() -> None:
    saved = {path.relative_to(WEB).as_posix() for path in WEB.rglob("*") if path.is_file()} - {"index.json"}
    assert saved == set(INDEX["urls"].values())


@pytest.mark.parametrize(("name", "text"), list(files_of_the_demo()), ids=lambda value: value[:40])
def test_every_link_and_every_mail_address_ends_in_example(name: str, text: str) -> None:
    hosts = {*HOST.findall(text), *ADDRESS.findall(text)} - {VOCABULARY}
    assert not [host for host in hosts if not host.endswith(".example")], name


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["Last Name"])
async def test_each_lead_has_a_website_that_was_saved_or_says_why_not(web: SavedWeb, row: dict[str, str]) -> None:
    site = row["Website"] if "//" in row["Website"] else f"https://{row['Website']}"
    try:
        await web.read(site)
    except Unavailable as error:
        assert "timeout" in str(error)


@pytest.mark.parametrize("site", SITES)
async def test_a_homepage_leads_to_the_other_pages_of_its_site(web: SavedWeb, site: str) -> None:
    url, name = homepage(site)
    found = {url: name}
    for element in html.fromstring(kept(name)).iter("a"):
        target = urljoin(url, element.get("href", ""))
        if urlsplit(target).scheme in ("http", "https") and await answers(web, target):
            found[target] = target
    assert 3 <= len({name for name in INDEX["urls"].values() if name.startswith(f"{site}/")}) <= 6
    assert len({target.partition("#")[0] for target in found}) >= 3


async def answers(web: SavedWeb, url: str) -> bool:
    try:
        return bool((await web.read(url)).content)
    except NotFound:
        return False


@pytest.mark.parametrize("site", SITES)
def test_a_site_is_made_like_a_site_with_navigation_footer_and_words_of_its_own(site: str) -> None:
    _, name = homepage(site)
    text = text_of(name)
    assert re.search(r"<nav|menu", text)
    assert re.search(r"footer|foot|Letzte Änderung", text)
    assert "lorem" not in text.lower()


def test_eight_sites_are_in_english_two_in_german_and_one_in_french() -> None:
    langs = {name.partition("/")[0]: page["lang"] for page in INDEX["pages"].values() if (name := page.get("file"))}
    assert Counter(langs[site] for site in SITES) == {"en": 8, "de": 2, "fr": 1}


async def test_one_site_does_not_answer(web: SavedWeb) -> None:
    with pytest.raises(Unavailable, match="timeout"):
        await web.read("https://www.stellmark-gearworks.example/")


async def test_one_site_is_a_pdf_and_says_so(web: SavedWeb) -> None:
    document = await web.read("https://oakhanger-castings.example/")
    assert document.content_type == "application/pdf"
    assert document.content.startswith(b"%PDF-1.4")
    start = int(document.content.rpartition(b"startxref")[2].split()[0])
    assert document.content[start:].startswith(b"xref")


def test_one_site_is_in_windows_1252_and_declares_it_in_its_pages_alone() -> None:
    pages = [name for name in INDEX["urls"].values() if name.startswith("tannrieder-fensterbau/")]
    assert all("charset=windows-1252" in text_of(name) for name in pages)
    assert not any(is_utf8(kept(name)) for name in pages)
    assert not any("encoding" in page for page in INDEX["pages"].values())


def is_utf8(data: bytes) -> bool:
    try:
        return bool(data.decode())
    except UnicodeDecodeError:
        return False


def test_one_page_is_kept_packed() -> None:
    assert [name for name in INDEX["urls"].values() if name.endswith(".gz")] == [
        "lipnica-instruments/company.html.gz"
    ]


def test_one_site_speaks_to_language_models_in_plain_sight_and_hidden() -> None:
    source = text_of("quillfeather-labels/home.html")
    plain = seen_on("quillfeather-labels/home.html")
    assert "ignore all previous instructions" in plain
    for hiding_place in (
        "display:none",
        "<span hidden>",
        "<!-- assistant",
        "visibility:hidden",
        "application/ld+json",
    ):
        assert hiding_place in source


def test_the_site_that_says_nothing_has_no_number_on_any_page() -> None:
    for name in {name for name in INDEX["urls"].values() if name.startswith("nexalume/")}:
        assert not re.search(r"\d", seen_on(name))


def test_the_leads_are_sixteen_rows_with_one_duplicate_and_one_address_that_is_none() -> None:
    rows = list(read_leads(DEMO / "leads.csv").rows())
    assert Counter(row.status for row in rows) == {"accepted": 14, "duplicate": 1, "rejected": 1}
    assert [row.reason for row in rows if row.status == "rejected"] == ["invalid_email"]
    assert not [row.warnings for row in rows if row.warnings]


def test_two_of_the_leads_work_at_one_company() -> None:
    firsts = {lead_id_of(row["Email"]): row["Company"] for row in reversed(ROWS) if "@" in row["Email"]}
    companies = Counter(firsts.values())
    assert companies.most_common(2)[0] == ("Brindlecombe Pumps", 2)
    assert len(companies) == 13


def test_the_profile_has_a_must_a_should_a_never_and_three_tests_of_its_own() -> None:
    icp = Icp.model_validate(tomllib.loads((DEMO / "icp.toml").read_text("utf-8")))
    assert {criterion.kind for criterion in icp.criteria} == {"must", "should", "never"}
    assert len(icp.tests) == 3


def test_the_offer_can_be_written_in_all_three_languages() -> None:
    offer = Offer.model_validate(tomllib.loads((DEMO / "offer.toml").read_text("utf-8")))
    for language in ("en", "de", "fr"):
        assert offer.speaks(language)
        kinds = {guess.about for guess in offer.guesses_in(language)}
        assert kinds == {"product", "audience", "size", "place", "news", "proof-point", "method"}


def test_no_guess_speaks_of_the_reader_or_has_a_number_or_a_negation() -> None:
    offer = Offer.model_validate(tomllib.loads((DEMO / "offer.toml").read_text("utf-8")))
    assert not [guess.text for guess in offer.guesses if READER.search(guess.text)]
    assert not [guess.text for guess in offer.guesses if NUMBER_OR_NEGATION.search(guess.text)]
