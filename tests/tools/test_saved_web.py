import gzip
import json
import os
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memory.errors import Invalid, Malformed, NotFound, Refused, Unavailable
from tools.saved_web import SavedWeb, open_saved_web

PAGE = b"<!doctype html><title>Acme</title><p>We make pumps.</p>"
ACME = "https://www.acme.example/about/"


def saved(folder: Path, **more: object) -> SavedWeb:
    (folder / "acme.html").write_bytes(PAGE)
    index = {"version": 1, "urls": {ACME: "acme.html"}, **more}
    (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")
    return open_saved_web(folder)


@pytest.mark.parametrize(
    "spelling",
    [
        ACME,
        "https://www.acme.example/about",
        "https://acme.example/about/",
        "https://ACME.example/about/#team",
        "https://www.acme.example/about/?utm_source=mail&gclid=1",
        "http://www.acme.example/about/",
        "https://www.acme.example:443/about/",
        "https://www.acme.example/%61bout/",
        " https://www.acme.example/about/ ",
    ],
)
async def test_a_page_is_found_under_every_spelling_of_its_address(tmp_path: Path, spelling: str) -> None:
    document = await saved(tmp_path).read(spelling)
    assert (document.url, document.content) == (ACME, PAGE)


@pytest.mark.parametrize(
    "other", ["https://www.acme.example/", f"{ACME}?page=2", "https://shop.acme.example/about/"]
)
async def test_another_page_is_not_taken_for_it(tmp_path: Path, other: str) -> None:
    with pytest.raises(NotFound, match="is not among the saved pages"):
        await saved(tmp_path).read(other)


async def test_letters_are_found_written_out_and_percent_encoded(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(PAGE)
    index = {"version": 1, "urls": {"https://müller.example/über-uns": "a.html"}}
    (tmp_path / "index.json").write_text(json.dumps(index), encoding="utf-8")
    web = open_saved_web(tmp_path)
    document = await web.read("https://xn--mller-kva.example/%C3%BCber-uns")
    assert document.content == PAGE


async def test_a_gzipped_file_is_unpacked(tmp_path: Path) -> None:
    web = saved(tmp_path)
    (tmp_path / "acme.html").write_bytes(gzip.compress(PAGE))
    assert (await web.read(ACME)).content == PAGE


async def test_what_the_index_knows_of_a_page_goes_with_it(tmp_path: Path) -> None:
    known = {
        "html": "acme.html",
        "fetched_at": "2026-01-02T03:04:05Z",
        "content_type": "text/html",
        "encoding": "cp1252",
    }
    document = await saved(tmp_path, pages={"acme": known}).read(ACME)
    assert document.fetched_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (document.content_type, document.encoding) == ("text/html", "cp1252")


async def test_without_a_date_a_page_is_as_old_as_its_file(tmp_path: Path) -> None:
    web = saved(tmp_path)
    os.utime(tmp_path / "acme.html", (1_700_000_000, 1_700_000_000))
    assert (await web.read(ACME)).fetched_at == datetime.fromtimestamp(1_700_000_000, UTC)


@pytest.mark.parametrize("listed", [True, False])
async def test_a_site_that_is_noted_not_to_answer_does_not(tmp_path: Path, listed: bool) -> None:
    silent = "https://silent.example/"
    urls = {silent: ""} if listed else {}
    web = saved(tmp_path, urls=urls, pages={silent: {"error": "timeout"}})
    with pytest.raises(Unavailable, match=r"silent\.example/ did not answer \(timeout\)"):
        await web.read(silent)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://acme.example/",
        "gopher://acme.example/",
        "data:text/html,x",
        "javascript:alert(1)",
    ],
)
async def test_only_http_and_https_are_read(tmp_path: Path, url: str) -> None:
    with pytest.raises(Refused, match="only http and https"):
        await saved(tmp_path).read(url)


async def test_an_address_with_a_password_is_refused_and_the_password_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        await saved(tmp_path).read("https://ada:s3cret@acme.example/")
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize(
    "url", ["", "acme", "https://", "https://[::1", "https://acme.example:port/", "http://a b/"]
)
async def test_what_is_no_address_is_malformed_or_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises((Malformed, Refused)):
        await saved(tmp_path).read(url)


@pytest.mark.parametrize(
    ("index", "reason"),
    [
        (None, r"no index\.json"),
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "index.json"),
        (b'{"version": 2, "urls": {}}', "version is 2"),
        (b'{"urls": {}}', "version"),
        (b'{"version": 1, "urls": {"https://a.example/": 3}}', "urls"),
        (b'{"version": 1, "urls": {"file:///etc/passwd": "a.html"}}', "cannot be served"),
    ],
)
def test_an_index_that_cannot_be_used_is_refused_at_once(tmp_path: Path, index: bytes | None, reason: str) -> None:
    if index is not None:
        (tmp_path / "index.json").write_bytes(index)
    with pytest.raises(Invalid, match=reason):
        open_saved_web(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="nowhere"):
        open_saved_web(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["../secret.html", "/etc/passwd", "sub/../../secret.html", "", ".", "a\0b"])
def test_a_file_outside_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid, match="outside the folder"):
        saved(tmp_path, urls={ACME: name})


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "web"
    folder.mkdir()
    (tmp_path / "secret.html").write_bytes(PAGE)
    (folder / "link.html").symlink_to(tmp_path / "secret.html")
    with pytest.raises(Invalid, match="outside the folder"):
        saved(folder, urls={ACME: "link.html"})


async def test_a_file_that_went_missing_is_malformed(tmp_path: Path) -> None:
    web = saved(tmp_path)
    (tmp_path / "acme.html").unlink()
    with pytest.raises(Malformed, match="cannot be read"):
        await web.read(ACME)


@pytest.mark.parametrize("cut", [12, -4, -9])
async def test_a_torn_gzip_is_malformed(tmp_path: Path, cut: int) -> None:
    web = saved(tmp_path)
    (tmp_path / "acme.html").write_bytes(gzip.compress(PAGE * 100)[:cut])
    with pytest.raises(Malformed, match="not whole"):
        await web.read(ACME)


async def test_a_gzip_with_a_changed_byte_is_malformed(tmp_path: Path) -> None:
    web = saved(tmp_path)
    packed = bytearray(gzip.compress(PAGE))
    packed[-8] ^= 1
    (tmp_path / "acme.html").write_bytes(bytes(packed))
    with pytest.raises(Malformed, match="not whole"):
        await web.read(ACME)


@pytest.mark.parametrize("packed", [True, False])
async def test_a_page_over_the_limit_is_not_read(tmp_path: Path, packed: bool) -> None:
    web = saved(tmp_path)
    large = b"a" * 6_000_000
    (tmp_path / "acme.html").write_bytes(gzip.compress(large) if packed else large)
    with pytest.raises(Malformed, match="larger than 5,000,000 bytes"):
        await web.read(ACME)


async def test_a_bomb_is_unpacked_no_further_than_the_limit(tmp_path: Path) -> None:
    web = saved(tmp_path)
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    with (tmp_path / "acme.html").open("wb") as file:
        for _ in range(200):  # 200 MB in 200 kB
            file.write(packer.compress(bytes(1_000_000)))
        file.write(packer.flush())
    with pytest.raises(Malformed, match="larger than"):
        await web.read(ACME)
