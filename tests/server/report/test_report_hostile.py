"""A report stays harmless whatever a page, a row or a model says (H1, H6, S1)."""

import base64
import hashlib
import re
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from lxml import html
from lxml.html import HtmlElement

from memory.records import Result, Snapshot
from server.report import write_report

Make = Callable[..., Result]
WriteFolder = Callable[[Path, Iterable[Result]], Path]
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "apostrophe": "' onmouseover='alert(1)",
    "link": "javascript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "end of style": "</style></script></title></textarea><iframe src=//x.example>",
    "comment": "<!-- --!> <![CDATA[ ]]> <base href=//x.example>",
    "template": "{{ 7*7 }}{% raw %}${7*7}",
    "encoded": "&lt;b&gt; &#60;script&#62; \x00<svg/onload=alert(1)>",
    "direction": "abc\u202egnp.exe\u2066 \u200b\U000e0041\x1b[31m\x07",
    "marks": "Z" + "\u0301" * 10_000 + "x",
    "homoglyph": "https://аcme.example/",
    "password": "https://user:pa@ss@x.example/",
    "shell": "'; rm -rf ~; echo '",
    "backslash": "https://x.example\\@evil.example/",
}


def hostile_result(text: str, page: Snapshot) -> Result:
    """A result that says `text` wherever a result can say something."""
    fields = dict.fromkeys(("first_name", "company", "title", "website", "location", "note", "industry"), text)
    size = len(text)
    return Result.model_validate(
        {
            "run_id": text,
            "engine": text,
            "lead": {"lead_id": text, "email": text, **fields, "extra": {text: text}},
            "snapshots": [{**page.model_dump(), "url": text, "title": text, "lang": text, "id": text}],
            "facts": [
                {"id": text, "snapshot_id": text, "start": 0, "end": size, "quote": text},
                {"id": "f2", "snapshot_id": "none", "start": 0, "end": size, "quote": text},
            ],
            "qualification": {
                "status": "review",
                "score": 10**9,
                "criteria": [{"id": text, "basis": "question", "verdict": "yes", "fact_ids": [text], "why": text}],
            },
            "draft": {
                "subject": text,
                "body": text,
                "sha256": text,
                "claims": [
                    {"start": 0, "end": size, "fact_ids": [text]},
                    {"start": 1, "end": size + 9, "source": "lead"},
                    {"start": 0, "end": 2, "source": "offer"},
                ],
            },
            "proof": {
                "passed": False,
                "findings": [
                    {"where": where, "start": 0, "end": 10**6, "code": text, "message": text}
                    for where in ("subject", "body")
                ],
            },
            "status": "awaiting_approval",
            "error": text,
        }
    )


@pytest.fixture
def hostile(
    tmp_path: Path, request: pytest.FixtureRequest, results: list[Result], write_folder: WriteFolder
) -> Path:
    """The report on one such result."""
    result = hostile_result(request.param, results[0].snapshots[0])
    return write_report(write_folder(tmp_path / "out", [result]))


def read(path: Path) -> HtmlElement:
    return html.document_fromstring(path.read_bytes(), parser=html.HTMLParser(encoding="utf-8", huge_tree=True))


def text_at(path: Path, place: str) -> str:
    (element,) = read(path).xpath(place)
    return " ".join(element.text_content().split())


def markup_of(page: HtmlElement) -> set[tuple[str, str]]:
    """Every element with each of its attributes, as pairs."""
    elements = [element for element in page.iter() if isinstance(element.tag, str)]
    return {(one.tag, name) for one in elements for name in (*one.attrib, "")}


every_hostile_text = pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE, indirect=True)
COMMAND = "//p[@class='approve']/code"
COMPANY = "//article//h2"


@every_hostile_text
def test_hostile_text_makes_no_element_or_attribute_of_its_own(hostile: Path, demo: Path) -> None:
    page = read(hostile)
    assert markup_of(page) <= markup_of(read(demo))
    assert page.xpath("count(//script) = 1 and count(//style) = 1")
    assert not [node for node in page.iter() if not isinstance(node.tag, str)]  # no comment either


