"""What a company says of itself on its pages: the evidence for a judgement."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from memory.records import Lead, Quote
from tools.engine import Page
from tools.offline.lexicon import any_of, load
from tools.offline.page_kind import kind_of_page
from tools.offline.phrases import Phrases, phrases_of
from tools.offline.quotable import speaks_for_others
from tools.offline.scoring import Place, score
from tools.offline.sentences import Sentence, split
from tools.offline.speaker import Speaker, speaker_of

MAX_CHARS, MAX_WORDS = 600, 60
DESCRIPTION = 320  # characters at the top of a page's first line: where it says what the company is
MOST_PAGES = 20

_THE_COMPANY = any_of(load("questions")["the_company"], begin=True)


@dataclass(frozen=True)
class Said:
    """A sentence or heading of a page. What is asked of it is worked out when it is first asked."""

    sentence: Sentence
    page: Page
    speaker: Speaker
    of_a_product: bool  # its page is one product's

    @property
    def text(self) -> str:
        return self.sentence.text

    @property
    def phrases(self) -> Phrases:
        return phrases_of(self.speaker.words.language)

    @property
    def read_in(self) -> int:
        """The year in which the page was read."""
        return self.page.snapshot.fetched_at.year

    @property
    def quote(self) -> Quote:
        s = self.sentence
        return Quote(snapshot_id=self.page.snapshot.id, start=s.start, end=s.end, quote=s.text)

    @cached_property
    def own(self) -> bool:
        """Whether the company is in it: its name, "we", "the company"."""
        return self.speaker.speaks(self.text) or bool(_THE_COMPANY.match(self.text))

    @cached_property
    def elliptical(self) -> bool:
        """Whether it has no verb: then it is said of the company, whoever reads it."""
        return not self.speaker.words.finite.search(self.text)

    @cached_property
    def describes(self) -> bool:
        """Whether it is elliptical and stands where a page says what the company is."""
        return self.sentence.first_line and self.sentence.start < DESCRIPTION and self.elliptical

    @property
    def of_itself(self) -> bool:
        return self.own or self.describes

    @cached_property
    def of_its_people(self) -> bool:
        """Whether its subject is the company's suppliers or clients: what they have, the company has not."""
        return bool(self.phrases.not_ours.match(self.text))

    @cached_property
    def is_heading(self) -> bool:
        """Whether it is a heading and no sentence that lost its full stop."""
        return self.sentence.is_heading and (self.elliptical or not self.own)

    @cached_property
    def of_others(self) -> bool:
        """Whether it is no evidence: another's words or deed, a question, a command to a machine."""
        return speaks_for_others(self.sentence, self.speaker)

    @cached_property
    def is_over(self) -> bool:
        """Whether it tells only of what was: that is no answer to a question about the present."""
        return bool(self.phrases.over.match(self.text)) and not self.phrases.of_today.search(self.text)

    @cached_property
    def points(self) -> float:
        """How firmly it says what the company does."""
        place = Place(0.5, self.describes, False, False, self.page.snapshot.fetched_at)
        return score(self.text, self.speaker, place).points


def said_on(lead: Lead, pages: Sequence[Page]) -> tuple[Said, ...]:
    """All that the pages say, in order."""
    return tuple(said for page in pages[:MOST_PAGES] for said in _on_page(lead, page, pages))


def trusted(found: Iterable[Said]) -> list[Said]:
    """Those that are the company's own voice. Costly: to be asked of what was found, not of all that is said."""
    return [said for said in found if not said.of_others]


def _on_page(lead: Lead, page: Page, pages: Sequence[Page]) -> Iterator[Said]:
    speaker = speaker_of(lead, page, pages)
    kind = kind_of_page(page.snapshot.url)
    if speaker is None or kind == "legal":
        return
    for sentence in split(page.text):
        if len(sentence.text) <= MAX_CHARS and sentence.text.count(" ") < MAX_WORDS:
            yield Said(sentence, page, speaker, kind == "product")
