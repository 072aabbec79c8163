"""How good and how fast the reading half of the offline engine is, on `shared/data`'s 40 pages and their labels.

    python tests/bench/bench_offline.py

The rules were tuned on these same pages: the figures are the best case. P@1 and P@3 rank a page's labelled
sentences by their points (pages with a useful one; what must not be quoted comes last). A chosen fact counts
as labelled where it is, or lies in, a labelled sentence.
"""

import gzip
import hashlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
sys.path.insert(0, str(ROOT))

from memory.profile import Criterion  # noqa: E402
from memory.records import Lead, Quote, Snapshot  # noqa: E402
from tools.engine import Page  # noqa: E402
from tools.extraction import extract  # noqa: E402
from tools.offline.facts import find_facts, points_of  # noqa: E402
from tools.offline.judge import judge_pages  # noqa: E402
from tools.offline.sentences import split  # noqa: E402

READ_AT = datetime(2026, 11, 1, tzinfo=UTC)
Label = dict[str, object]


@dataclass(frozen=True)
class Site:
    """A labelled page and the lead that it belongs to."""

    slug: str
    lead: Lead
    page: Page
    labels: tuple[Label, ...]

    def useful(self, quote: Quote) -> bool | None:
        """Whether a person called the quotation useful; None where nobody did look at it."""
        same = [
            label
            for label in self.labels
            if quote.quote.rstrip(".! ") in str(label["sentence"]) or str(label["sentence"]) in quote.quote
        ]
        return any(label["useful"] for label in same) if same else None


@dataclass(frozen=True)
class Facts:
    """How good the chosen facts are."""

    p_at_1: float
    p_at_3: float
    useful: float  # of the chosen facts that are labelled
    three_of: tuple[int, int]  # pages that get three facts, of those with three useful sentences


@dataclass(frozen=True)
class Verdicts:
    """How good the answers are; `agreement` is on whether a verdict is a yes."""

    precision: float
    recall: float
    agreement: float
    wrong_no: int  # a no where a person says yes


def page_of(text: str, *, url: str, title: str = "", lang: str = "") -> Page:
    """A page as an engine gets it."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    snapshot = Snapshot(
        id=sha256[:16],
        url=url,
        fetched_at=READ_AT,
        sha256=sha256,
        file=f"snapshots/{sha256}.txt",
        title=title,
        lang=lang,
    )
    return Page(snapshot, text)


def sites(data: Path = DATA) -> list[Site]:
    """The 40 pages, read with our own extraction."""
    labels: Mapping[str, list[Label]] = defaultdict(list)
    for line in (data / "labels_sentences.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        labels[label["page"]].append(label)
    index = json.loads((data / "pages" / "index.json").read_text(encoding="utf-8"))["pages"]
    return [_site(slug, entry, data, tuple(labels[slug])) for slug, entry in index.items()]


def _site(slug: str, entry: dict[str, str], data: Path, labels: tuple[Label, ...]) -> Site:
    content = gzip.decompress((data / "pages" / entry["html"]).read_bytes())
    read = extract(content, url=entry["url"], encoding=entry["encoding"] or "")
    lead = Lead(email="ada@lead.example", company=entry["company"] or "", website=entry["url"])
    return Site(slug, lead, page_of(read.text, url=entry["url"], title=read.title, lang=read.lang), labels)


def measure_facts(found: Sequence[Site]) -> Facts:
    """The measures of the facts over all pages."""
    ranked = [_ranked(site) for site in found]
    ranked = [marks for marks in ranked if any(marks)]
    chosen = {site.slug: find_facts(site.lead, [site.page]) for site in found}
    marks = [mark for site in found for quote in chosen[site.slug] if (mark := site.useful(quote)) is not None]
    rich = [site for site in found if sum(bool(label["useful"]) for label in site.labels) >= 3]
    return Facts(
        p_at_1=sum(marks[0] for marks in ranked) / len(ranked),
        p_at_3=sum(sum(marks[:3]) / len(marks[:3]) for marks in ranked) / len(ranked),
        useful=sum(marks) / len(marks),
        three_of=(sum(len(chosen[site.slug]) >= 3 for site in rich), len(rich)),
    )


def _ranked(site: Site) -> list[bool]:
    """Whether each labelled sentence is useful, the one with most points first."""
    points = points_of(site.lead, site.page)
    by_text = [(sentence.text, points.get(sentence.start, -9.0)) for sentence in split(site.page.text)]
    pairs = [
        (
            max(
                (p for text, p in by_text if text in str(label["sentence"]) or str(label["sentence"]) in text),
                default=-10.0,
            ),
            label,
        )
        for label in site.labels
    ]
    return [bool(label["useful"]) for _, label in sorted(pairs, key=lambda pair: -pair[0])]


def measure_verdicts(found: Sequence[Site], data: Path = DATA) -> Verdicts:
    """The measures of the answers to the six labelled questions."""
    said = [(wanted, got) for site in found for wanted, got in _answers(site, data)]
    right = sum(wanted == got == "yes" for wanted, got in said)
    yes = sum(got == "yes" for _, got in said)
    meant = sum(wanted == "yes" for wanted, _ in said)
    return Verdicts(
        precision=right / yes,
        recall=right / meant,
        agreement=sum((wanted == "yes") == (got == "yes") for wanted, got in said) / len(said),
        wrong_no=sum((wanted, got) == ("yes", "no") for wanted, got in said),
    )


def _answers(site: Site, data: Path) -> Iterator[tuple[str, str]]:
    lines = (data / "labels_icp.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [label for line in lines if (label := json.loads(line))["page"] == site.slug]
    criteria = [
        Criterion(id=label["id"], kind="should", question=label["question"], signals=tuple(label["signals"]))
        for label in asked
    ]
    for label, judged in zip(asked, judge_pages(site.lead, criteria, [site.page]), strict=True):
        yield label["verdict"], judged.verdict


def seconds_a_page(found: Sequence[Site], rounds: int = 3) -> float:
    """Seconds of one core for the facts and two questions, with nothing remembered of a page."""
    criteria = [
        Criterion(
            id="a", kind="should", question="Does the company sell software?", signals=("software", "platform")
        ),
        Criterion(
            id="b", kind="should", question="Does the company sell to other businesses?", signals=("businesses",)
        ),
    ]
    started = time.process_time()
    for number in range(rounds):
        for site in found:
            text = f"{site.page.text}\n{number}"
            page = page_of(
                text, url=site.page.snapshot.url, title=site.page.snapshot.title, lang=site.page.snapshot.lang
            )
            find_facts(site.lead, [page])
            judge_pages(site.lead, criteria, [page])
    return (time.process_time() - started) / (rounds * len(found))


def main() -> None:
    if not (DATA / "labels_icp.jsonl").exists():
        sys.stdout.write(f"The labelled pages are not at {DATA}: nothing was measured.\n")
        return
    found = sites()
    facts, verdicts, seconds = measure_facts(found), measure_verdicts(found), seconds_a_page(found)
    sys.stdout.write(
        f"facts     P@1 {facts.p_at_1:.2f}  P@3 {facts.p_at_3:.2f}  useful of the chosen {facts.useful:.2f}"
        f"  three facts on {facts.three_of[0]} of {facts.three_of[1]} rich pages\n"
        f"verdicts  precision of yes {verdicts.precision:.2f}  recall {verdicts.recall:.2f}"
        f"  agreement on yes {verdicts.agreement:.2f}  wrong no {verdicts.wrong_no}\n"
        f"speed     {1000 * seconds:.1f} ms a page, {1 / seconds:.0f} leads/s on one core\n"
    )


if __name__ == "__main__":
    main()
