"""Text as a snapshot keeps it: one line a block, without what is not seen and without buttons."""

import html
import re
import unicodedata
from functools import cache

from tools.injection import is_instruction
from tools.wordlists import anywhere, lists_of, whole_words

MAX_TEXT = 200_000  # characters of a page's text
MAX_DESCRIPTION = 500
MAX_FURNITURE = 600
# Signs without a shape of their own: soft hyphen, zero widths, marks of direction, variation selectors, tags,
# fillers, private use (icon fonts), lone surrogates, and all controls but the line's end.
SHAPELESS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff\ue000-\uf8ff\ud800-\udfff"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{2})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
BREAKS = re.compile("[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
# A letter that was lost, or UTF-8 that somebody decoded as Windows-1252 before it was saved.
MANGLED = re.compile("\ufffd|Ã[\x80-\xbf\u0152-\u2122]|â[\x80-\x9f€]|Â[\xa0-\xbf]")
MARKUP = re.compile(r"</?[A-Za-z!][^>]*>|\[/?[a-z_]+[^\]]*\]|\{\{|%%")
SENTENCE = re.compile(r"(?<=[.!?…])\s+")
CUT_OFF = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*$")


def one_line(text: str) -> str:
    """`text` without shapeless signs, in NFC, its white space single."""
    return " ".join(STACKED.sub(r"\1", unicodedata.normalize("NFC", SHAPELESS.sub("", text))).split())


def clean_lines(text: str) -> list[str]:
    """The lines of `text` that say something, each cleaned and once; those with mangled letters are left out."""
    whole = (line for line in BREAKS.split(text[: 2 * MAX_TEXT]) if not MANGLED.search(line))
    lines = dict.fromkeys(line for line in map(one_line, whole) if any(map(str.isalnum, line)))
    return [line for line in lines if not _is_furniture(line)]


def plain_description(raw: str) -> str:
    """A page's summary for search engines as whole sentences; "" where it is none or speaks to a machine."""
    raw = raw[: 10 * MAX_DESCRIPTION]
    text = one_line(html.unescape(raw))
    if not text or MARKUP.search(text) or MANGLED.search(raw) or is_instruction(text):
        return ""
    if CUT_OFF.search(text) or len(text) > MAX_DESCRIPTION:
        text = _whole_sentences(text)
    return text if len(text.split()) >= 3 else ""


def as_text(lines: list[str], description: str) -> str:
    """The snapshot: the description first where the page does not hold it, no more than `MAX_TEXT` characters."""
    text = "\n".join(lines)
    if description and description not in " ".join(lines):
        text = f"{description}\n{text}" if text else description
    if len(text) <= MAX_TEXT:
        return text
    return text[:MAX_TEXT].rpartition("\n")[0] or text[:MAX_TEXT].rpartition(" ")[0]


def _is_furniture(line: str) -> bool:
    """A button, or what a consent dialog says; a long line with cookies in it is about something else."""
    if len(line) > MAX_FURNITURE:
        return False
    return bool(_buttons().fullmatch(line.rstrip(" >»→›."))) or (
        _speaks_of_consent(line.lower()) and bool(_consent().search(line))
    )


def _speaks_of_consent(line: str) -> bool:
    """A quick look, for most lines of a page have nothing of it."""
    return any(mark in line for mark in lists_of("page_text")["consent_marks"])


@cache
def _buttons() -> re.Pattern[str]:
    return anywhere(lists_of("page_text")["buttons"])


@cache
def _consent() -> re.Pattern[str]:
    return whole_words(lists_of("page_text")["consent"])


def _whole_sentences(text: str) -> str:
    sentences = SENTENCE.split(CUT_OFF.sub(" …", text))
    whole = [sentence for sentence in sentences if not CUT_OFF.search(sentence)]
    kept = ""
    for sentence in whole:
        if len(kept) + len(sentence) > MAX_DESCRIPTION:
            break
        kept = f"{kept} {sentence}".strip()
    return kept if kept.endswith((".", "!", "?")) else ""
