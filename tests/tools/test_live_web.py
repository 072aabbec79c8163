"""Rows U1 to U16 of the threats, against servers on this machine; names resolve by a resolver of the test's own."""

import asyncio
import gzip
import time
import zlib
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest

from memory.errors import Malformed, NotFound, Refused, Unavailable
from tools.extraction import extract
from tools.guard import Guard, SystemResolver
from tools.live_web import Limits
from tools.permission import HOSTS
from tools.politeness import Turns
from tools.site import read_site
from tools.workers import Inline

PAGE = b"<!doctype html><title>Acme</title><p>We make pumps.</p>"
Reply = Callable[..., bytes]
OpenSite = Callable[..., Awaitable[Any]]


def packed(body: bytes, window: int = zlib.MAX_WBITS | 16) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    return packer.compress(body) + packer.flush()


async def test_a_page_is_read_under_its_own_name_and_with_an_honest_agent(
    bed: Any, site: Any, reply: Reply
) -> None:
    site.pages["/about"] = reply(PAGE, content_type="text/html; charset=utf-8")
    document = await bed.web(site, version="1.2").read(site.url("/about#team"))
    assert (document.url, document.content) == (site.url("/about"), PAGE)
    assert document.content_type == "text/html; charset=utf-8"
    assert document.fetched_at.tzinfo is not None
    head = site.heads[-1].lower()
    assert f"host: acme.example:{site.port}".encode() in head
    assert b"user-agent: zigral/1.2 (+mailto:marta@zigral-demo.example)" in head
    assert b"accept-encoding: gzip, deflate\r\n" in head
    assert b"cookie" not in head


# U1-U3: nothing but the public internet

PRIVATE = [
    *("127.0.0.1", "[::1]", "localhost", "127.1.2.3"),
    *("169.254.169.254", "10.0.0.1", "172.16.5.4", "192.168.1.1", "100.64.0.1", "224.0.0.1", "0.0.0.0"),
    *("240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "[fe80::1]", "[fc00::1]", "[ff02::1]", "[::]"),
    *("2130706433", "0x7f000001", "017700000001", "127.1", "0177.0.0.1", "0x7f.0.0.1", "127.0.0.0x1", "0"),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
    *("[2001:0:7f00:1::]", "127.0.0.1.", "①②⑦.0.0.1", "127。0。0。1", "%31%32%37.0.0.1"),
]


@pytest.mark.parametrize("host", PRIVATE)
async def test_u1_u2_u3_a_private_address_in_any_spelling_is_refused_before_a_socket_opens(
    bed: Any, site: Any, host: str
) -> None:
    web = bed.web(site, guard=Guard(), resolver=SystemResolver())
    with pytest.raises((Refused, Malformed)):
        await web.read(site.url(host=host))
    assert site.asked == []
    assert site.most_at_once == 0


@pytest.mark.parametrize("address", ["127.0.0.2", "10.0.0.1", "::1", "::ffff:10.0.0.1", "169.254.169.254"])
async def test_u1_a_name_is_judged_by_every_address_that_it_resolves_to(bed: Any, site: Any, address: str) -> None:
    bed.names.told = {"acme.example": ["127.0.0.1", address]}
    with pytest.raises(Refused, match="leads to a private address"):
        await bed.web(site).read(site.url())
    assert site.asked == []


# U4-U7: redirects, names that change, schemes, passwords


@pytest.mark.parametrize(
    "target", ["http://10.0.0.1/", "http://[::1]/", "http://2130706433/", "http://inner.example/"]
)
async def test_u4_a_redirect_to_a_private_address_is_refused(
    bed: Any, site: Any, reply: Reply, target: str
) -> None:
    bed.names.told = {"inner.example": ["192.168.0.1"]}
    site.pages["/"] = reply(status="302 Found", location="/next")
    site.pages["/next"] = reply(status="301 Moved", location=target)
    with pytest.raises(Refused, match="redirect to a private address"):
        await bed.web(site).read(site.url())


async def test_u4_a_redirect_of_robots_txt_to_a_private_address_is_refused(
    bed: Any, site: Any, reply: Reply
) -> None:
    site.pages["/robots.txt"] = reply(status="302 Found", location="http://10.0.0.1/")
    with pytest.raises(Refused, match="redirect to a private address"):
        await bed.web(site).read(site.url())
    assert site.paths == []


async def test_u5_a_name_that_changes_is_checked_at_every_connection(
    bed: Any, site: Any, open_site: OpenSite, reply: Reply
) -> None:
    inner = await open_site("127.0.0.2", port=site.port)
    inner.pages["/"] = reply(PAGE)
    bed.names.told = {"acme.example": [["127.0.0.1"], ["127.0.0.2"]]}
    with pytest.raises(Refused, match="private"):
        await bed.web(site).read(site.url())
    assert inner.asked == []


async def test_u5_the_checked_address_is_the_one_connected_to(
    bed: Any, site: Any, open_site: OpenSite, reply: Reply
) -> None:
    inner = await open_site("127.0.0.2", port=site.port)
    site.pages["/"] = inner.pages["/"] = reply(PAGE)
    bed.names.told = {"acme.example": [["127.0.0.1"], ["127.0.0.1"], ["127.0.0.2"]]}
    await bed.web(site).read(site.url())
    assert site.asked == ["acme.example /robots.txt", "acme.example /"]
    assert bed.names.asked == ["acme.example"] * 2  # once for each connection
    assert inner.asked == []


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "gopher://a.example/", "ftp://a.example/", "data:text/html,x", "javascript:alert(1)"],
)
async def test_u6_only_http_and_https_are_read_also_after_a_redirect(
    bed: Any, site: Any, reply: Reply, url: str
) -> None:
    site.pages["/"] = reply(status="302 Found", location=url)
    for asked in (url, site.url()):
        with pytest.raises(Refused, match="only http and https"):
            await bed.web(site).read(asked)


