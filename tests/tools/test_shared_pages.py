"""The forty real pages: what is measured in tests/bench/bench_extraction.py, held here."""

import asyncio
import csv
import json
from pathlib import Path

import pytest

from tools.doubts import doubt_about
from tools.extraction import PageText, extract
from tools.saved_web import open_saved_web
from tools.site import read_site
from tools.workers import Inline


@pytest.fixture(scope="module")
def entries(shared_data: Path) -> list[dict[str, str]]:
    index = json.loads((shared_data / "pages" / "index.json").read_text(encoding="utf-8"))
    return list(index["pages"].values())


@pytest.fixture(scope="module")
def pages(shared_data: Path, entries: list[dict[str, str]]) -> list[tuple[dict[str, str], PageText]]:
    web = open_saved_web(shared_data / "pages")
    read = []
    for entry in entries:
        document = asyncio.run(web.read(entry["url"]))
        read.append((entry, extract(document.content, url=document.url, encoding=document.encoding)))
    return read


def test_every_page_gives_a_text_a_title_and_its_language(pages: list[tuple[dict[str, str], PageText]]) -> None:
    for entry, page in pages:
        assert len(page.text) > 300, entry["url"]
        assert page.title, entry["url"]
        assert page.lang == entry["lang"], entry["url"]


def test_no_more_boilerplate_is_let_in_than_was_measured(
    shared_data: Path, pages: list[tuple[dict[str, str], PageText]]
) -> None:
    let_in, kept, unwanted, wanted = [], 0, 0, 0
    for entry, page in pages:
        gold = json.loads((shared_data / "pages" / entry["gold"]).read_text(encoding="utf-8"))
        text = " ".join(page.text.split())
        let_in += [snippet for snippet in gold["without"] if " ".join(snippet.split()) in text]
        kept += sum(" ".join(snippet.split()) in text for snippet in gold["with"])
        unwanted += len(gold["without"])
        wanted += len(gold["with"])
    assert len(let_in) / unwanted <= 0.04, let_in
    assert kept / wanted >= 0.77
    assert not [snippet for snippet in let_in if "ookie" in snippet or "rivacy" in snippet]


def test_a_line_is_a_block_without_a_sign_that_is_not_seen(pages: list[tuple[dict[str, str], PageText]]) -> None:
    for _, page in pages:
        for line in page.text.splitlines():
            assert line == " ".join(line.split())
            assert line.isprintable()


async def test_the_leads_own_pages_are_named_and_every_other_companys_are_not(shared_data: Path) -> None:
    web, sites = open_saved_web(shared_data / "pages"), {}
    with (shared_data / "leads.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            company, website = row["Company"], row["Website"]
            sites[company] = (website, await read_site(web, Inline(), website, company))
    doubted = [company for company, (_, site) in sites.items() if site.doubt]
    assert doubted in ([], ["Esprit Barbecue"])  # this page has its maker's name in its logo alone
    for company in sites:
        for other, (website, site) in sites.items():
            titles, texts = [page.title for page in site.pages], [page.text for page in site.pages]
            if other != company:
                assert doubt_about(titles, texts, company=company, website=website), (company, other)
