import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.errors import Malformed
from tools.sitemaps import MAX_BYTES, MAX_ENTRIES, read_sitemap

URL = "https://acme.example/sitemap.xml"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(*addresses: str, begin: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    entries = "".join(f"<url><loc> {address} </loc><lastmod>2026-01-01</lastmod></url>" for address in addresses)
    return f"{begin}<urlset {NAMESPACE}>{entries}</urlset>"


def pages(content: bytes | str) -> list[str]:
    found = read_sitemap(content.encode() if isinstance(content, str) else content, url=URL)
    return [link.url for link in found.pages]


ABOUT = "https://acme.example/about"
PUMPS = "https://acme.example/pumps?a=1&b=2"


@pytest.mark.parametrize(
    "content",
    [
        urlset(ABOUT, PUMPS.replace("&", "&amp;")),
        urlset(ABOUT, f"<![CDATA[{PUMPS}]]>"),
        "\ufeff\n" + urlset(ABOUT, PUMPS.replace("&", "&amp;"), begin=""),
        urlset(ABOUT, PUMPS.replace("&", "&amp;")).replace("<", "<s:").replace("<s:/", "</s:").replace("<s:?", "<?")
        .replace("xmlns=", "xmlns:s="),
        urlset(ABOUT, PUMPS.replace("&", "&amp;"), ABOUT + "#team"),
        f"{ABOUT}\r\n\r\n{PUMPS}\r\nnot an address\r\n",
    ],
)  # fmt: skip
def test_the_pages_of_a_sitemap_are_read_each_once(content: str) -> None:
    assert pages(content) == [ABOUT, PUMPS]
    assert pages(gzip.compress(content.encode())) == [ABOUT, PUMPS]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "iso-8859-1"])
def test_a_sitemap_is_read_in_the_encoding_that_it_declares(encoding: str) -> None:
    declared = "utf-16" if "16" in encoding else encoding
    text = urlset("https://acme.example/über", begin=f'<?xml version="1.0" encoding="{declared}"?>')
    assert pages(text.encode(encoding)) == ["https://acme.example/über"]


def test_an_index_lists_sitemaps_and_no_pages() -> None:
    index = f"<sitemapindex {NAMESPACE}><sitemap><loc>{URL}.gz</loc></sitemap></sitemapindex>"
    found = read_sitemap(index.encode(), url=URL)
    assert ([link.url for link in found.sitemaps], found.pages) == ([f"{URL}.gz"], ())


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_so_that_no_entity_can_grow(encoding: str, packed: bool) -> None:
    laughs = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    bomb = f"<?xml version='1.0'?><!DOCTYPE urlset [<!ENTITY l0 'ha'>{laughs}]>{urlset('&l9;', begin='')}"
    content = bomb.encode(encoding)
    with pytest.raises(Malformed, match="declares a document type"):
        pages(gzip.compress(content) if packed else content)


def test_an_entity_from_outside_is_never_fetched() -> None:
    outside = f'<!DOCTYPE u SYSTEM "http://127.0.0.1/x"><urlset {NAMESPACE}><url><loc>{ABOUT}</loc></url></urlset>'
    with pytest.raises(Malformed, match="document type"):
        pages(outside)


def test_the_first_entries_of_a_sitemap_without_end_count() -> None:
    found = pages(urlset(*(f"https://acme.example/p{n}" for n in range(MAX_ENTRIES + 50))))
    assert len(found) == MAX_ENTRIES


def test_of_a_sitemap_that_breaks_off_what_came_before_counts() -> None:
    whole = urlset(ABOUT, "https://acme.example/pumps")
    assert pages(whole[: whole.rindex("<lastmod>") - 8]) == [ABOUT]
    assert pages(gzip.compress(whole.encode())[:-12])[:1] == [ABOUT]


def test_a_bomb_is_unpacked_no_further_than_the_limit() -> None:
    begin = urlset(ABOUT).removesuffix("</urlset>").encode()
    assert pages(gzip.compress(begin + b" " * (4 * MAX_BYTES))) == [ABOUT]
    with pytest.raises(Malformed, match="packed twice"):
        pages(gzip.compress(gzip.compress(begin)))


@pytest.mark.parametrize(
    "content",
    [
        "<!-- --><html><body><loc>https://acme.example/about</loc></body></html>",
        "<rss><channel><link>https://acme.example/</link></channel></rss>",
        "<",
        "<a>" * 50_000,
    ],
)
def test_what_is_no_sitemap_is_named(content: str) -> None:
    with pytest.raises(Malformed):
        pages(content)


def test_elements_within_each_other_end_the_reading() -> None:
    deep = urlset(ABOUT).replace("</urlset>", "<x>" * 100_000)
    assert pages(deep) == [ABOUT]


def test_addresses_that_must_not_be_read_are_left_out() -> None:
    others = ("ftp://acme.example/", "https://ada:pw@acme.example/", "/about", "javascript:alert(1)", "x" * 5000)
    assert pages(urlset(*others, ABOUT)) == [ABOUT]


@given(st.binary(max_size=300), st.sampled_from([b"", b"<urlset><url><loc>", b"\x1f\x8b", b"\xff\xfe<\0"]))
def test_any_bytes_are_read_or_refused_in_a_sentence(content: bytes, begin: bytes) -> None:
    try:
        read_sitemap(begin + content, url=URL)
    except Malformed as refusal:
        assert str(refusal).endswith(".")
