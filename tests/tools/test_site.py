import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memory.errors import Malformed, NotFound, Refused, Unavailable
from tools.page_links import Link
from tools.saved_web import open_saved_web
from tools.site import read_site
from tools.site_links import is_worthless, ranked
from tools.web import Document
from tools.workers import Inline, open_workers

HOME = "https://www.acme.example/"


@dataclass
class Shelf:
    """A web of a few pages, that remembers what it was asked for. A page may be an error."""

    pages: dict[str, str | Exception]
    asked: list[str] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)

    async def read(self, url: str) -> Document:
        self.asked.append(url)
        body = self.pages.get(url, NotFound(f"{url} is not here."))
        if isinstance(body, Exception):
            raise body
        at = self.moved.get(url, url)
        markup = f"<html lang=en><head><title>Acme Pumps</title></head><body>{body}</body></html>"
        return Document(at, markup.encode(), "text/html", "utf-8", datetime(2026, 1, 1, tzinfo=UTC))


def says(text: str, *links: tuple[str, str]) -> str:
    anchors = "".join(f"<li><a href='{href}'>{words}</a></li>" for href, words in links)
    words = f"<h1>{text}</h1><p>{text} Acme has made pumps in Hull since 1931.</p>"
    return f"<nav><ul>{anchors}</ul></nav><main>{words}</main>"


NAV = (
    ("/legal", "Legal notice"),
    ("/privacy", "Privacy policy"),
    ("/careers", "Careers"),
    ("/news", "News"),
    ("/products", "Our products"),
    ("/customers", "Who uses them"),
    ("/about", "About us"),
    ("/login", "Log in"),
    ("/de/ueber-uns", "Über uns"),
    ("/catalogue.pdf", "Catalogue"),
)


def shelf(**more: str | Exception) -> Shelf:
    pages: dict[str, str | Exception] = {HOME: says("Home.", *NAV)}
    pages |= {f"{HOME}{path.lstrip('/')}": says(f"This is {words}.") for path, words in NAV}
    return Shelf({**pages, **{HOME + name: page for name, page in more.items()}})


async def test_about_and_customers_come_before_the_given_page() -> None:
    site = await read_site(shelf(), Inline(), HOME, "Acme Ltd")
    assert [page.kind for page in site.pages] == ["about", "customers", "other", "products", "news"]
    assert site.pages[2].url == HOME
    assert site.doubt is None


async def test_a_deep_page_is_kept_and_the_homepage_leads_to_the_rest() -> None:
    web = shelf(pump=says("Our best pump."))
    site = await read_site(web, Inline(), f"{HOME}pump", "Acme")
    assert web.asked[:2] == [f"{HOME}pump", HOME]
    assert [page.url for page in site.pages][:3] == [f"{HOME}about", f"{HOME}customers", f"{HOME}pump"]


@pytest.mark.parametrize("budget", [1, 2, 3, 5])
async def test_no_more_pages_are_asked_for_than_the_budget_allows(budget: int) -> None:
    """Threat U15."""
    web = shelf()
    await read_site(web, Inline(), HOME, "Acme", budget=budget)
    assert len(web.asked) == budget


async def test_ten_thousand_links_change_nothing_of_that() -> None:
    """Threat U15."""
    links = [(f"/p{n}?id={n * 7919}", f"Page {n}") for n in range(5_000)]
    web = Shelf({HOME: says("Home.", *links, *((f"/topic-{n}", "A topic") for n in range(5_000)))})
    await read_site(web, Inline(), HOME, "Acme")
    assert len(web.asked) <= 5


async def test_legal_pages_logins_files_and_other_languages_are_never_asked_for() -> None:
    web = shelf()
    await read_site(web, Inline(), HOME, "Acme", budget=50)
    assert {url.removeprefix(HOME) for url in web.asked} == {
        "",
        "about",
        "customers",
        "products",
        "news",
        "careers",
    }


async def test_pages_that_say_the_same_are_read_into_the_result_once() -> None:
    web = shelf(about=says("Home.", *NAV))
    site = await read_site(web, Inline(), HOME, "Acme")
    texts = [page.text for page in site.pages]
    assert len(texts) == len(set(texts))


async def test_one_address_in_two_spellings_is_asked_for_once() -> None:
    links = [("/about", "About us"), ("/about/", "About Acme"), ("http://acme.example/about?utm_source=x", "About")]
    web = Shelf({HOME: says("Home.", *links), f"{HOME}about": says("About.")})
    await read_site(web, Inline(), HOME, "Acme")
    assert web.asked == [HOME, f"{HOME}about"]


@pytest.mark.parametrize("error", [NotFound("gone"), Unavailable("silent"), Malformed("torn"), Refused("no")])
async def test_a_first_page_that_cannot_be_read_ends_it(error: Exception) -> None:
    with pytest.raises(type(error), match=str(error)):
        await read_site(Shelf({HOME: error}), Inline(), HOME, "Acme")


@pytest.mark.parametrize("error", [NotFound("gone"), Unavailable("silent"), Malformed("torn"), Refused("no")])
async def test_a_later_page_that_cannot_be_read_is_left_out_and_said(error: Exception) -> None:
    site = await read_site(shelf(about=error), Inline(), HOME, "Acme")
    assert site.skipped == (str(error),)
    assert "about" not in [page.kind for page in site.pages]


