"""A site that is read again: what changed, what is gone, and what is only not answered for this time."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from memory.errors import Malformed, NotFound, Refused, Unavailable
from memory.records import Fact, Snapshot
from memory.snapshots import Snapshots
from nodes.research import keep
from tools.reading_changes import compare, gone_facts, moved
from tools.site import SiteText, read_site
from tools.web import Document
from tools.workers import Inline

HOME = "https://acme.example/"
ABOUT, NEWS, TEAM = f"{HOME}about", f"{HOME}news", f"{HOME}team"


class Shelf(dict[str, str | Exception]):
    """A web of a few pages by their addresses. One may be an error."""

    async def read(self, url: str) -> Document:
        body = self.get(url, NotFound(f"{url} is not here."))
        if isinstance(body, Exception):
            raise body
        markup = f"<html lang=en><head><title>Acme</title></head><body><main><p>{body}</p></main></body></html>"
        return Document(url, markup.encode(), "text/html", "utf-8", datetime(2026, 1, 1, tzinfo=UTC))


def shelf(**changed: str | Exception) -> Shelf:
    links = "".join(f"<a href='/{name}'>{name.title()}</a>" for name in ("about", "news"))
    pages = {
        HOME: f"Acme makes pumps in Hull.</p>{links}<p>",
        ABOUT: "Acme was founded in 1931.",
        NEWS: "Acme moved.",
    }
    return Shelf({**pages, **{f"{HOME}{name}": body for name, body in changed.items()}})


async def read(web: Shelf, *again: str, budget: int = 5) -> SiteText:
    return await read_site(web, Inline(), HOME, "Acme", budget=budget, again=again)


async def kept(folder: Path, web: Shelf) -> list[Snapshot]:
    return [await keep(Snapshots(folder), page) for page in (await read(web)).pages]


async def test_a_site_that_did_not_change_reads_the_same_in_the_same_order(tmp_path: Path) -> None:
    before = await kept(tmp_path, shelf())
    now = await read(shelf(), *(snapshot.url for snapshot in before))
    assert [page.url for page in now.pages] == [snapshot.url for snapshot in before]
    assert not compare(before, now)


async def test_pages_are_new_changed_or_gone(tmp_path: Path) -> None:
    before = await kept(tmp_path, shelf())
    web = shelf(about="Acme was founded in 1932.", customers="Acme serves mills.")
    web[HOME] = "Acme makes pumps in Hull.</p><a href='/about'>About</a><a href='/customers'>Customers</a><p>"
    del web[NEWS]
    changes = compare(before, await read(web, *(snapshot.url for snapshot in before)))
    assert (changes.new, changes.changed, changes.gone, changes.unread) == (
        (f"{HOME}customers",),
        (ABOUT, HOME),
        (NEWS,),
        (),
    )


@pytest.mark.parametrize(
    ("error", "unread"),
    [
        (Unavailable("It does not answer."), (ABOUT,)),
        (NotFound("It is not there."), ()),
        (Refused("It is forbidden."), ()),
        (Malformed("It is a file."), ()),
    ],
)
async def test_a_page_that_does_not_answer_is_not_gone(
    tmp_path: Path, error: Exception, unread: tuple[str, ...]
) -> None:
    before = await kept(tmp_path, shelf())
    changes = compare(before, await read(shelf(about=error), *(snapshot.url for snapshot in before)))
    assert changes.unread == unread
    assert changes.gone == (() if unread else (ABOUT,))
    assert bool(changes) is not bool(unread)


async def test_pages_that_were_read_before_come_before_those_that_are_only_linked() -> None:
    web = shelf(team="Acme has a team of forty.")
    now = await read(web, TEAM, budget=2)
    assert {page.url for page in now.pages} == {HOME, TEAM}
    assert (await read(web, TEAM, ABOUT, budget=2)).unread == (ABOUT,)


async def test_a_quotation_that_moved_to_another_page_still_stands(tmp_path: Path) -> None:
    before = await kept(tmp_path, shelf())
    fact = Fact(id="f1", snapshot_id=before[0].id, start=0, end=25, quote="Acme was founded in 1931.")
    web = shelf(about="About us.", news="Acme was founded in 1931. It moved.")
    now = await read(web, *(snapshot.url for snapshot in before))
    assert gone_facts([fact], [page.text for page in now.pages]) == ()
    pages = [(await keep(Snapshots(tmp_path), page), page.text) for page in now.pages]
    new = moved(fact, pages, ABOUT)
    assert new is not None
    text = next(text for snapshot, text in pages if snapshot.id == new.snapshot_id)
    assert text[new.start : new.end] == fact.quote
    assert moved(fact.model_copy(update={"quote": "Acme was founded in 1930."}), pages, ABOUT) is None
