"""Whom the mail is for: the name to greet, the company's short name, the language to write in."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from cleanco import basename  # type: ignore[import-untyped]
from nameparser import HumanName

from memory.profile import Offer
from memory.records import Lead, Snapshot
from memory.words import Language
from tools.offline.wording import role_words

_LANGUAGES: tuple[Language, ...] = ("en", "de", "fr")
_SPELLED: dict[str, Language] = {
    "english": "en", "englisch": "en", "anglais": "en", "german": "de", "deutsch": "de", "allemand": "de",
    "french": "fr", "französisch": "fr", "français": "fr", "francais": "fr",
}  # fmt: skip
_NAME = re.compile(r"[^\W\d_]+(?:['’.\-]{1,2}[^\W\d_]+|\.)*")
_LONGEST_NAME, _LONGEST_COMPANY = 40, 60
_TAG = re.compile(r"<[^<>]*>|[{}\[\]<>|`\\]|\$\w|//|@")


@dataclass(frozen=True)
class Addressee:
    """A lead as a letter needs it. A name that no letter could carry is ""."""

    first: str
    last: str
    company: str  # short, without its legal form
    names: tuple[str, ...]  # all that its pages may call it, longest first

    @property
    def full(self) -> str:
        """First and last name, as far as they are known."""
        return f"{self.first} {self.last}".strip() if self.first else ""


def addressee(lead: Lead) -> Addressee:
    """The lead's names, cleaned."""
    first, last = _person(lead.first_name), _person(lead.last_name)
    if not first and lead.full_name and not lead.first_name:
        parsed = HumanName(lead.full_name[:200])
        first, last = _person(parsed.first), last or _person(parsed.last)
    company = short_company(lead.company)
    return Addressee(first, last, company, _names(lead, company))


def short_company(company: str) -> str:
    """What people call the company: "Acme" for "Acme - A Pump Company, Inc."; "" for what is no name."""
    cleaned = " ".join(unicodedata.normalize("NFC", company[:300]).split())
    if not cleaned or _TAG.search(cleaned) or not cleaned.replace("\u200d", "").isprintable() or _is_piled(cleaned):
        return ""
    head = re.split(r"\s[-–—|:]\s", cleaned)[0]
    short = (basename(head) or head).strip(" ,.;:")
    return short if len(short) <= _LONGEST_COMPANY and any(c.isalpha() for c in short) else ""


def language_of(lead: Lead, offer: Offer, snapshots: tuple[Snapshot, ...]) -> Language | None:
    """The language to write in: the lead's, else the pages', where the offer speaks it; else the offer's."""
    asked = _language(lead.language) or _pages_language(snapshots)
    wanted = (asked, offer.language, *_LANGUAGES)
    return next((language for language in wanted if language and offer.speaks(language)), None)


def _language(text: str) -> Language | None:
    lowered = text.strip().lower()
    code = re.split(r"[-_]", lowered)[0]
    return _SPELLED.get(lowered) or next((language for language in _LANGUAGES if language == code), None)


def _pages_language(snapshots: tuple[Snapshot, ...]) -> Language | None:
    found = Counter(language for snapshot in snapshots if (language := _language(snapshot.lang)))
    return next((language for language, _ in found.most_common(1)), None)


def _person(name: str) -> str:
    """A person's name as a greeting can say it, or "" for a role, a tag, a number, a heap of signs."""
    cleaned = " ".join(unicodedata.normalize("NFC", name[:200]).split())
    words = cleaned.split(" ")
    if len(cleaned) > _LONGEST_NAME or len(words) > 3 or cleaned.lower() in role_words() or _is_piled(cleaned):
        return ""
    if not all(_NAME.fullmatch(_unmarked(word)) for word in words) or any(
        unicodedata.category(c) == "No" for c in name
    ):
        return ""
    return cleaned.title() if len(cleaned) > 2 and (cleaned.isupper() or cleaned.islower()) else cleaned


def _unmarked(word: str) -> str:
    """`word` without the accents that have no letter of their own."""
    return "".join(c for c in word if not unicodedata.combining(c))


def _is_piled(text: str) -> bool:
    """Whether signs are stacked on a letter, as no language does, or scripts are mixed in one word."""
    marks = sum(1 for c in text if unicodedata.combining(c))
    return marks > 2 or any(len(_scripts(word)) > 1 for word in text.split())


def _scripts(word: str) -> set[str]:
    return {unicodedata.name(c, "?").split(" ")[0] for c in word if c.isalpha()}


def _names(lead: Lead, company: str) -> tuple[str, ...]:
    host = urlsplit(lead.website).hostname if lead.website.startswith("http") else None
    stem = (host or "").removeprefix("www.").split(".")[0]
    found = {lead.company.strip(), company, stem if len(stem) > 2 else ""}
    both = {variant for name in found for variant in (name, name.replace("'", "’"), name.replace("’", "'"))}
    return tuple(sorted((name for name in both if name), key=lambda name: (-len(name), name)))
