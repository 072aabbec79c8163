"""The report in a real browser: filtering, and showing a quotation by pointer, touch and keyboard."""

import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from memory.records import Result
from server.report import MANY, write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SECONDS = 30  # for one answer of the browser, on a busy machine
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@dataclass
class Browser:
    """Speaks the DevTools protocol with a headless Chromium over two pipes."""

    commands: int  # descriptor
    answers: int  # descriptor
    held: bytes = b""

    def __post_init__(self) -> None:
        self.ids = count(1)
        self.session = ""

    def ask(self, method: str, **params: object) -> dict[str, object]:
        number = next(self.ids)
        message: dict[str, object] = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != number:
            pass
        assert "error" not in answer, answer
        result: dict[str, object] = answer["result"]
        return result

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self.held:
            ready, _, _ = select.select([self.answers], [], [], SECONDS)
            assert ready, "the browser did not answer"
            self.held += os.read(self.answers, 65536)
        first, _, self.held = self.held.partition(b"\0")
        answer: dict[str, Any] = json.loads(first)
        return answer

    def open(self, page: Path, *, width: int, height: int = 900, state: str = "") -> None:
        self.session = ""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = str(self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        self.ask("Page.bringToFront")
        self.ask("Page.navigate", url=page.as_uri() + state)
        self.wait_for("location.protocol === 'file:' && document.readyState === 'complete'")

    def evaluate(self, script: str) -> object:
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        result = answer["result"]
        assert isinstance(result, dict)
        return result.get("value")

    def wait_for(self, condition: str) -> None:
        until = time.monotonic() + SECONDS
        while not self.evaluate(f"Boolean({condition})"):
            assert time.monotonic() < until, f"never came true: {condition}"
            time.sleep(0.02)

    def place_of(self, query: str) -> dict[str, object]:
        """A point on the first line of the element, once it has been scrolled to and lies still."""
        self.evaluate(f"document.querySelector({query!r}).scrollIntoView({{block: 'center'}})")
        self.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(() => drawn())))")
        found = self.evaluate(
            f"(() => {{ const b = document.querySelector({query!r}).getClientRects()[0];"
            "return {x: b.x + 5, y: b.y + b.height / 2}; })()"
        )
        assert isinstance(found, dict)
        return found

    def hover(self, query: str) -> None:
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", **self.place_of(query))

    def click(self, query: str) -> None:
        place = self.place_of(query)
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)

    def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            code = {"Tab": 9, "Escape": 27, "ArrowUp": 38, "ArrowDown": 40, "Enter": 13, "/": 191}[key]
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    yield from started(tmp_path_factory.mktemp("profile"))