async def test_u6_other_ports_are_refused_unless_they_are_set(bed: Any, site: Any, reply: Reply) -> None:
    site.pages["/"] = reply(status="302 Found", location="http://acme.example:22/")
    for url in ("http://acme.example:6379/", "https://acme.example:0/", site.url()):
        with pytest.raises(Refused, match="ZIGRAL_WEB_PORTS"):
            await bed.web(site).read(url)
    assert site.paths == ["/"]


async def test_u7_a_password_is_refused_and_never_shown(bed: Any, site: Any, reply: Reply) -> None:
    secret = "https://ada:s3cret@acme.example/"
    site.pages["/"] = reply(status="302 Found", location=secret)
    for url in (secret, site.url()):
        with pytest.raises(Refused) as refusal:
            await bed.web(site).read(url)
        assert "s3cret" not in f"{refusal.value} {refusal.value.__cause__} {refusal.value.__context__}"


# U8-U11: limits

SMALL = Limits(page=10_000, seconds=5, robots_seconds=5)


async def endlessly(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE)
    for _ in range(100_000):  # 6 GB
        writer.write(b"a" * 65_536)
        await writer.drain()


async def test_u8_an_endless_page_is_left_at_the_limit_and_not_used(bed: Any, site: Any) -> None:
    site.pages["/"] = endlessly
    with pytest.raises(Malformed, match="larger than 10,000 bytes"):
        await bed.web(site, limits=SMALL).read(site.url())


async def test_u8_a_page_that_says_it_is_too_large_is_not_begun(bed: Any, site: Any, reply: Reply) -> None:
    site.pages["/"] = reply(content_length="5000000000")
    with pytest.raises(Malformed, match="larger than 10,000 bytes"):
        await bed.web(site, limits=SMALL).read(site.url())


async def test_u8_a_page_of_just_the_limit_is_read_and_a_byte_more_is_not(
    bed: Any, site: Any, reply: Reply
) -> None:
    site.pages |= {"/just": reply(b"a" * 10_000), "/more": reply(packed(b"a" * 10_001), content_encoding="gzip")}
    web = bed.web(site, limits=SMALL)
    assert len((await web.read(site.url("/just"))).content) == 10_000
    with pytest.raises(Malformed, match="larger"):
        await web.read(site.url("/more"))


async def test_u8_a_page_that_breaks_off_is_not_used(bed: Any, site: Any, reply: Reply) -> None:
    site.pages["/"] = reply(PAGE, content_length="9000")
    with pytest.raises(Unavailable, match="broke off"):
        await bed.web(site).read(site.url())


