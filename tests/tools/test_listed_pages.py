"""Pages from sitemaps, as `read_site` finds them on live websites."""

import asyncio
import gzip
from collections.abc import Callable
from typing import Any

import pytest

from tools.site import SiteText, read_site
from tools.workers import Inline

Reply = Callable[..., bytes]
XML = "application/xml"


def page(text: str, *links: str) -> bytes:
    anchors = "".join(f'<li><a href="{link}">{link.strip("/")}</a></li>' for link in links)
    body = f"<nav>{anchors}</nav><main><p>{text} Acme makes pumps.</p></main>"
    return f"<!doctype html><title>Acme</title>{body}".encode()


def listing(site: Any, *paths: str, root: str = "urlset", entry: str = "url") -> bytes:
    entries = "".join(f"<{entry}><loc>{p if '://' in p else site.url(p)}</loc></{entry}>" for p in paths)
    return f"<{root} xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{entries}</{root}>".encode()


def index(site: Any, *paths: str) -> bytes:
    return listing(site, *paths, root="sitemapindex", entry="sitemap")


async def read(bed: Any, site: Any, budget: int = 5) -> SiteText:
    return await read_site(bed.web(site), Inline(), site.url(), "Acme", budget=budget)


@pytest.fixture
def bare(site: Any, reply: Reply) -> Any:
    """A site whose homepage links nothing, as those that a script draws."""
    site.pages["/"] = reply(page("Home."))
    site.pages |= {f"/{name}": reply(page(f"This is {name}.")) for name in ("about", "customers", "pumps", "news")}
    return site


async def test_pages_are_found_in_the_sitemap_where_no_link_leads_anywhere(
    bed: Any, bare: Any, reply: Reply
) -> None:
    bare.pages["/sitemap.xml"] = reply(listing(bare, "/legal", "/pumps", "/about", "/customers"), content_type=XML)
    found = await read(bed, bare)
    assert bare.paths == ["/", "/sitemap.xml", "/about", "/customers", "/pumps"]
    assert [p.kind for p in found.pages] == ["about", "customers", "other", "other"]


async def test_a_sitemap_is_not_asked_for_where_links_tell_enough(bed: Any, bare: Any, reply: Reply) -> None:
    bare.pages["/"] = reply(page("Home.", "/about", "/customers", "/news"))
    await read(bed, bare)
    assert bare.paths == ["/", "/about", "/customers", "/news"]


@pytest.mark.parametrize("budget", [1, 2, 3, 4, 5])
async def test_sitemaps_count_within_the_budget_and_leave_room_for_a_page(
    bed: Any, bare: Any, reply: Reply, budget: int
) -> None:
    bare.pages["/sitemap.xml"] = reply(index(bare, "/post-sitemap.xml", "/page-sitemap.xml"), content_type=XML)
    bare.pages["/page-sitemap.xml"] = reply(listing(bare, "/about", "/customers"), content_type=XML)
    await read(bed, bare, budget)
    asked = ["/", "/sitemap.xml", "/page-sitemap.xml", "/about", "/customers"]
    assert bare.paths == {1: ["/"], 2: ["/"], 3: asked[:2]}.get(budget, asked[:budget])


async def test_robots_txt_says_where_the_sitemaps_are_and_the_most_telling_is_read(
    bed: Any, bare: Any, reply: Reply
) -> None:
    lines = (
        "http://other.example/s.xml",
        bare.url("/blog.xml"),
        bare.url("/de/pages.xml"),
        "/pages.xml.gz",
        "ftp://x",
    )
    bare.pages["/robots.txt"] = reply("\n".join(f"Sitemap: {line}" for line in lines).encode())
    bare.pages["/pages.xml.gz"] = reply(gzip.compress(listing(bare, "/about")), content_type="application/x-gzip")
    await read(bed, bare)
    assert bare.paths == ["/", "/pages.xml.gz", "/about"]


async def test_what_robots_txt_forbids_is_not_read_though_a_sitemap_lists_it(
    bed: Any, bare: Any, reply: Reply
) -> None:
    bare.pages["/robots.txt"] = reply(b"User-agent: *\nDisallow: /about\n")
    bare.pages["/sitemap.xml"] = reply(listing(bare, "/about", "/customers"), content_type=XML)
    found = await read(bed, bare)
    assert bare.paths == ["/", "/sitemap.xml", "/customers"]
    assert "robots.txt does not allow it" in found.skipped[0]


async def test_a_sitemap_that_robots_txt_forbids_is_not_asked_for(bed: Any, bare: Any, reply: Reply) -> None:
    bare.pages["/robots.txt"] = reply(b"User-agent: *\nDisallow: /sitemap\n")
    await read(bed, bare)
    assert bare.paths == ["/"]


async def test_other_sites_calendars_and_archives_of_a_sitemap_are_never_asked_for(
    bed: Any, bare: Any, reply: Reply
) -> None:
    days = (f"/events/2026/{month:02}/{day:02}/" for month in range(1, 13) for day in range(1, 29))
    odd = (
        "http://other.example/about",
        bare.url("/about", host="other.example"),
        "/tag/a",
        "/a/b/c/d/about",
        "/12345678",
    )
    bare.pages["/sitemap.xml"] = reply(listing(bare, *odd, *days), content_type=XML)
    await read(bed, bare)
    assert bare.paths == ["/", "/sitemap.xml"]


async def test_a_sitemap_that_leads_to_another_site_is_not_used(bed: Any, bare: Any, reply: Reply) -> None:
    elsewhere = bare.url("/there.xml", host="other.example")
    bare.pages["/sitemap.xml"] = reply(status="301 Moved", location=elsewhere)
    bare.pages["/there.xml"] = reply(listing(bare, "/about"), content_type=XML)
    found = await read(bed, bare)
    assert [p.url for p in found.pages] == [bare.url()]
    assert "another site" in found.skipped[0]


async def test_an_index_that_lists_itself_and_others_without_end_costs_two_requests(
    bed: Any, bare: Any, reply: Reply
) -> None:
    bare.pages["/sitemap.xml"] = reply(index(bare, "/sitemap.xml", "/a.xml", "/b.xml"), content_type=XML)
    bare.pages["/a.xml"] = reply(index(bare, "/b.xml", "/sitemap.xml"), content_type=XML)
    await read(bed, bare)
    assert bare.paths == ["/", "/sitemap.xml", "/a.xml"]


async def test_a_sitemap_without_end_is_left_at_the_limit_and_its_beginning_used(bed: Any, bare: Any) -> None:
    async def without_end(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<urlset><url><loc>")
        writer.write(f"{bare.url('/about')}</loc></url>".encode())
        while True:
            writer.write(b"<!-- nothing -->" * 10_000)
            await writer.drain()

    bare.pages["/sitemap.xml"] = without_end
    await read(bed, bare)
    assert bare.paths == ["/", "/sitemap.xml", "/about"]


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE urlset [<!ENTITY a 'ha'>]><urlset><url><loc>&a;</loc></url></urlset>",
        b"<!doctype html><title>Not found</title>",
        b"\x1f\x8bnonsense",
        b"",
    ],
)
async def test_a_bad_sitemap_costs_the_lead_nothing_but_itself(
    bed: Any, bare: Any, reply: Reply, body: bytes
) -> None:
    bare.pages["/sitemap.xml"] = reply(body, content_type=XML)
    assert [p.url for p in (await read(bed, bare)).pages] == [bare.url()]
