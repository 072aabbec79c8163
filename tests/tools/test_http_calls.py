"""Rows U1 to U11 and U16 of the threats for calls that somebody wrote down, and what such a call may carry."""

import asyncio
import json
import ssl
import zlib
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest

from memory.errors import Invalid, Malformed, NotFound, Refused, TooLarge, Unavailable, ZigralError
from tools.guard import Guard, SystemResolver
from tools.http_calls import CallLimits, ClosedCalls, HttpCall, LiveCalls

Reply = Callable[..., bytes]
Calls = Callable[..., LiveCalls]
SECRETS = {"Authorization": "Bearer s3cret", "Cookie": "sid=s3cret", "X-Api-Key": "s3cret", "Accept": "text/csv"}


@pytest.fixture
def calls(bed: Any, site: Any) -> Calls:
    """Makes calls that may reach the test's servers."""

    def made(*more: Any, guard: Guard | None = None, **limits: Any) -> LiveCalls:
        return LiveCalls(
            version="1.2",
            ports=frozenset({80, 443, *(one.port for one in (site, *more))}),
            limits=CallLimits(**{"seconds": 5.0, **limits}),
            resolver=bed.names,
            guard=guard or Guard(allowed=frozenset({ip_address("127.0.0.1")})),
        )

    return made


def sent(site: Any, name: str) -> str | None:
    """The value of a header of the last request."""
    lines = (line.partition(": ") for line in site.heads[-1].decode().split("\r\n"))
    return next((value for key, _, value in lines if key.lower() == name), None)


async def test_a_call_sends_its_method_headers_and_json_and_brings_json_back(
    calls: Calls, site: Any, reply: Reply
) -> None:
    site.pages["/leads?x=1"] = reply(b'{"id": 12345678901234567890, "ok": true}', content_type="application/json")
    call = HttpCall(site.url("/leads?x=1"), "POST", {"X-Api-Key": "k"}, {"name": "Zoë", "tags": [1, None]})
    answer = await calls().call(call)
    assert (answer.status, answer.json, answer.text) == (200, {"id": 12345678901234567890, "ok": True}, None)
    assert json.loads(site.bodies[-1]) == {"name": "Zoë", "tags": [1, None]}
    assert site.heads[-1].startswith(b"POST /leads?x=1 HTTP/1.1")
    assert (sent(site, "content-type"), sent(site, "x-api-key")) == ("application/json", "k")
    assert (sent(site, "user-agent"), sent(site, "host")) == ("Zigral/1.2", f"acme.example:{site.port}")
    assert answer.output == {"status": 200, "headers": answer.headers, "json": answer.json}


async def test_a_text_comes_back_as_text_in_its_own_letters(calls: Calls, site: Any, reply: Reply) -> None:
    site.pages["/"] = reply("Müller".encode("cp1252"), content_type="text/plain; charset=windows-1252")
    answer = await calls().call(HttpCall(site.url()))
    assert answer.output == {"status": 200, "headers": answer.headers, "text": "Müller"}


@pytest.mark.parametrize("status", ["404 Not Found", "429 Slowly", "500 Oops"])
async def test_a_failure_of_the_other_side_is_an_answer(calls: Calls, site: Any, reply: Reply, status: str) -> None:
    site.pages["/"] = reply(b"no", status=status, content_type="text/plain", retry_after="7")
    answer = await calls().call(HttpCall(site.url()))
    assert (answer.status, answer.text, answer.headers["retry-after"]) == (int(status[:3]), "no", "7")


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PUT", "PATCH", "POST"])
async def test_an_answer_without_content_is_an_empty_text(
    calls: Calls, site: Any, reply: Reply, method: Any
) -> None:
    head = reply(status="204 None", content_type="") if method != "HEAD" else reply(content_length="4000")
    site.pages["/"] = head
    assert (await calls().call(HttpCall(site.url(), method))).text == ""
    assert site.heads[-1].startswith(method.encode())


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "[::1]", "localhost", "169.254.169.254", "10.0.0.1", "0.0.0.0", "100.64.0.1", "224.0.0.1"),
        *("2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "①②⑦.0.0.1"),
    ],
)
async def test_u1_u2_u3_no_spelling_of_a_private_address_opens_a_socket(
    calls: Calls, bed: Any, site: Any, host: str
) -> None:
    bed.names = SystemResolver()
    with pytest.raises(Refused, match="must not be called"):
        await calls(guard=Guard()).call(HttpCall(site.url(host=host), "POST", json={}))
    assert (site.asked, site.most_at_once) == ([], 0)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Go", "308 Go"])
async def test_u4_a_redirect_to_a_private_address_is_refused(
    calls: Calls, bed: Any, site: Any, reply: Reply, status: str
) -> None:
    bed.names.told = {"inner.example": ["192.168.0.1"]}
    for target in ("http://10.0.0.1/", "http://[::1]/", "http://inner.example/"):
        site.pages["/"] = reply(status=status, location=target)
        with pytest.raises(Refused, match="redirect to a private address"):
            await calls().call(HttpCall(site.url()))