async def test_u8_headers_have_a_limit(bed: Any, site: Any, reply: Reply) -> None:
    site.pages |= {"/": reply(PAGE, x_large="a" * 70_000), "/huge": reply(PAGE, x_large="a" * 1_000_000)}
    web = bed.web(site)
    with pytest.raises(Malformed, match="headers of more than 64,000 bytes"):
        await web.read(site.url())
    with pytest.raises(Unavailable, match="does not answer as a website does"):
        await web.read(site.url("/huge"))


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"])
async def test_u9_a_byte_now_and_then_does_not_outlast_the_deadline(bed: Any, site: Any, begin: bytes) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(begin)
        while True:
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(0.05)

    site.pages["/"] = drip
    started = time.monotonic()
    with pytest.raises(Unavailable, match="took too long"):
        await bed.web(site, limits=Limits(seconds=0.4, silent_seconds=0.3)).read(site.url())
    assert time.monotonic() - started < 30  # it would drip for ever


async def test_u9_a_server_that_says_nothing_is_left_after_the_silence(bed: Any, site: Any) -> None:
    async def silent(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    site.pages["/"] = silent
    with pytest.raises(Unavailable, match="took too long"):
        await bed.web(site, limits=Limits(silent_seconds=0.2)).read(site.url())


@pytest.mark.parametrize(("encoding", "window"), [("gzip", 31), ("deflate", 15), ("deflate", -15), ("x-gzip", 31)])
async def test_u10_the_limit_counts_what_is_unpacked(
    bed: Any, site: Any, reply: Reply, encoding: str, window: int
) -> None:
    bomb = packed(PAGE + bytes(20_000_000), window)
    site.pages |= {"/bomb": reply(bomb, content_encoding=encoding)}
    site.pages |= {"/page": reply(packed(PAGE, window), content_encoding=encoding)}
    web = bed.web(site)
    assert (await web.read(site.url("/page"))).content == PAGE
    with pytest.raises(Malformed, match="larger than 5,000,000 bytes"):
        await web.read(site.url("/bomb"))


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "gzip, deflate", "utf-8"])
async def test_u10_what_is_packed_twice_or_in_another_way_is_refused(
    bed: Any, site: Any, reply: Reply, encoding: str
) -> None:
    site.pages["/"] = reply(packed(packed(PAGE)), content_encoding=encoding)
    with pytest.raises(Malformed, match="encoding was not asked for"):
        await bed.web(site).read(site.url())


@pytest.mark.parametrize("body", [gzip.compress(PAGE)[:-9], PAGE, b"\x1f"])
async def test_u10_what_is_not_packed_as_it_says_or_not_whole_is_not_used(
    bed: Any, site: Any, reply: Reply, body: bytes
) -> None:
    site.pages["/"] = reply(body, content_encoding="gzip")
    with pytest.raises(Malformed, match=r"packed as it says|not whole"):
        await bed.web(site).read(site.url())


async def test_u10_a_page_packed_twice_without_saying_so_is_no_page(bed: Any, site: Any, reply: Reply) -> None:
    site.pages["/"] = reply(packed(packed(PAGE)), content_encoding="gzip")
    document = await bed.web(site).read(site.url())
    with pytest.raises(Malformed):
        extract(document.content, url=document.url, content_type=document.content_type)


@pytest.mark.parametrize("path", ["/endless/0", "/a", "/grow?q="])
async def test_u11_too_many_redirects(bed: Any, site: Any, reply: Reply, path: str) -> None:
    async def grow(writer: asyncio.StreamWriter) -> None:
        writer.write(reply(status="302 Found", location=f"{site.paths[-1]}x"))

    site.pages |= {f"/endless/{n}": reply(status="302 Found", location=str(n + 1)) for n in range(30)}
    site.pages |= {"/a": reply(status="307 Go", location="/b"), "/b": reply(status="308 Go", location="/a")}
    site.pages |= {f"/grow?q={'x' * n}": grow for n in range(30)}
    with pytest.raises(Refused, match="too many redirects"):
        await bed.web(site).read(site.url(path))
    assert len(site.paths) == 6


