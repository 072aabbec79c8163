"""What changed on a site between two readings, and which of its quotations still stand."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from memory.records import Fact, Snapshot
from tools.addresses import canonical
from tools.site import SitePage, SiteText


@dataclass(frozen=True)
class PageChanges:
    """Addresses of pages. Of those in `unread` nothing is known this time, and what they said stays."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)


def compare(before: Sequence[Snapshot], now: SiteText) -> PageChanges:
    """What became of the pages of an earlier reading, and which are new."""
    old = {page_key(snapshot.url): snapshot for snapshot in before}
    read = {page_key(page.url): page for page in now.pages}
    unread = {page_key(url) for url in now.unread} - read.keys()
    return PageChanges(
        new=tuple(page.url for key, page in read.items() if key not in old),
        changed=tuple(p.url for key, p in read.items() if key in old and sha256_of(p) != old[key].sha256),
        gone=tuple(s.url for key, s in old.items() if key not in read and key not in unread),
        unread=tuple(s.url for key, s in old.items() if key in unread),
    )


def sha256_of(page: SitePage) -> str:
    """The hash of its text, as a snapshot has it."""
    return hashlib.sha256(page.text.encode("utf-8", "replace")).hexdigest()


def gone_facts(facts: Iterable[Fact], texts: Iterable[str]) -> tuple[Fact, ...]:
    """Those whose quotation no page has any more."""
    pages = list(texts)
    return tuple(fact for fact in facts if not any(fact.quote in text for text in pages))


def moved(fact: Fact, pages: Sequence[tuple[Snapshot, str]], url: str) -> Fact | None:
    """The same quotation at its place now: on the page at `url` if it is still there, else on another."""
    for snapshot, text in sorted(pages, key=lambda page: page_key(page[0].url) != page_key(url)):
        start = text.find(fact.quote)
        if start >= 0:
            place = {"snapshot_id": snapshot.id, "start": start, "end": start + len(fact.quote)}
            return fact.model_copy(update=place)
    return None


def page_key(url: str) -> str:
    """One text for every spelling of a page's address."""
    return canonical(url).partition("://")[2]
