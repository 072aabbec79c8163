"""What every form of the `Web` port promises, held against the saved one and the live one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memory.errors import Malformed, NotFound, Refused
from tools.saved_web import open_saved_web
from tools.web import Web

PAGE = b"<!doctype html><title>Acme</title><p>We make pumps.</p>"


@pytest.fixture(params=["saved", "live"])
def open_web(
    request: pytest.FixtureRequest, tmp_path: Path, bed: Any, site: Any, reply: Callable[..., bytes]
) -> tuple[Web, str]:
    """A web with one page at `/about`, and the address of its site."""
    if request.param == "live":
        site.pages["/about"] = reply(PAGE)
        return bed.web(site), site.url("")
    (tmp_path / "about.html").write_bytes(PAGE)
    index = {"version": 1, "urls": {"https://acme.example/about": "about.html"}}
    (tmp_path / "index.json").write_text(json.dumps(index), encoding="utf-8")
    return open_saved_web(tmp_path), "https://acme.example"


async def test_a_page_is_read_with_its_address_and_the_time_in_utc(open_web: tuple[Web, str]) -> None:
    web, home = open_web
    document = await web.read(f"{home}/about")
    assert (document.url, document.content) == (f"{home}/about", PAGE)
    offset = document.fetched_at.utcoffset()
    assert offset is not None
    assert not offset


@pytest.mark.parametrize("spelling", ["{}/about#team", " {}/about ", "{}/%61bout"])
async def test_a_page_is_found_under_other_spellings_of_its_address(
    open_web: tuple[Web, str], spelling: str
) -> None:
    web, home = open_web
    assert (await web.read(spelling.format(home))).url == f"{home}/about"


async def test_a_page_that_is_not_there_is_not_found_and_named(open_web: tuple[Web, str]) -> None:
    web, home = open_web
    with pytest.raises(NotFound, match="/gone"):
        await web.read(f"{home}/gone")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://acme.example/", "javascript:alert(1)", "", "acme"])
async def test_another_scheme_is_refused(open_web: tuple[Web, str], url: str) -> None:
    with pytest.raises(Refused, match="only http and https"):
        await open_web[0].read(url)


async def test_a_password_is_refused_and_not_shown(open_web: tuple[Web, str]) -> None:
    with pytest.raises(Refused) as refusal:
        await open_web[0].read("https://ada:s3cret@acme.example/")
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize("url", ["https://", "https://[::1", "http://acme.example:port/", "http://a b/"])
async def test_what_is_no_address_is_malformed(open_web: tuple[Web, str], url: str) -> None:
    with pytest.raises(Malformed):
        await open_web[0].read(url)