async def test_u5_the_address_that_was_checked_is_connected_to_and_no_other(
    calls: Calls, bed: Any, site: Any, open_site: Any, reply: Reply
) -> None:
    inner = await open_site("127.0.0.2", port=site.port)
    site.pages["/"] = reply(b"{}", content_type="application/json")
    bed.names.told = {"acme.example": [["127.0.0.1"], ["127.0.0.2"]]}
    assert (await calls().call(HttpCall(site.url()))).json == {}
    with pytest.raises(Refused, match="private"):
        await calls().call(HttpCall(site.url()))
    assert inner.asked == []


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "gopher://a.example/", "data:text/html,x", "javascript:alert(1)", "nonsense", ""),
        *("http://acme.example:6379/", "https://acme.example:0/", "http://ada:s3cret@acme.example/", "http://["),
        *("//acme.example/", "http://acme.example:99999/", "http://acme.example/a b", "http://acme .example/"),
    ],
)
async def test_u6_u7_only_web_addresses_without_passwords_are_called_also_after_a_redirect(
    calls: Calls, site: Any, reply: Reply, url: str
) -> None:
    site.pages["/"] = reply(status="302 Found", location=url or "http://[")
    asked = (url, site.url()) if not url.startswith(("//", "nonsense")) else (url,)
    for one in asked:
        with pytest.raises((Refused, Malformed)) as refusal:
            await calls().call(HttpCall(one))
        assert "s3cret" not in f"{refusal.value} {refusal.value.__cause__}"


async def test_u8_u10_the_limit_counts_what_is_unpacked(calls: Calls, site: Any, reply: Reply) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = packer.compress(bytes(20_000_000)) + packer.flush()
    site.pages["/"] = reply(bomb, content_encoding="gzip", content_type="text/plain")
    with pytest.raises(Malformed, match="more than 10,000 bytes"):
        await calls(content=10_000).call(HttpCall(site.url()))


async def test_u9_a_byte_now_and_then_does_not_outlast_the_deadline(calls: Calls, site: Any) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(0.05)

    site.pages["/"] = drip
    with pytest.raises(Unavailable, match="took too long"):
        await calls(seconds=0.3).call(HttpCall(site.url()))


async def test_u11_five_redirects_are_followed_and_a_sixth_is_not(calls: Calls, site: Any, reply: Reply) -> None:
    site.pages |= {f"/{n}": reply(status="302 Found", location=f"/{n + 1}") for n in range(6)}
    site.pages["/6"] = reply(b"here", content_type="text/plain")
    assert (await calls().call(HttpCall(site.url("/1")))).text == "here"
    with pytest.raises(Refused, match="too many redirects"):
        await calls().call(HttpCall(site.url("/0")))


async def test_u16_a_certificate_for_another_name_is_refused(
    calls: Calls, bed: Any, open_site: Any, authority: Any, reply: Reply
) -> None:
    tls: ssl.SSLContext = authority.server_context(names=["acme.example"])
    secure = await open_site(tls=tls)
    secure.pages["/"] = reply(b"[1]", content_type="application/vnd.api+json; charset=utf-8")
    made = LiveCalls(
        ports=frozenset({secure.port}),
        resolver=bed.names,
        guard=Guard(allowed=frozenset({ip_address("127.0.0.1")})),
        authorities=authority.file,
    )
    assert (await made.call(HttpCall(secure.url(scheme="https")))).json == [1]
    with pytest.raises(Refused, match="certificate"):
        await made.call(HttpCall(secure.url(scheme="https", host="other.example")))


async def test_keys_and_cookies_go_to_no_other_site(calls: Calls, site: Any, open_site: Any, reply: Reply) -> None:
    other = await open_site()
    other.pages["/"] = reply(b"ok", content_type="text/plain")
    for target in (site.url(host="b.example"), other.url()):
        site.pages["/go"] = reply(status="302 Found", location=target)
        last = other if target == other.url() else site
        last.pages["/"] = reply(b"ok", content_type="text/plain")
        assert (await calls(other).call(HttpCall(site.url("/go"), headers=SECRETS))).text == "ok"
        assert b"s3cret" not in last.heads[-1]
        assert sent(last, "accept") == "text/csv"


async def test_keys_stay_with_their_site_on_its_own_redirects(calls: Calls, site: Any, reply: Reply) -> None:
    site.pages |= {"/": reply(status="307 Go", location="/v2"), "/v2": reply(b"ok", content_type="text/plain")}
    await calls().call(HttpCall(site.url(), "PUT", SECRETS, {"a": 1}))
    assert sent(site, "authorization") == "Bearer s3cret"
    assert (site.paths, site.bodies) == (["/", "/v2"], [b'{"a":1}'] * 2)