async def test_u11_five_redirects_are_followed_and_the_last_address_is_the_documents(
    bed: Any, site: Any, reply: Reply
) -> None:
    site.pages |= {f"/{n}": reply(status="302 Found", location=f"{n + 1}#top") for n in range(5)}
    site.pages["/5"] = reply(PAGE)
    assert (await bed.web(site).read(site.url("/0"))).url == site.url("/5")


async def test_u11_the_deadline_is_for_all_hops_together(bed: Any, site: Any, reply: Reply) -> None:
    async def slow(path: str) -> None:
        await asyncio.sleep(0.0 if path == "/robots.txt" else 0.2)

    site.on_request = slow
    site.pages |= {f"/{n}": reply(status="302 Found", location=f"/{n + 1}") for n in range(5)}
    with pytest.raises(Unavailable, match="took too long"):
        await bed.web(site, limits=Limits(seconds=0.5)).read(site.url("/0"))
    assert len(site.paths) <= 3


# U12, U13: letters and kinds


@pytest.mark.parametrize(
    ("header", "meta", "written", "text"),
    [
        ("text/html; charset=iso-8859-1", "", "cp1252", "Wir bauen Pumpen für Höfe und Mühlen in der ganzen Welt."),
        ("text/html; charset=iso-8859-1", "utf-8", "utf-8", "Wir bauen Pumpen für Höfe und Mühlen."),
        ("text/html; charset=klingon", "", "utf-8", "Wir bauen Pumpen für Höfe und Mühlen."),
        ("text/html; charset=windows-1251", "", "cp1251", "Мы делаем насосы для заводов и мельниц по всему миру."),
    ],
)
async def test_u12_the_letters_are_right(
    bed: Any, site: Any, reply: Reply, header: str, meta: str, written: str, text: str
) -> None:
    markup = f"<!doctype html><meta charset='{meta}'><title>A</title><main><p>{text}</p></main>"
    site.pages["/"] = reply(markup.encode(written), content_type=header)
    document = await bed.web(site).read(site.url())
    page = extract(document.content, url=document.url, content_type=document.content_type)
    assert text in page.text


async def test_u12_utf_7_is_never_decoded(bed: Any, site: Any, reply: Reply) -> None:
    site.pages["/"] = reply(PAGE + b"+ADw-script+AD4-", content_type="text/html; charset=utf-7")
    document = await bed.web(site).read(site.url())
    with pytest.raises(Malformed, match="encoding is unknown"):
        extract(document.content, url=document.url, content_type=document.content_type)


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "text/plain", "application/json", "video/mp4"])
async def test_u13_what_is_no_page_is_refused_before_it_is_read(
    bed: Any, site: Any, reply: Reply, kind: str
) -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(reply(content_type=kind, content_length="4000000"))
        await asyncio.sleep(30)

    site.pages["/"] = endless
    with pytest.raises(Malformed, match="is not a web page"):
        await bed.web(site).read(site.url())


async def test_u13_a_page_of_no_kind_is_judged_by_its_content(bed: Any, site: Any, reply: Reply) -> None:
    site.pages |= {"/page": reply(PAGE, content_type=""), "/pdf": reply(b"%PDF-1.7 <html>", content_type="")}
    web = bed.web(site)
    assert (await web.read(site.url("/page"))).content_type == ""
    document = await web.read(site.url("/pdf"))
    with pytest.raises(Malformed, match="is a file"):
        extract(document.content, url=document.url)


async def test_u13_forty_megabytes_of_one_line_are_refused(bed: Any, site: Any, reply: Reply) -> None:
    site.pages["/"] = reply(PAGE + b"a" * 40_000_000)
    with pytest.raises(Malformed, match="larger than 5,000,000 bytes"):
        await bed.web(site).read(site.url())


# U14: robots.txt


def robots(*lines: str) -> bytes:
    return "\n".join(lines).encode()


