"""Further ways to try rows U1 to U16 of the threats: what a server says beside what it should."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from memory.errors import Malformed, NotFound, Refused, Unavailable, ZigralError
from tools.extraction import extract
from tools.guard import Guard, SystemResolver
from tools.live_web import Limits

PAGE = b"<!doctype html><title>Acme</title><p>We make pumps.</p>"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
Reply = Callable[..., bytes]
Speak = Callable[[asyncio.StreamWriter], Awaitable[None]]
SHORT = Limits(page=100_000, seconds=0.5, robots_seconds=5, silent_seconds=0.4)


def without_end(begin: bytes, again: bytes) -> Speak:
    async def speak(writer: asyncio.StreamWriter) -> None:
        writer.write(begin)
        while True:
            writer.write(again)
            await writer.drain()

    return speak


@pytest.mark.parametrize(
    "host",
    [
        *(
            "localhost.",
            "LOCALHOST",
            "127.0.0.1..",
            "①②⑦。0。0。1",
            "0x7f.1",
            "0177.1",
            "127.0.0.1%00",
            "0x",
            "1.1",
        ),
        *(
            "[::ffff:0:127.0.0.1]",
            "[64:ff9b:1::7f00:1]",
            "[fe80::1%25lo]",
            "[fe80::1%lo]",
            "[::ffff:169.254.169.254]",
        ),
        *(
            "[2001:0:ffff::1]",
            "[2002:a9fe:a9fe::]",
            "[fd00:ec2::254]",
            "[0:0:0:0:0:0:0:1]",
            "[fec0::1]",
            "192.0.0.192",
        ),
        *("0.1.2.3", "100.100.100.200", "168.63.129.16", "255.255.255.255", "233.252.0.1", "localhost\u200b"),
    ],
)
async def test_u1_u3_no_spelling_of_a_private_address_opens_a_socket(bed: Any, site: Any, host: str) -> None:
    web = bed.web(site, guard=Guard(), resolver=SystemResolver())
    with pytest.raises((Refused, Malformed, NotFound)):
        await web.read(site.url(host=host))
    assert site.asked == []


@pytest.mark.parametrize(
    "location",
    [
        *("//10.0.0.1/", "http:/\\10.0.0.1/", "http:\\\\10.0.0.1\\", "ht\ttp://10.0.0.1/", " http://10.0.0.1/ "),
        *("http://acme.example@10.0.0.1/", "http://10.0.0.1#@acme.example/", "http://10.0.0.1:80\\@acme.example/"),
        *(
            "http://[::ffff:10.0.0.1]/",
            "http://①0.0.0.1/",
            "http://localhost./",
            "http://[::1",
            "http://10.0.0.1:x/",
        ),
    ],
)
async def test_u4_u7_no_redirect_is_spelled_so_oddly_that_it_leads_inside(
    bed: Any, site: Any, reply: Reply, location: str
) -> None:
    bed.names.told = {"localhost": ["127.0.0.1"], "10.0.0.1": ["10.0.0.1"]}
    site.pages["/"] = reply(status="302 Found").replace(b"\r\n\r\n", f"\r\nLocation: {location}\r\n\r\n".encode())
    web = bed.web(site)
    with pytest.raises((Refused, Malformed, NotFound, Unavailable)):
        await web.read(site.url())
    assert {asked for asked in site.asked if asked.endswith(" /")} == {"acme.example /"}


async def test_u4_every_hop_of_a_chain_is_checked_and_the_last_one_named_private(
    bed: Any, site: Any, reply: Reply
) -> None:
    bed.names.told = {"inner.example": ["100.64.0.1"]}
    hops = ["/1", "/2", site.url("/3", host="b.example"), site.url("/4"), "http://inner.example/"]
    for path, to in zip(("/", "/1", "/2", "/3", "/4"), hops, strict=True):
        site.pages[path] = reply(status="307 Go", location=to)
    with pytest.raises(Refused, match="redirect to a private address"):
        await bed.web(site).read(site.url())


async def test_u5_a_name_with_a_public_and_a_private_address_is_refused_whatever_their_order(
    bed: Any, site: Any
) -> None:
    for addresses in (["93.184.216.34", "10.0.0.1"], ["10.0.0.1", "93.184.216.34"], ["93.184.216.34", "fe80::1%1"]):
        bed.names.told = {"acme.example": addresses}
        with pytest.raises(Refused, match="private address"):
            await bed.web(site).read(site.url())


async def test_u9_a_name_that_is_never_resolved_does_not_outlast_the_deadline(bed: Any, site: Any) -> None:
    class Silent:
        async def resolve(self, host: str, port: int) -> list[str]:
            await asyncio.Event().wait()
            return []

    with pytest.raises(Unavailable):
        await bed.web(site, resolver=Silent(), limits=SHORT).read(site.url())


# U8-U10: bodies that are not what their heads say


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 900\r\n\r\n" + PAGE,
        OK + b"Content-Length: 10\r\nContent-Length: 11\r\n\r\n" + PAGE,
        OK + b"Content-Length: -1\r\n\r\n" + PAGE,
        OK + b"Content-Length: 1e3\r\n\r\n" + PAGE,
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + PAGE,
        OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n" + PAGE,
        OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n" + PAGE,
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        OK + b"Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" + gzip.compress(PAGE)[:20],
        OK + b"Content-Encoding: br\r\n\r\n" + PAGE,
        OK + b"Content-Encoding: gzip, br\r\n\r\n" + gzip.compress(PAGE),
        OK + b"Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(gzip.compress(PAGE)),
        OK + b"Content-Encoding: x-made-up\r\n\r\n" + PAGE,
        OK + b"Content-Range: bytes 0-9/99\r\nContent-Length: 99999999999999999999\r\n\r\n" + PAGE,
    ],
)
async def test_u8_u10_a_body_that_is_not_as_its_head_says_is_not_used(bed: Any, site: Any, answer: bytes) -> None:
    site.pages["/"] = answer
    with pytest.raises((Malformed, Unavailable)):
        await bed.web(site, limits=SHORT).read(site.url())


async def test_u8_of_a_body_longer_than_its_head_says_no_more_is_read(bed: Any, site: Any) -> None:
    site.pages["/"] = OK + f"Content-Length: {len(PAGE)}\r\n\r\n".encode() + PAGE + b"HTTP/1.1 200 OK\r\n\r\nmore"
    assert (await bed.web(site).read(site.url())).content == PAGE


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified", "205 Reset", "101 Switching Protocols"])
async def test_a_body_after_an_answer_that_has_none_is_no_page(
    bed: Any, site: Any, reply: Reply, status: str
) -> None:
    site.pages["/"] = reply(PAGE, status=status)
    with pytest.raises((Malformed, Unavailable)):
        await bed.web(site).read(site.url())


@pytest.mark.parametrize(
    ("begin", "again"),
    [
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"5000\r\n" + b"x" * 0x5000 + b"\r\n"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5;", b"a=" + b"x" * 1000 + b";"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"Trailer: " + b"x" * 1000 + b"\r\n"),
        (OK, b"X-More: " + b"x" * 100 + b"\r\n"),
        (OK + b"X-Long: ", b"x" * 1000),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
        (b"HTTP/1.1 200 ", b"x" * 1000),
        (b"", b"\r\n"),
        (OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"")),
        (OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(PAGE), b"\0" * 1000),
    ],
)
async def test_u8_u9_what_never_ends_is_left_at_a_limit_and_others_are_served_meanwhile(
    bed: Any, site: Any, begin: bytes, again: bytes
) -> None:
    site.pages["/"] = without_end(begin, again)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.01)

    others = asyncio.ensure_future(count())
    with pytest.raises((Malformed, Unavailable)):
        await bed.web(site, limits=SHORT).read(site.url())
    others.cancel()
    assert turns > 0


async def test_u10_a_page_in_very_many_packed_parts_is_refused(bed: Any, site: Any, reply: Reply) -> None:
    body = gzip.compress(PAGE) + gzip.compress(b"") * 50_000
    site.pages["/"] = reply(body, content_encoding="gzip")
    with pytest.raises(Malformed, match="parts"):
        await bed.web(site).read(site.url())


# U12: letters


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html; charset=utf-7", PAGE),
        ('text/html; charset="UTF-7"', b"+ADw-p+AD4-" + PAGE),
        ("text/html; charset=unicode-1-1-utf-7", PAGE),
        ("text/html", b"<meta charset=utf-7>" + PAGE),
        ("text/html", b"<meta http-equiv=content-type content='text/html; charset=x-utf-7'>" + PAGE),
        ("text/html; charset=utf-32", "<p>Pumpen für Bäder, größte Auswahl".encode("utf-32")),
        ("text/html", b"\xff\xfe" + PAGE),
    ],
)
async def test_u12_what_cannot_be_told_for_sure_is_refused(
    bed: Any, site: Any, reply: Reply, content_type: str, body: bytes
) -> None:
    site.pages["/"] = reply(body, content_type=content_type)
    document = await bed.web(site).read(site.url())
    with pytest.raises(Malformed):
        extract(document.content, url=document.url, content_type=document.content_type)


async def test_u12_utf_7_under_another_name_stays_the_plain_signs_that_it_is(
    bed: Any, site: Any, reply: Reply
) -> None:
    body = b"<!doctype html><title>Acme</title><main><p>We make pumps +ADw-b+AD4- for homes.</p></main>"
    site.pages["/"] = reply(body, content_type="text/html; charset=utf-8")
    document = await bed.web(site).read(site.url())
    assert "+ADw-b+AD4-" in extract(document.content, url=document.url, content_type=document.content_type).text


# U14: robots.txt


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /*/private$", "/a/private", False),
        ("User-agent: *\nDisallow: /*/private$", "/a/private?b", True),
        ("User-agent: *\nDisallow: *", "/about", False),
        ("User-agent: *\nDisallow: /$", "/", False),
        ("User-agent: *\nDisallow: /$", "/about", True),
        ("User-agent: Zigral\nDisallow: /\n\nUser-agent: *\nAllow: /", "/about", False),
        ("USER-AGENT:*\r\n\r\nDISALLOW:/about", "/about", False),
        ("Disallow: /\nUser-agent: *\nDisallow: /x", "/about", True),
        ("Sitemap: /s.xml\nUser-agent: *\nSitemap: /t.xml\nDisallow: /about", "/about", False),
        ("User-agent: *\nDisallow: /%61bout", "/about", False),
        ("User-agent: *\n" + "Disallow: /" + "*a" * 50_000 + "\nDisallow: /about", "/about", False),
    ],
)
async def test_u14_rules_are_obeyed_as_rfc_9309_reads_them(
    bed: Any, site: Any, reply: Reply, robots: str, path: str, allowed: bool
) -> None:
    site.pages |= {"/robots.txt": reply(robots.encode(), content_type="text/plain"), path: reply(PAGE)}
    site.pages["/a/private?b"] = reply(PAGE)
    if allowed:
        assert (await bed.web(site).read(site.url(path))).content == PAGE
    else:
        with pytest.raises(Refused, match=r"robots\.txt does not allow it"):
            await bed.web(site).read(site.url(path))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
async def test_u14_a_robots_txt_in_another_encoding_is_no_yes(
    bed: Any, site: Any, reply: Reply, encoding: str
) -> None:
    site.pages |= {"/robots.txt": reply("User-agent: *\nDisallow: /\n".encode(encoding)), "/": reply(PAGE)}
    with pytest.raises((Refused, Unavailable)):
        await bed.web(site).read(site.url())


async def test_u14_a_robots_txt_that_is_packed_or_moved_is_obeyed(bed: Any, site: Any, reply: Reply) -> None:
    rules = gzip.compress(b"User-agent: *\nDisallow: /\n")
    site.pages["/robots.txt"] = reply(status="301 Moved", location=site.url("/r", host="www.acme.example"))
    site.pages["/r"] = reply(rules, content_encoding="gzip", content_type="text/plain")
    with pytest.raises(Refused, match=r"robots\.txt"):
        await bed.web(site).read(site.url())


@pytest.mark.parametrize(
    "robots",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n" * 1000,
        b"\0\1\2",
        OK + b"Content-Encoding: br\r\n\r\nx",
        OK + b"A: \0\r\n\r\n",
    ],
)
async def test_u14_a_robots_txt_that_cannot_be_understood_is_no_yes(bed: Any, site: Any, robots: bytes) -> None:
    site.pages["/robots.txt"] = robots
    with pytest.raises(ZigralError):
        await bed.web(site, limits=SHORT).read(site.url())
    assert site.paths == []
