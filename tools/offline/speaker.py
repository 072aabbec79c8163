"""Who speaks on a page: the company's names and the language that it writes in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from memory.records import Lead
from tools.engine import Page
from tools.offline.language import reading_language
from tools.offline.lexicon import load
from tools.offline.names import Names, fold, names_of
from tools.offline.sentences import Sentence
from tools.offline.words import Words, words_of

_PLACES = load("names")
_IN = re.compile(rf"\b(?:{'|'.join(_PLACES['in_a_place'])})\s$", re.IGNORECASE)
_STANDS_AT = re.compile(
    rf"\b(?:{'|'.join(_PLACES['premises'])})(?:,? [\w'’-]+){{0,6}} (?:{'|'.join(_PLACES['at_a_place'])})\s$",
    re.IGNORECASE,
)

FRONT = 30  # characters: a name that begins within them is what the sentence is about


@dataclass(frozen=True)
class Speaker:
    """What is needed to tell the company's own sentences from others'."""

    names: Names
    words: Words

    def names_itself(self, text: str) -> re.Match[str] | None:
        """The first mention of the company or its product."""
        return self.names.any.search(fold(text))

    def company_in(self, text: str) -> re.Match[str] | None:
        """The first mention of the company; not of the place that it is called after ("our works at Kegel")."""
        mentions = self.names.company.finditer(fold(text))
        return next((mention for mention in mentions if not _stands_there(text[: mention.start()])), None)

    def speaks(self, text: str) -> bool:
        """Whether the company says `text` of itself: it names itself, or says "we"."""
        return bool(self.words.we.search(text) or self.names_itself(text))


def _stands_there(before: str) -> bool:
    """Whether what is named next is where something stands."""
    return bool(_IN.search(before) or _STANDS_AT.search(before))


def speaker_of(lead: Lead, page: Page, pages: Sequence[Page]) -> Speaker | None:
    """Who speaks on `page`; None where it is in a language that we do not read."""
    language = reading_language(page.text, page.snapshot.lang)
    if language is None:
        return None
    website = lead.website or page.snapshot.url
    titles = tuple(p.snapshot.title for p in pages)
    names = names_of(lead.company, website, titles, tuple(p.text for p in pages))
    return Speaker(names, words_of(language))


_GLUED_LABEL = re.compile(r"[A-ZÄÖÜÉÈ0-9][\w&'’-]*(?: [\w&'’-]+){0,3} $")


def without_label(sentence: Sentence, speaker: Speaker) -> Sentence:
    """The sentence from the company's name on, where a label was run into it ("Automation Acme offers …")."""
    named = speaker.names_itself(sentence.text)
    if not named or not named.start():
        return sentence
    label, rest = sentence.text[: named.start()], sentence.text[named.end() :]
    words = speaker.words
    if not _GLUED_LABEL.match(label) or words.joins.search(label) or not words.finite.match(rest.lstrip()):
        return sentence
    return replace(sentence, start=sentence.start + named.start(), text=sentence.text[named.start() :])
