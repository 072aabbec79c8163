"""The sentences that say what was read, and where."""

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from memory.records import Snapshot
from tools.offline.addressee import Addressee
from tools.offline.choosing import Telling
from tools.offline.letter import Piece
from tools.offline.templates import Choice, Lines, PageNames, Templates

_ABOUT = re.compile(
    r"(?:^|[/_-])(?:about(?:-us)?|company|ueber-uns|über-uns|unternehmen|a-propos|qui-sommes-nous)(?:$|[/._-])"
)
_DULL = frozenset(
    {
        "service",
        "services",
        "company",
        "home",
        "index",
        "product",
        "products",
        "page",
        "en",
        "de",
        "fr",
        "best",
        "the",
    }
)
_FRONT = 5  # code points from a page's beginning within which its own description stands


def opening(telling: Telling, snapshot: Snapshot | None, to: Addressee, table: Templates, choice: Choice) -> Piece:
    """The letter's first sentence."""
    form = telling.said.form
    is_summary = form == "line" and to.company and telling.fact.start < _FRONT and telling.fact.about != "product"
    options = table.openings("summary" if is_summary else form, telling.fact.about, telling.has_figure)
    return _piece(choice.of(options, "opening"), telling, snapshot, to, table, choice)


def second(
    telling: Telling, first: Telling, snapshot: Snapshot | None, to: Addressee, table: Templates, choice: Choice
) -> Piece:
    """The sentence for another fact, which says truly where it stands."""
    words = table.second["reported" if telling.said.form == "reported" else "quoted"]
    if telling.fact.snapshot_id != first.fact.snapshot_id:
        options: Lines = words.other
    else:
        options = (*words.same, *words.later) if telling.fact.start >= first.fact.end else words.same
    return _piece(choice.of(options, "second"), telling, snapshot, to, table, choice)


def _piece(
    template: str, telling: Telling, snapshot: Snapshot | None, to: Addressee, table: Templates, choice: Choice
) -> Piece:
    page = page_name(snapshot, table.page, to, choice)
    text = template.format(
        page=page,
        Page=page[:1].upper() + page[1:],
        company=to.company,
        c=telling.said.text,
        q=table.quoted(telling.said.text),
    )
    return Piece(text, "fact", (telling.fact.id,))


def page_name(snapshot: Snapshot | None, names: PageNames, to: Addressee, choice: Choice) -> str:
    """ "your page on pest control", where title and address agree on it; "your site" otherwise."""
    if snapshot is None:
        return choice.of(names.any, "page")
    path = unquote(urlsplit(snapshot.url).path).strip("/").lower()
    if not path:
        return choice.of(names.home, "page")
    if _ABOUT.search(path):
        return choice.of(names.about, "page")
    topic = _topic(path, snapshot.title, to)
    return choice.of(names.topic, "page").format(topic=topic) if topic else choice.of(names.any, "page")


def _topic(path: str, title: str, to: Addressee) -> str:
    """The last part of the address, where it is two to four plain words that the title has in that order."""
    last = re.sub(r"\.\w{2,5}$", "", path.rsplit("/", 1)[-1])
    words = [word for word in re.split(r"[-_+ ]", last) if word]
    company = {word.lower() for name in to.names for word in re.findall(r"\w+", name)}
    dull = any(word in _DULL or word in company or not word.isalpha() for word in words)
    spoken = " ".join(words)
    if dull or not 2 <= len(words) <= 4 or not re.search(rf"(?<!\w){re.escape(spoken)}(?!\w)", title.lower()):
        return ""
    return spoken