@pytest.mark.parametrize(("status", "method"), [("302 Found", "GET"), ("303 See", "GET"), ("308 Go", "POST")])
async def test_a_redirected_post_becomes_what_browsers_make_of_it(
    calls: Calls, site: Any, reply: Reply, status: str, method: str
) -> None:
    site.pages |= {"/": reply(status=status, location="/v2"), "/v2": reply(b"ok", content_type="text/plain")}
    await calls().call(HttpCall(site.url(), "POST", json={"a": 1}))
    assert site.heads[-1].startswith(method.encode())
    assert site.bodies[-1] == (b'{"a":1}' if method == "POST" else b"")
    assert (sent(site, "content-type") is None) == (method == "GET")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_what_changes_something_is_not_carried_to_another_site(
    calls: Calls, site: Any, reply: Reply, method: Any
) -> None:
    site.pages["/"] = reply(status="307 Go", location=site.url("/v2", host="b.example"))
    with pytest.raises(Refused, match="another site"):
        await calls().call(HttpCall(site.url(), method, json={"a": "s3cret"}))
    assert site.paths == ["/"]


@pytest.mark.parametrize(
    "headers",
    [
        *(
            {"Host": "b.example"},
            {"content-LENGTH": "3"},
            {"Transfer-Encoding": "chunked"},
            {"Connection": "close"},
        ),
        *({"Proxy-Authorization": "x"}, {"Upgrade": "h2c"}, {"TE": "trailers"}, {"Accept-Encoding": "br"}),
        *({"X-A": "1\r\nHost: b.example"}, {"X-A\r\nHost": "1"}, {"": "1"}, {"X A": "1"}, {"X-A": "ü"}),
        *({"X-A": "1", "x-a": "2"}, {"X-A": "\x00"}, {"X-A": "a" * 20_000}, {f"X-{n}": "1" for n in range(60)}),
    ],
    ids=str,
)
async def test_a_header_that_is_not_the_callers_to_set_is_refused_by_its_name(
    calls: Calls, site: Any, headers: dict[str, str]
) -> None:
    with pytest.raises(Invalid, match="headers"):
        await calls().call(HttpCall(site.url(), headers=headers))
    assert site.asked == []


async def test_json_that_cannot_be_sent_is_refused_by_its_place(calls: Calls, site: Any) -> None:
    with pytest.raises(Invalid, match=r"json\.a\[0\]"):
        await calls().call(HttpCall(site.url(), "POST", json={"a": [float("nan")]}))
    with pytest.raises(TooLarge):
        await calls(sent=100).call(HttpCall(site.url(), "POST", json="a" * 100))
    assert site.asked == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        *((b"{", "application/json"), (b"NaN", "application/json"), (b"[" * 100_000, "text/json")),
        *((b'"\\ud800"', "application/json"), (b"\x89PNG", "image/png"), (b"%PDF-1.7", "application/pdf")),
        *((b"a\0b", "text/plain"), (b"+ADw-", "text/plain; charset=utf-7")),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_an_answer_that_is_not_what_it_says_is_refused(
    calls: Calls, site: Any, reply: Reply, body: bytes, kind: str
) -> None:
    site.pages["/"] = reply(body, content_type=kind)
    with pytest.raises(Malformed):
        await calls().call(HttpCall(site.url()))


async def test_no_error_and_no_repr_shows_what_a_call_carries(calls: Calls, bed: Any, site: Any) -> None:
    bed.names.told = {"gone.example": []}
    site.pages["/s3cret?key=s3cret"] = b"nonsense\r\n\r\n"
    path = "/s3cret?key=s3cret"
    for url in (site.url(path), site.url(path, host="gone.example"), f"ftp://acme.example{path}"):
        call = HttpCall(url, headers=SECRETS, json={"a": "s3cret"})
        with pytest.raises(ZigralError) as failure:
            await calls().call(call)
        assert "s3cret" not in f"{failure.value} {call}"
        assert str(failure.value).count("example") == 1


async def test_a_name_that_leads_nowhere_is_told_from_a_host_that_does_not_answer(
    calls: Calls, bed: Any, site: Any
) -> None:
    bed.names.told = {"gone.example": []}
    with pytest.raises(NotFound, match=r"gone\.example"):
        await calls().call(HttpCall(site.url(host="gone.example")))
    with pytest.raises(Unavailable):
        await calls().call(HttpCall("http://acme.example:80/"))


async def test_no_more_calls_are_made_at_a_time_than_are_allowed(calls: Calls, site: Any, reply: Reply) -> None:
    async def later(path: str) -> None:
        await asyncio.sleep(0.01)

    site.on_request = later
    site.pages["/"] = reply(b"ok", content_type="text/plain")
    made = calls(at_once=2)
    await asyncio.gather(*(made.call(HttpCall(site.url())) for _ in range(8)))
    assert site.most_at_once <= 3  # one may be closing


async def test_where_there_is_no_web_a_call_is_refused_with_what_to_do() -> None:
    with pytest.raises(Refused, match="ZIGRAL_WEB=live"):
        await ClosedCalls().call(HttpCall("https://acme.example/s3cret"))