async def test_a_link_that_leads_to_another_site_is_left_out() -> None:
    web = shelf()
    web.moved = {f"{HOME}about": "https://other.example/about"}
    site = await read_site(web, Inline(), HOME, "Acme")
    assert "another site" in site.skipped[0]


@pytest.mark.parametrize("blank", ["", "   "])
async def test_a_lead_without_a_website_says_so(blank: str) -> None:
    with pytest.raises(NotFound, match="no website"):
        await read_site(Shelf({}), Inline(), blank, "Acme")


@pytest.mark.parametrize(
    "website",
    ["file:///etc/passwd", "gopher://acme.example", "ftp://acme.example/", "https://ada:pw@acme.example/"],
)
async def test_what_is_not_on_the_web_is_refused_unasked(website: str) -> None:
    """Threats U6 and U7."""
    web = Shelf({})
    with pytest.raises(Refused) as refusal:
        await read_site(web, Inline(), website, "Acme")
    assert web.asked == []
    assert "pw@" not in str(refusal.value)


async def test_a_website_without_a_scheme_is_read_over_https() -> None:
    web = shelf()
    await read_site(web, Inline(), "www.acme.example/", "Acme", budget=1)
    assert web.asked == [HOME]


async def test_a_legal_page_given_as_the_website_gives_way_to_the_homepage() -> None:
    web = shelf()
    await read_site(web, Inline(), f"{HOME}privacy", "Acme", budget=1)
    assert web.asked == [HOME]


async def test_a_page_without_any_text_is_malformed() -> None:
    with pytest.raises(Malformed, match="no text"):
        await read_site(Shelf({HOME: "<div id=app></div><script>start()</script>"}), Inline(), HOME, "Acme")


@pytest.mark.parametrize(
    "text",
    [
        "This domain is for sale. Acme.example can be yours today.",
        "acme.example is parked free, courtesy of GoDaddy.",
        "Buy this domain. Related searches for Acme pumps.",
        "Diese Domain steht zum Verkauf. Acme.",
        "Hier entsteht in Kürze eine neue Website von Acme.",
        "Ce nom de domaine est à vendre. Acme.",
        "Acme website coming soon.",
    ],
)
async def test_a_parked_or_unfinished_page_is_doubted(text: str) -> None:
    """Threat H7."""
    site = await read_site(Shelf({HOME: f"<main><h1>Acme</h1><p>{text}</p></main>"}), Inline(), HOME, "Acme")
    assert site.doubt is not None
    assert "parked" in site.doubt


@pytest.mark.parametrize(
    "text",
    [
        "Acme Tools ceased trading on 3 March 2024.",
        "The administrators are selling 120 machines.",
        "Acme was closed in 2019.",
        "Acme is insolvent and no longer trades.",
        "Acme Ltd. is in liquidation.",
        "We have closed down for good.",
        "Über das Vermögen der Acme GmbH wurde das Insolvenzverfahren eröffnet.",
        "Wir haben unseren Geschäftsbetrieb eingestellt.",
        "Die Acme GmbH hat Insolvenz angemeldet.",
        "La société Acme est en liquidation judiciaire.",
        "Acme a cessé son activité en 2023.",
    ],
)
async def test_a_page_that_says_that_its_company_has_closed_is_doubted(text: str) -> None:
    site = await read_site(Shelf({HOME: f"<main><h1>Acme</h1><p>{text}</p></main>"}), Inline(), HOME, "Acme")
    assert site.doubt is not None
    assert site.doubt.startswith("Its page says that the company has closed")


@pytest.mark.parametrize(
    "text",
    [
        "Acme advises companies in liquidation.",
        "If your company is in liquidation, Acme helps.",
        "Acme bought the machines of Ventura, which ceased trading in 2020.",
        "Our supplier Ventura ceased trading in 2020.",
        "Acme closed its Series A in May.",
        "Our showroom is closed on Sundays.",
        "The Acme showroom was closed in 2019 and reopened in 2021.",
        "Acme begleitet Mandanten durch das Insolvenzverfahren.",
        "Acme accompagne les entreprises en liquidation judiciaire.",
    ],
)
async def test_the_closing_of_another_or_of_a_door_is_no_doubt(text: str) -> None:
    site = await read_site(Shelf({HOME: f"<main><h1>Acme</h1><p>{text}</p></main>"}), Inline(), HOME, "Acme")
    assert site.doubt is None


async def test_a_page_that_never_names_the_company_is_doubted() -> None:
    """Threat H7."""
    site = await read_site(shelf(), Inline(), HOME, "Northwind Traders GmbH")
    assert site.doubt == f"The pages at {HOME} never name Northwind Traders GmbH. Check that the website is theirs."


