"""From a page's bytes to its text: rightly decoded, or refused."""

import codecs
import re

from charset_normalizer import CharsetMatches, from_bytes

from memory.errors import Malformed
from tools.addresses import shown
from tools.wordlists import lists_of

MAX_BYTES = 5_000_000
SAMPLE = 20_000  # bytes that an encoding is judged by
HEAD = 4_096  # bytes that may declare an encoding
META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
RUN = re.compile(rb"[<>\n]+")
ELEMENT = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|div|p|h1|main|article|table|section)\b", re.IGNORECASE
)
# As browsers read them: what calls itself Latin-1 is Windows-1252.
READ_AS = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "utf-8-sig": "utf-8",
}  # fmt: skip
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
CLOSE = 0.05  # two encodings whose disorder differs by less are told apart by what is declared


def decode_html(content: bytes, *, url: str, encoding: str, content_type: str) -> str:
    """The markup of an HTML page; `Malformed` where it is none, or where its letters cannot be told."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind and kind not in lists_of("decoding")["html_types"]:
        raise Malformed(f"{shown(url)} is not a web page ({shown(kind)}).")
    if len(content) > MAX_BYTES:
        raise Malformed(f"{shown(url)} is larger than {MAX_BYTES:,} bytes and is not read.")
    if any(content.startswith(bytes.fromhex(magic)) for magic in lists_of("decoding")["magic"]):
        raise Malformed(f"{shown(url)} is a file and not a web page.")
    markup = decoded(content, encoding or charset_of(content_type))
    if markup is None:
        raise Malformed(f"The letters of {shown(url)} cannot be told: its encoding is unknown.")
    if "\0" in markup[:1_000] or not ELEMENT.search(markup, 0, 100_000) or _is_data(markup):
        raise Malformed(f"{shown(url)} is not a web page.")
    return markup


def _is_data(markup: str) -> bool:
    """JSON or a feed, whose texts may hold markup."""
    start = markup.lstrip("\ufeff \t\r\n")[:1_000].lower()
    return start.startswith(("{", "[")) or (start.startswith("<?xml") and "<html" not in start)


def decoded(content: bytes, declared: str) -> str | None:
    """The text of `content`, in the encoding that its server declared or in a better one; None where it is none."""
    for bom, name in BOMS:
        if content.startswith(bom):
            return _strictly(content[len(bom) :], name) or _mostly_utf8(content)
    wide = _wide(content)
    if wide:
        return _strictly(content, wide)
    meta = META.search(content, 0, HEAD)
    labels = [declared, meta[1].decode("ascii", "replace") if meta else ""]
    if any(
        re.fullmatch(r"(?:x-)?(?:unicode-1-1-)?utf-?7(?:-imap)?", label.strip(), re.IGNORECASE) for label in labels
    ):
        return None
    names = [name for label in labels if (name := _known(label))]
    if names[:1] == ["cp1252"]:  # what servers say by default, so that the page knows better
        names.reverse()
    if b"\x1b$" in content:  # its bytes are ASCII, so that UTF-8 would not fail
        return _strictly(content, "iso2022_jp")
    return _strictly(content, "utf-8") or _mostly_utf8(content) or _legacy(content, names)


def _wide(content: bytes) -> str:
    """UTF-16 without a mark shows in the zeros beside its first letters."""
    start = content[:200]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) * 4 < len(start) or min(even, odd) * 10 > len(start):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def charset_of(content_type: str) -> str:
    """The encoding that a `Content-Type` names, or ""."""
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE)
    return found[1] if found else ""


def _known(label: str) -> str:
    """Python's name of the encoding that browsers mean by `label`; "" where it is no encoding of text."""
    try:
        info = codecs.lookup(label.strip())
    except (LookupError, ValueError):
        return ""
    name = READ_AS.get(info.name, info.name)
    return name.replace("-", "_") if getattr(info, "_is_text_encoding", True) else ""


def _strictly(content: bytes, name: str) -> str | None:
    try:
        return content.decode(name)
    except UnicodeDecodeError:
        return None


def _mostly_utf8(content: bytes) -> str | None:
    """UTF-8 with a few broken signs, such as a cut one. The lines that hold them are dropped later."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(letter > "\x7f" for letter in text) - broken
    return text if whole > 5 * broken else None


def _legacy(content: bytes, declared: list[str]) -> str | None:
    """As declared where the bytes bear it out, else in the encoding that makes the most of them."""
    telling = b"\n".join(run for run in RUN.split(content) if not run.isascii())[:SAMPLE]
    names = [*declared, *lists_of("decoding")["common"]]
    matches = from_bytes(telling, cp_isolation=list(dict.fromkeys(names)))
    for name in [*_borne_out(matches, declared), *(match.encoding for match in matches)]:
        text = _strictly(content, name)
        if text is not None:
            return text
    return _strictly(content, declared[0]) if declared and not telling else None


def _borne_out(matches: CharsetMatches, declared: list[str]) -> list[str]:
    best = matches.best()
    if best is None:
        return []
    close = {name for match in matches if match.chaos <= best.chaos + CLOSE for name in match.could_be_from_charset}
    return [name for name in declared if name in close]
