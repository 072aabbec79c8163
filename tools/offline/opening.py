"""The sentences that say what was read, and where."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from memory.records import Snapshot
from tools.offline.addressee import Addressee
from tools.offline.letter import Piece
from tools.offline.telling import Telling
from tools.offline.templates import Choice, Lines, OpeningForm, Templates

_ABOUT = re.compile(
    r"(?:^|/)(?:about(?:-us)?|company|ueber-uns|über-uns|unternehmen|a-propos|qui-sommes-nous)(?:\.\w+)?$"
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
_THEME = re.compile(r"(?:ing|s|ion|ment|ance|ence|ity|law|repair|care|support|software)$", re.IGNORECASE)
_FRONT = 5  # code points from a page's beginning within which its own description stands


@dataclass(frozen=True)
class Scene:
    """What a sentence about a page is made with."""

    to: Addressee
    table: Templates
    choice: Choice
    snapshots: Mapping[str, Snapshot]
    quotes: tuple[str, ...]  # all that is known of the pages' words

    def opening(self, telling: Telling) -> Piece:
        """The letter's first sentence."""
        form: OpeningForm = "summary" if self._is_summary(telling) else telling.said.form
        options = self.table.openings(form, telling.fact.about, telling.has_figure, telling.is_weak)
        return self._piece(self.choice.of(options, "opening"), telling)

    def _is_summary(self, telling: Telling) -> bool:
        """Whether the line stands where a site describes the whole company, and not one product."""
        path = self._path(telling)
        at_front = telling.fact.start < _FRONT and (not path or bool(_ABOUT.search(path)))
        return telling.said.form == "line" and bool(self.to.company) and at_front

    def following(self, telling: Telling, before: Telling, said: str) -> Piece:
        """The sentence for another fact, which says truly where it stands, in other words than `said`."""
        words = self.table.second["reported" if telling.said.form == "reported" else "quoted"]
        if telling.fact.snapshot_id != before.fact.snapshot_id:
            options: Lines = words.other
        else:
            options = (*words.same, *words.later) if telling.fact.start >= before.fact.end else words.same
        if self._page(telling) in self.table.page.any:  # nothing would tell one page from the other
            options = tuple(option for option in options if "{page}" not in option)
        return self._piece(self.choice.unlike(said, options, f"after {before.fact.about}"), telling)

    def _piece(self, template: str, telling: Telling) -> Piece:
        page = self._page(telling)
        text = template.format(
            page=page,
            Page=page[:1].upper() + page[1:],
            company=self.to.company,
            c=telling.said.text,
            q=self.table.quoted(telling.said.text),
        )
        return Piece(text, "fact", (telling.fact.id,))

    def _page(self, telling: Telling) -> str:
        """ "your page on pest control", where its address and the pages' words agree; "your site" otherwise."""
        path, names = self._path(telling), self.table.page
        if not path:
            return self.choice.of(names.home, "page")
        if _ABOUT.search(path):
            return self.choice.of(names.about, "page")
        topic = next(self._topics(path, telling), None)
        return (
            self.choice.of(names.topic, "page").format(topic=topic) if topic else self.choice.of(names.any, "page")
        )

    def _path(self, telling: Telling) -> str:
        """The path of the page's address, "" for a home page."""
        snapshot = self.snapshots.get(telling.fact.snapshot_id)
        return unquote(urlsplit(snapshot.url).path).strip("/").lower() if snapshot else "-"

    def _topics(self, path: str, telling: Telling) -> Iterator[str]:
        """The last part of the address, where it is two to four words that another quotation has in that order.

        In the sentence itself they would be said twice; in capitals they may be a name.
        """
        last = re.sub(r"\.\w{2,5}$", "", path.rsplit("/", 1)[-1])
        words = [word for word in re.split(r"[-_+ ]", last) if word]
        company = {word.lower() for name in self.to.names for word in re.findall(r"\w+", name)}
        if not 2 <= len(words) <= 4 or any(w in _DULL or w in company or not w.isalpha() for w in words):
            return
        spoken = re.compile(rf"(?<!\w){'[ -]'.join(map(re.escape, words))}(?!\w)", re.IGNORECASE)
        if spoken.search(telling.fact.quote):
            return
        for quote in self.quotes:
            match = spoken.search(quote)
            if (
                match
                and _THEME.search(match.group())
                and all(word[0].islower() or word.isupper() for word in match.group().split())
            ):
                yield match.group()