async def test_u14_what_robots_txt_disallows_is_not_asked_for(bed: Any, site: Any, reply: Reply) -> None:
    text = robots("User-agent: *", "Disallow: /", "", "User-agent: Zigral", "Disallow: /private", "Allow: /")
    site.pages |= {"/robots.txt": reply(text, content_type="text/plain"), "/open": reply(PAGE)}
    web = bed.web(site)
    assert (await web.read(site.url("/open"))).content == PAGE
    for path in ("/private/page", "/%70rivate?x=1"):
        with pytest.raises(Refused, match=r"robots\.txt does not allow"):
            await web.read(site.url(path))
    assert site.paths == ["/open"]
    assert len(site.asked) == 2  # robots.txt once


async def test_u14_a_redirect_to_what_robots_txt_disallows_is_not_followed(
    bed: Any, site: Any, reply: Reply
) -> None:
    site.pages["/robots.txt"] = reply(robots("User-agent: *", "Disallow: /private"))
    site.pages["/"] = reply(status="302 Found", location="/private")
    with pytest.raises(Refused, match=r"robots\.txt does not allow"):
        await bed.web(site).read(site.url())


async def test_u14_of_an_endless_robots_txt_the_beginning_is_obeyed(bed: Any, site: Any, reply: Reply) -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 500000000\r\n\r\n")
        writer.write(robots("User-agent: *", "Disallow: /private", ""))
        while True:
            writer.write(b"# and so on\n" * 5_000)
            await writer.drain()

    site.pages |= {"/robots.txt": endless, "/open": reply(PAGE)}
    web = bed.web(site)
    assert (await web.read(site.url("/open"))).content == PAGE
    with pytest.raises(Refused, match=r"robots\.txt does not allow"):
        await web.read(site.url("/private"))


async def test_u14_of_a_robots_txt_that_is_cut_the_cut_line_does_not_count(
    bed: Any, site: Any, reply: Reply
) -> None:
    text = robots("User-agent: *", "Disallow: /private")
    site.pages |= {"/robots.txt": reply(text), "/p": reply(PAGE)}
    web = bed.web(site, limits=Limits(robots=len(text) - len("rivate")))
    assert (await web.read(site.url("/p"))).content == PAGE


@pytest.mark.parametrize("status", ["500 No", "503 Later", "429 Slowly", "301 Moved"])
async def test_u14_a_robots_txt_that_cannot_be_had_is_no_yes(
    bed: Any, site: Any, reply: Reply, status: str
) -> None:
    site.pages |= {"/robots.txt": reply(status=status), "/": reply(PAGE)}
    with pytest.raises(Unavailable, match="Ask later"):
        await bed.web(site).read(site.url())
    assert site.paths == []


