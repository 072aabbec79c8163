"""What a company says of itself on its pages: the evidence for a judgement."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from memory.records import Lead, Quote
from tools.engine import Page
from tools.offline.page_kind import kind_of_page
from tools.offline.quotable import speaks_for_others
from tools.offline.scoring import Place, score
from tools.offline.sentences import Sentence, split
from tools.offline.speaker import Speaker, speaker_of

MAX_WORDS = 60
DESCRIPTION = 320  # characters at the top of a page's first line: where it says what the company is
MOST_PAGES = 20

_THE_COMPANY = re.compile(
    r"(?:The (?:company|firm|business|startup|(?:core |founding )?team|organi[sz]ation)|Das Unternehmen|Die (?:Firma|Kanzlei)"
    r"|Der Betrieb|L['’](?:entreprise|atelier|équipe)|La (?:société|maison)|Le cabinet)\b"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that is the page's own voice.

    `own`: it names the company or says "we". `describes`: it has no subject, and stands where a page says what it is.
    """

    sentence: Sentence
    page: Page
    speaker: Speaker
    own: bool
    describes: bool
    of_a_product: bool  # its page is one product's

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading and no sentence that lost its full stop."""
        return self.sentence.is_heading and not (self.own and self.speaker.words.finite.search(self.text))

    @property
    def text(self) -> str:
        return self.sentence.text

    @property
    def points(self) -> float:
        """How firmly it says what the company does."""
        place = Place(0.5, self.describes, False, False, self.page.snapshot.fetched_at)
        return score(self.text, self.speaker, place).points

    @property
    def quote(self) -> Quote:
        s = self.sentence
        return Quote(snapshot_id=self.page.snapshot.id, start=s.start, end=s.end, quote=s.text)


def said_on(lead: Lead, pages: Sequence[Page]) -> tuple[Said, ...]:
    """All that the pages say in the company's voice, in order."""
    return tuple(said for page in pages[:MOST_PAGES] for said in _on_page(lead, page, pages))


def _on_page(lead: Lead, page: Page, pages: Sequence[Page]) -> Iterator[Said]:
    speaker = speaker_of(lead, page, pages)
    kind = kind_of_page(page.snapshot.url)
    if speaker is None or kind == "legal":
        return
    for sentence in split(page.text):
        if sentence.text.count(" ") >= MAX_WORDS or speaks_for_others(sentence, speaker):
            continue
        elliptical = not speaker.words.finite.search(sentence.text)
        describes = sentence.first_line and sentence.start < DESCRIPTION and elliptical
        yield Said(sentence, page, speaker, _is_own(sentence.text, speaker), describes, kind == "product")


def _is_own(text: str, speaker: Speaker) -> bool:
    return speaker.speaks(text) or bool(_THE_COMPANY.match(text))