@every_hostile_text
def test_links_lead_only_within_the_page_or_to_harmless_addresses(hostile: Path) -> None:
    for link in read(hostile).xpath("//@href"):
        assert re.match(r"#l\d+(e\d+)?$|#leads$|https?://[^@\\]+$|mailto:", link)


@every_hostile_text
def test_nothing_that_hides_or_reorders_text_reaches_the_page(hostile: Path) -> None:
    text = hostile.read_bytes().decode()
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\U000e0041]", text
    )
    assert not re.search("\u0301{7}", text)


@every_hostile_text
def test_an_id_that_is_a_command_stays_one_word_of_the_command_given(hostile: Path) -> None:
    words = shlex.split(read(hostile).xpath(COMMAND)[0].text_content())
    assert words[:2] == ["zigral", "approve"]
    assert len(words) == 5


@pytest.mark.parametrize("hostile", [HOSTILE["direction"]], indirect=True)
def test_what_would_not_be_seen_is_written_out(hostile: Path) -> None:
    assert text_at(hostile, COMPANY) == "abc⟨U+202E⟩gnp.exe⟨U+2066⟩ ⟨U+200B⟩⟨U+E0041⟩⟨U+001B⟩[31m⟨U+0007⟩"


@pytest.mark.parametrize("hostile", [HOSTILE["homoglyph"]], indirect=True)
def test_a_look_alike_domain_is_shown_in_ascii(hostile: Path) -> None:
    assert "xn--cme-5cd.example" in text_at(hostile, "//p[@class='who']")


@pytest.mark.parametrize("hostile", [HOSTILE["password"]], indirect=True)
def test_a_password_in_an_address_is_neither_shown_nor_linked(hostile: Path) -> None:
    shown = text_at(hostile, "//p[@class='who']/span[1]")
    assert shown == "[left out]@x.example"
    assert not read(hostile).xpath("//a[contains(@href, 'x.example')]")


def test_letters_of_every_script_come_through_as_they_are(
    tmp_path: Path, qualified: Make, write_folder: WriteFolder
) -> None:
    name = "Müller Nguyễn Ивáн דָּוִד فارسی‌ها 中村 👩‍🏭 e\u0301"
    lead = qualified().lead.model_copy(update={"company": name})
    folder = write_folder(tmp_path / "out", [qualified(lead=lead)])
    assert text_at(write_report(folder), COMPANY) == name


@pytest.mark.parametrize(
    ("error", "secret"),
    [
        ("Redis at redis://:hunter2@db:6379 did not answer.", "hunter2"),
        ("https://ann:p@ss/word@x.example/ was refused.", "ann:p"),
        ("The key sk-proj-abcdefghijklmnop was refused.", "abcdefghijklmnop"),
        ("Authorization: Bearer abc.def-ghi was refused.", "abc.def"),
        ("x" * 95 + " https://ann:hunter2hunter2@x.example/ did not answer.", "hunter2"),
    ],
)
def test_a_secret_in_an_error_is_left_out(
    tmp_path: Path, error: str, secret: str, qualified: Make, write_folder: WriteFolder
) -> None:
    folder = write_folder(tmp_path / "out", [qualified(status="failed", error=error, draft=None)])
    assert secret not in write_report(folder).read_text()


def test_only_our_own_script_and_style_may_run_and_nothing_may_be_loaded(demo: Path) -> None:
    page = read(demo)
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']")[0].get("content")
    assert policy.startswith("default-src 'none'; ")
    for kind in ("script", "style"):
        digest = hashlib.sha256(str(page.xpath(f"//{kind}")[0].text).encode()).digest()
        assert f"{kind}-src 'sha256-{base64.b64encode(digest).decode()}';" in policy
    assert "unsafe" not in policy


def test_the_page_asks_nothing_of_anywhere(demo: Path) -> None:
    page = read(demo)
    assert not page.xpath("//@src | //@srcset | //@poster | //@data | //@action | //@style | //@background")
    assert not page.xpath("//link | //base | //iframe | //object | //embed | //img | //video | //audio")
    assert not re.search(r"url\(|@import|image-set", page.xpath("//style")[0].text)
    assert not re.search(r"fetch|XMLHttp|WebSocket|sendBeacon|import\(|innerHTML", page.xpath("//script")[0].text)