async def test_u14_a_robots_txt_that_stalls_is_no_yes(bed: Any, site: Any, reply: Reply) -> None:
    async def stall(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    site.pages |= {"/robots.txt": stall, "/": reply(PAGE)}
    with pytest.raises(Unavailable, match="Ask later"):
        await bed.web(site, limits=Limits(robots_seconds=0.2)).read(site.url())
    assert site.paths == []


@pytest.mark.parametrize("status", ["404 No", "403 No", "401 No", "410 Gone"])
async def test_u14_a_host_without_robots_txt_allows_all(bed: Any, site: Any, reply: Reply, status: str) -> None:
    site.pages |= {"/robots.txt": reply(status=status), "/": reply(PAGE)}
    assert (await bed.web(site).read(site.url())).content == PAGE


async def test_u14_robots_txt_is_asked_for_once_however_many_come_at_once(
    bed: Any, site: Any, reply: Reply
) -> None:
    site.pages |= {f"/{n}": reply(PAGE) for n in range(10)}
    web = bed.web(site)
    await asyncio.gather(*(web.read(site.url(f"/{n}")) for n in range(10)))
    assert site.asked.count("acme.example /robots.txt") == 1


async def test_u14_only_the_last_hosts_are_remembered(bed: Any, site: Any, reply: Reply) -> None:
    site.pages["/"] = reply(PAGE)
    web = bed.web(site)
    hosts = [f"h{number}.example" for number in range(HOSTS + 1)]
    for host in [*hosts, hosts[-1], hosts[0]]:
        await web.read(site.url(host=host))
    assert site.asked.count(f"{hosts[0]} /robots.txt") == 2
    assert site.asked.count(f"{hosts[-1]} /robots.txt") == 1


# U15: politeness


def timed(bed: Any, site: Any) -> list[float]:
    times: list[float] = []

    async def note(_: str) -> None:
        times.append(bed.time.now)
        await asyncio.sleep(0.01)

    site.on_request = note
    return times


async def test_u15_a_site_of_ten_thousand_pages_costs_the_budget_at_most_a_request_a_second(
    bed: Any, site: Any, reply: Reply
) -> None:
    async def another(writer: asyncio.StreamWriter) -> None:
        links = "".join(f"<a href='/about-{len(site.asked)}-{n}'>About {n}</a>" for n in range(10_000))
        body = f"<!doctype html><title>Acme</title><main><p>We make {len(site.asked)} pumps.</p></main>{links}"
        writer.write(reply(body.encode()))
        await writer.drain()

    class Everywhere(dict[str, Any]):
        def get(self, path: str, default: Any = None) -> Any:
            return default if path == "/robots.txt" else another

    site.pages = Everywhere()
    times = timed(bed, site)
    await read_site(bed.web(site), Inline(), site.url(), "Acme", budget=5)
    assert len(site.paths) == 5
    assert all(later - earlier >= 1 for earlier, later in pairwise(times))


async def test_u15_one_host_is_asked_one_thing_at_a_time(bed: Any, site: Any, reply: Reply) -> None:
    site.pages |= {f"/{n}": reply(PAGE) for n in range(8)}
    times = timed(bed, site)
    web = bed.web(site)
    hosts = ("acme.example", "www.acme.example")
    await asyncio.gather(*(web.read(site.url(f"/{n}", host=hosts[n % 2])) for n in range(8)))
    assert site.most_at_once == 1
    assert all(later - earlier >= 1 for earlier, later in pairwise(times))


async def test_u15_hosts_do_not_wait_for_each_other(bed: Any, site: Any, reply: Reply) -> None:
    meeting = asyncio.Barrier(3)

    async def meet(path: str) -> None:
        if path == "/":
            await asyncio.wait_for(meeting.wait(), 5)

    site.on_request = meet
    site.pages["/"] = reply(PAGE)
    web = bed.web(site)
    await asyncio.gather(*(web.read(site.url(host=f"{name}.example")) for name in "abc"))
    assert site.most_at_once == 3


@pytest.mark.parametrize(("asked", "kept"), [("0.1", 1.0), ("7", 7.0), ("86400", 30.0), ("inf", 1.0), ("-3", 1.0)])
async def test_u15_a_crawl_delay_is_kept_up_to_half_a_minute(
    bed: Any, site: Any, reply: Reply, asked: str, kept: float
) -> None:
    site.pages |= {"/robots.txt": reply(robots("User-agent: *", f"Crawl-delay: {asked}")), "/": reply(PAGE)}
    times = timed(bed, site)
    web = bed.web(site)
    await web.read(site.url())
    await web.read(site.url())
    assert [later - earlier for earlier, later in pairwise(times)] == pytest.approx([kept] * 2)


async def test_u15_the_pause_is_a_second_of_the_real_clock(bed: Any, site: Any, reply: Reply) -> None:
    site.pages["/"] = reply(PAGE)
    started = time.monotonic()
    await bed.web(site, turns=Turns()).read(site.url())
    assert time.monotonic() - started >= 1


# What else a server may answer


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        ("404 No", NotFound, "no page"),
        ("410 Gone", NotFound, "no page"),
        ("403 No", Refused, "does not let us read it"),
        ("451 Law", Refused, "does not let us read it"),
        ("429 Slowly", Unavailable, "429.*Retry-After 120"),
        ("500 Oh", Unavailable, "cannot answer now"),
        ("503 Later", Unavailable, "Retry-After 120"),
        ("206 Part", Malformed, "no page"),
        ("304 Same", Malformed, "no page"),
        ("302 Found", Malformed, "no page"),
        ("999 Odd", Unavailable, "999"),
    ],
)
async def test_an_answer_that_is_no_page_is_named(
    bed: Any, site: Any, reply: Reply, status: str, error: type[Exception], reason: str
) -> None:
    site.pages["/"] = reply(PAGE, status=status, retry_after="120")
    with pytest.raises(error, match=reason):
        await bed.web(site).read(site.url())


