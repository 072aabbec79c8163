"""How well and how fast pages are read: `python tests/bench/bench_extraction.py [ROUNDS]`.

On the forty pages of the shared data: word F1 against the gold text, snippets kept and boilerplate let in, pages a
second on one core, and peak memory. The rules were tuned on these pages, so that the first three are the best case.
"""

import asyncio
import json
import re
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import mean

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.extraction import PageText, extract  # noqa: E402
from tools.saved_web import open_saved_web  # noqa: E402
from tools.web import Document  # noqa: E402

PAGES = ROOT.parent / "shared" / "data" / "pages"


def main(rounds: int) -> None:
    index = json.loads((PAGES / "index.json").read_text(encoding="utf-8"))["pages"].values()
    web = open_saved_web(PAGES)
    documents = [asyncio.run(web.read(entry["url"])) for entry in index]
    golds = [json.loads((PAGES / entry["gold"]).read_text(encoding="utf-8")) for entry in index]
    before = peak_memory()
    texts = [text_of(document).text for document in documents]
    report(texts, golds)
    started = time.process_time()
    for _ in range(rounds):
        for document in documents:
            text_of(document)
    seconds = time.process_time() - started
    say(f"{rounds * len(documents) / seconds:.1f} pages/s of CPU time on one core ({rounds} rounds)")
    say(f"{peak_memory():.0f} MB at most, {before:.0f} MB before the first page")


def report(texts: list[str], golds: list[dict[str, list[str]]]) -> None:
    pairs = list(zip(texts, golds, strict=True))
    scores = [word_f1(text, str(gold["main_content"])) for text, gold in pairs if gold["main_content"]]
    say(f"word F1 {mean(scores):.3f} over {len(scores)} pages")
    for key, name in (("with", "kept"), ("without", "boilerplate")):
        found = [plain(snippet) in plain(text) for text, gold in pairs for snippet in gold[key]]
        say(f"{name} {mean(found):.3f} ({sum(found)} of {len(found)} snippets)")


def text_of(document: Document) -> PageText:
    return extract(
        document.content, url=document.url, encoding=document.encoding, content_type=document.content_type
    )


def word_f1(text: str, gold: str) -> float:
    ours, theirs = (Counter(re.findall(r"\w+", side.lower())) for side in (text, gold))
    return 2 * (ours & theirs).total() / (ours.total() + theirs.total())


def plain(text: str) -> str:
    return " ".join(text.split())


def peak_memory() -> float:
    """Of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