@pytest.mark.parametrize(
    ("company", "website", "text", "named"),
    [
        ("Acme GmbH & Co. KG", HOME, "Acme builds pumps.", True),
        ("ACME, Inc.", HOME, "At acme we build pumps.", True),
        ("Müller Pumpen AG", "https://pumpen.example/", "Die Firma MÜLLER PUMPEN wurde 1931 gegründet.", True),
        ("One Page CRM", "https://onepagecrm.example/", "OnePageCRM is simple.", True),
        ("McCollister's Global Services", HOME, "McCollister’s moves art.", True),
        ("Redfish Technology", HOME, "Redfish recruits engineers.", True),
        ("Devonshire - A Perfect Events Company", HOME, "Devonshire plans events.", True),
        ("British Pump Makers", "https://bpm.example/", "BPM makes pumps.", True),
        ("", "https://www.meridor-group.example/", "Meridor makes packaging.", True),
        ("", "https://meridor.example/", "We make packaging.", False),
        ("Acme", "https://bigcorp.example/", "BigCorp makes pumps.", False),
        ("Global Services Group", "https://gsg.example/", "Our services are global in this group.", False),
        ("Ace", HOME, "Our place has a surface.", False),
        ("Green Valley Farm", HOME, "A green hill, a valley and a farm.", False),
    ],
)
async def test_a_name_is_found_without_its_legal_form_and_not_in_scattered_words(
    company: str, website: str, text: str, named: bool
) -> None:
    page = f"<html><head><title>Welcome</title></head><body><main><h1>Hello</h1><p>{text}</p></main></body></html>"

    class One:
        async def read(self, url: str) -> Document:
            return Document(url, page.encode(), "text/html", "utf-8", datetime(2026, 1, 1, tzinfo=UTC))

    site = await read_site(One(), Inline(), website, company, budget=1)
    assert (site.doubt is None) is named


def test_one_link_of_each_kind_comes_before_the_second_of_any() -> None:
    links = [
        Link(f"{HOME}about", "About us"),
        Link(f"{HOME}about/history", "Our history"),
        Link(f"{HOME}news", "News"),
        Link(f"{HOME}references", "References"),
        Link(f"{HOME}jobs", "Jobs"),
        Link(f"{HOME}quay", "The quay"),
    ]
    assert [c.url.removeprefix(HOME) for c in ranked(links, site=HOME, lang="en")] == [
        "about", "references", "news", "about/history", "quay", "jobs",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "words", "kind"),
    [
        ("ueber-uns.html", "", "about"),
        ("x", "Über uns", "about"),
        ("content/4-a-propos", "À propos", "about"),
        ("qui-sommes-nous", "L’équipe", "about"),
        ("referenzen", "Referenzen", "customers"),
        ("realisations", "Nos réalisations", "customers"),
        ("case-studies/hull-harbour", "Hull harbour", "customers"),
        ("leistungen", "", "products"),
        ("nos-produits", "", "products"),
        ("aktuelles", "Neues", "news"),
        ("presse", "Presse", "news"),
        ("karriere", "Karriere", "careers"),
    ],
)
def test_a_link_is_known_in_three_languages_by_its_words_or_its_path(path: str, words: str, kind: str) -> None:
    (candidate,) = ranked([Link(HOME + path, words)], site=HOME, lang="en")
    assert candidate.kind == kind


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/about",
        "https://login.acme.example/about",
        f"{HOME}impressum",
        f"{HOME}datenschutz.html",
        f"{HOME}mentions-legales/",
        f"{HOME}de/agb",
        f"{HOME}cart",
        f"{HOME}events/2026/05/01/",
        f"{HOME}news/2026/05/",
        f"{HOME}item/83749502",
        f"{HOME}about?sessionid=8f2",
        f"{HOME}fr/a-propos",
        f"{HOME}brochure.pdf",
        f"{HOME}a/b/c/d/e/about",
    ],
)
def test_what_is_never_worth_a_page_is_no_candidate(url: str) -> None:
    assert ranked([Link(url, "About us")], site=HOME, lang="en") == []


@pytest.mark.parametrize("words", ["Deutsch", "Français", "EN", "de"])
def test_a_switch_between_languages_is_no_candidate(words: str) -> None:
    assert ranked([Link(f"{HOME}start", words)], site=HOME, lang="en") == []


@pytest.mark.parametrize(
    "url", [f"{HOME}privacy-policy", f"{HOME}de/impressum.html", f"{HOME}wp-login.php", f"{HOME}x.pdf"]
)
def test_legal_pages_logins_and_files_are_worthless(url: str) -> None:
    assert is_worthless(url)
    assert not is_worthless(f"{HOME}about")


async def test_a_saved_site_is_read_in_worker_processes(tmp_path: Path) -> None:
    (tmp_path / "home.html").write_text(f"<html><body>{says('Home.', *NAV)}</body></html>", encoding="utf-8")
    (tmp_path / "about.html").write_text(f"<html><body>{says('About.')}</body></html>", encoding="utf-8")
    urls = {HOME: "home.html", f"{HOME}about": "about.html"}
    (tmp_path / "index.json").write_text(json.dumps({"version": 1, "urls": urls}), encoding="utf-8")
    async with open_workers(1) as workers:
        site = await read_site(open_saved_web(tmp_path), workers, HOME, "Acme")
    assert [page.kind for page in site.pages] == ["about", "other"]