@pytest.mark.parametrize(
    "said", [b"", b"\x00\x01\x02", b"SSH-2.0-OpenSSH_9\r\n\r\n", b"HTTP/1.1 200 OK\r\nBad\r\n\r\n"]
)
async def test_a_server_that_does_not_speak_http_does_not_answer(bed: Any, site: Any, said: bytes) -> None:
    site.pages["/"] = said
    with pytest.raises(Unavailable, match="does not answer as a website does"):
        await bed.web(site).read(site.url())


async def test_a_host_that_is_not_there_is_named(bed: Any, site: Any) -> None:
    bed.names.told = {"gone.example": []}
    with pytest.raises((NotFound, Unavailable)):
        await bed.web(site).read(site.url(host="gone.example"))


async def test_where_nobody_listens_nothing_is_read(bed: Any, site: Any) -> None:
    web = bed.web(site, guard=Guard(allowed=frozenset({ip_address("127.0.0.9")})))
    bed.names.told = {"acme.example": ["127.0.0.9"]}
    with pytest.raises(Unavailable, match="Ask later"):
        await web.read(site.url())


async def test_another_address_of_the_name_is_tried_where_nobody_listens_at_the_first(
    bed: Any, site: Any, reply: Reply
) -> None:
    addresses = ["127.0.0.8", "127.0.0.9", "::1", "127.0.0.1"]
    bed.names.told = {"acme.example": addresses}
    site.pages["/"] = reply(PAGE)
    web = bed.web(site, guard=Guard(allowed=frozenset(map(ip_address, addresses))))
    assert (await web.read(site.url())).content == PAGE


async def test_letters_beyond_ascii_are_asked_for_in_ascii(bed: Any, site: Any, reply: Reply) -> None:
    site.pages["/" + quote("über-uns")] = reply(PAGE)
    document = await bed.web(site).read(site.url("/über-uns", host="müller.example"))
    assert site.asked[-1] == "xn--mller-kva.example /%C3%BCber-uns"
    assert document.content == PAGE


async def test_no_proxy_of_the_environment_is_used(
    bed: Any, site: Any, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    site.pages["/"] = reply(PAGE)
    assert (await bed.web(site).read(site.url())).content == PAGE


async def test_no_cookie_goes_back(bed: Any, site: Any, reply: Reply) -> None:
    site.pages["/"] = reply(PAGE, set_cookie="id=1")
    web = bed.web(site)
    await web.read(site.url())
    await web.read(site.url())
    assert b"cookie" not in site.heads[-1].lower()


# U16: certificates


@pytest.mark.parametrize(
    ("certificate", "reason"),
    [
        ({"names": ["acme.example"], "days": -1}, "expired"),
        ({"names": ["other.example"]}, "mismatch"),
        ({"names": ["127.0.0.1"]}, "mismatch"),
        ({"names": ["acme.example"], "trusted": False}, "self-signed"),
    ],
)
async def test_u16_a_certificate_that_does_not_hold_is_refused(
    bed: Any, authority: Any, open_site: OpenSite, reply: Reply, certificate: dict[str, Any], reason: str
) -> None:
    secure = await open_site(tls=authority.server_context(**certificate))
    secure.pages["/"] = reply(PAGE)
    with pytest.raises(Refused, match=f"certificate does not hold.*{reason}"):
        await bed.web(secure, authorities=authority.file).read(secure.url(scheme="https"))
    assert secure.asked == []


async def test_u16_a_certificate_is_held_against_the_name_and_not_the_address(
    bed: Any, authority: Any, open_site: OpenSite, reply: Reply
) -> None:
    named: list[str | None] = []
    context = authority.server_context(names=["acme.example"])
    context.sni_callback = lambda _socket, name, _context: named.append(name)
    secure = await open_site(tls=context)
    secure.pages["/"] = reply(PAGE)
    web = bed.web(secure, authorities=authority.file)
    assert (await web.read(secure.url(scheme="https"))).content == PAGE
    assert set(named) == {"acme.example"}
    with pytest.raises(Refused, match="certificate does not hold"):  # another name at the same address
        await web.read(secure.url(scheme="https", host="other.example"))
