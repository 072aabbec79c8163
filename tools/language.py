"""The language of a text, by its function words."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache

from tools.wordlists import lists_of

SAMPLE = 20_000  # characters from the text's beginning
ENOUGH = 0.08  # of all words; running text has from 0.2 to 0.5
CLEARLY = 1.25  # times what the next language has
FEW = 12  # words; shorter texts may be told by a hint alone
WORD = re.compile(r"[^\W\d_]+")
CODE = re.compile(r"\s*([a-z]{2})(?:[-_].*)?\s*", re.IGNORECASE)
SCRIPTS = {
    "ru": "[а-яё]",
    "el": "[α-ωά-ώ]",
    "ja": "[ぁ-ヿ]",
    "zh": "[一-鿿]",
    "ko": "[가-힣]",
    "ar": "[ء-ي]",
    "he": "[א-ת]",
}


def language_of(text: str, declared: str = "") -> str:
    """An ISO 639-1 code, or "" where it cannot be told.

    `declared` (an `html lang`) decides only where the words do not: templates often carry their maker's.
    """
    sample = text[:SAMPLE].lower()
    words = Counter(WORD.findall(sample))
    total = words.total()
    hint = _code(declared)
    script = _script_of(sample)
    if script:
        return script
    scores = {code: sum(words[word] for word in known) for code, known in _function_words().items()}
    best, second = sorted(scores, key=lambda code: (-scores[code], code != hint, code))[:2]
    if scores[best] >= max(2, ENOUGH * total) and scores[best] >= CLEARLY * scores[second]:
        return best
    if scores.get(hint, 0) * CLEARLY >= scores[best] or total < FEW:
        return hint
    return best if hint not in scores and scores[best] >= max(2, ENOUGH * total) else ""


def _script_of(sample: str) -> str:
    letters = sum(map(str.isalpha, sample))
    for code, pattern in SCRIPTS.items():
        share = 0.1 if code == "ja" else 0.4  # Japanese is half Chinese signs
        if letters and len(re.findall(pattern, sample)) > share * letters:
            return code
    return ""


def _code(declared: str) -> str:
    found = CODE.fullmatch(declared)
    return found[1].lower() if found else ""


@cache
def _function_words() -> Mapping[str, frozenset[str]]:
    return {code: frozenset(words) for code, words in lists_of("language").items()}