def started(profile: Path) -> Iterator[Browser]:
    """A browser whose own files are in `profile`, ended when the generator is."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    start = f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}'
    chromium = (str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", "--remote-debugging-pipe")
    process = subprocess.Popen(
        ["bash", "-c", start, *chromium],
        pass_fds=(theirs_in, theirs_out),
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(profile)},
    )
    os.close(theirs_in)
    os.close(theirs_out)
    yield Browser(ours_out, ours_in)
    process.terminate()
    process.wait(SECONDS)
    os.close(ours_out)
    os.close(ours_in)


SHOWN = "document.querySelectorAll('#leads tbody tr:not([hidden])').length"
SECTIONS = "document.querySelectorAll('article:not([hidden])').length"
SHEET = "document.getElementById('sheet')"
CLAIM = "#l1 .claim"
CLAIM_ENDS = f"document.querySelector('{CLAIM}').getBoundingClientRect().bottom"
QUOTE = "We assemble 40 pump types in two halls in Bonn"


def choose(query: str, value: str) -> str:
    return (
        f"document.querySelector('{query}').value = '{value}';"
        f"document.querySelector('{query}').dispatchEvent(new Event('input', {{bubbles: true}}))"
    )


def test_words_and_choices_filter_the_table_and_the_sections(browser: Browser, demo: Path) -> None:
    browser.open(demo, width=1280)
    assert browser.evaluate("document.getElementById('filter').hidden") is False
    browser.evaluate(choose("#find", "HARDWARE ateliers"))
    assert (browser.evaluate(SHOWN), browser.evaluate(SECTIONS)) == (1, 1)
    assert browser.evaluate("document.getElementById('shown').textContent") == "1 of 10 shown"
    browser.evaluate(choose("#find", "ines.bauer@ahrwerk"))
    assert browser.evaluate(SHOWN) == 1
    browser.evaluate(choose("#find", "") + ";" + choose("#verdict", "review"))
    assert browser.evaluate(SHOWN) == 2
    browser.evaluate(choose("#status", "failed"))
    assert browser.evaluate("!document.getElementById('nothing').hidden") is True


def test_what_is_filtered_stands_in_the_address_and_comes_back_from_it(browser: Browser, demo: Path) -> None:
    browser.open(demo, width=1280)
    assert browser.evaluate("document.getElementById('shown').textContent") == "10 leads"
    browser.evaluate(choose("#find", "a b&c=ü") + ";" + choose("#verdict", "review"))
    state = browser.evaluate("location.hash")
    browser.open(demo, width=1280, state=str(state))
    assert browser.evaluate("['find', 'verdict'].map(id => document.getElementById(id).value)") == [
        "a b&c=ü",
        "review",
    ]
    assert browser.evaluate(SHOWN) == 0
    browser.click("#clear")
    browser.wait_for(f"{SHOWN} === 10 && location.hash === '#leads'")
    browser.evaluate("location.hash = '#?status=failed&verdict=%3Cimg%3E&find='")
    browser.wait_for(f"{SHOWN} > 0 && {SHOWN} < 10")


def test_the_keyboard_finds_and_walks_the_table(browser: Browser, demo: Path) -> None:
    browser.open(demo, width=1280)
    browser.press("/")
    browser.wait_for("document.activeElement.id === 'find'")
    browser.evaluate(choose("#status", "awaiting_approval"))
    focused = "document.activeElement.closest('tr')?.querySelector('a').hash"
    visible = "[...document.querySelectorAll('#leads tbody tr:not([hidden]) a')].map(one => one.hash)"
    first, second = browser.evaluate(visible)[:2]  # type: ignore[index]
    browser.press("ArrowDown")
    browser.wait_for(f"{focused} === '{first}'")
    browser.press("ArrowDown")
    browser.wait_for(f"{focused} === '{second}'")
    browser.press("ArrowUp")
    browser.wait_for(f"{focused} === '{first}'")


@pytest.fixture(scope="module")
def large(
    tmp_path_factory: pytest.TempPathFactory,
    results: list[Result],
    write_folder: Callable[[Path, Iterable[Result]], Path],
) -> Path:
    """A report of so many leads that each is text until it comes near; the last one means harm."""
    harm = {"company": '</script><img src=x onerror="window.harmed=1">', "title": "</article><b id=out>"}
    told = [results[number % len(results)] for number in range(MANY + 20)]
    leads = [
        one.lead.model_copy(update={"lead_id": f"{n:016}", **(harm if n == MANY + 19 else {})})
        for n, one in enumerate(told)
    ]
    copies = [one.model_copy(update={"lead": lead}) for one, lead in zip(told, leads, strict=True)]
    return write_report(write_folder(tmp_path_factory.mktemp("large") / "out", copies))


def test_of_a_large_report_a_lead_is_opened_when_it_comes_near(browser: Browser, large: Path) -> None:
    browser.open(large, width=1280)
    browser.evaluate(choose("#find", "ahrwerk"))
    assert browser.evaluate(SHOWN) == browser.evaluate(SECTIONS)
    far = "[...document.querySelectorAll('article[data-held]')].pop().id"
    last = browser.evaluate(far)
    browser.evaluate(choose("#find", ""))
    assert browser.evaluate(f"document.getElementById('{last}').textContent") == ""
    browser.evaluate(f"document.querySelector('a[href=\"#{last}\"]').click()")
    browser.wait_for(f"document.querySelector('#{last} h2')")
    browser.wait_for(f"document.getElementById('{last}').getBoundingClientRect().top < innerHeight")


def test_a_card_of_a_large_report_is_found_by_its_address(browser: Browser, large: Path) -> None:
    browser.open(large, width=1280, state="#l9e1")
    browser.wait_for("document.querySelector('#l9 .claim') && document.getElementById('l9e1')")


def test_no_name_breaks_out_of_the_text_of_a_large_report(browser: Browser, large: Path) -> None:
    browser.open(large, width=1280)
    row = "[...document.querySelectorAll('#leads tbody a')].find(one => "
    link = row + "one.closest('tr').textContent.includes('onerror'))"
    browser.evaluate(f"{link}.click()")
    browser.wait_for(f"document.querySelector({link}.hash + ' h2')?.textContent.includes('<img src=x')")
    assert browser.evaluate("[document.images.length, !!window.harmed, !!document.getElementById('out')]") == [
        *(0, False, False),
    ]
    assert browser.evaluate("document.querySelectorAll('article').length") == MANY + 20


def test_pointing_at_a_claim_marks_its_quotation_beside_it(browser: Browser, demo: Path) -> None:
    browser.open(demo, width=1280)
    browser.hover(CLAIM)
    browser.wait_for("document.querySelector('#l1 .card.lit')")
    assert browser.evaluate("document.querySelector('.card.lit mark').textContent") == QUOTE
    assert browser.evaluate(f"{SHEET}.hidden") is True


def test_a_click_shows_the_quotation_in_its_page_where_it_is_out_of_sight(browser: Browser, demo: Path) -> None:
    browser.open(demo, width=390, height=500)
    browser.click(CLAIM)
    browser.wait_for(f"!{SHEET}.hidden")
    assert browser.evaluate(f"{SHEET}.querySelector('mark').textContent") == QUOTE
    assert "street by the river" in str(browser.evaluate(f"{SHEET}.textContent"))
    assert browser.evaluate(f"{CLAIM_ENDS} < {SHEET}.getBoundingClientRect().top") is True
    browser.press("Escape")
    browser.wait_for(f"{SHEET}.hidden")
    browser.click(CLAIM)
    browser.wait_for(f"!{SHEET}.hidden")
    browser.click("#sheet button")
    browser.wait_for(f"{SHEET}.hidden")


def test_the_keyboard_reaches_a_claim_and_its_quotation(browser: Browser, demo: Path) -> None:
    browser.open(demo, width=390, height=500)
    browser.evaluate("document.querySelector('#l1 .who a').focus()")
    browser.press("Tab")
    browser.wait_for(f"!{SHEET}.hidden")
    assert browser.evaluate(f"document.activeElement === document.querySelector('{CLAIM}')") is True
    assert browser.evaluate(f"{SHEET}.querySelector('mark').textContent") == QUOTE


@pytest.mark.parametrize("width", [360, 390, 800, 1280])
def test_nothing_is_wider_than_the_screen(
    browser: Browser,
    tmp_path: Path,
    results: list[Result],
    write_folder: Callable[[Path, Iterable[Result]], Path],
    width: int,
) -> None:
    wide = {
        "company": "W" * 3000,
        "title": "i" * 3000,
        "email": f"{'m' * 60}@x.example",
        "website": f"https://x.example/{'a' * 500}",
    }
    lead = results[0].lead.model_copy(update={**wide, "lead_id": "w" * 300})
    folder = write_folder(tmp_path / "out", [*results, results[0].model_copy(update={"lead": lead})])
    browser.open(write_report(folder), width=width)
    browser.evaluate(
        "for (const one of document.querySelectorAll('article')) one.style.contentVisibility = 'visible'"
    )
    assert browser.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
