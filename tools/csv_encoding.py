"""In which encoding a CSV was written: settled from its bytes, or refused with what is wrong.

A UTF-8 file proves itself. For the old one-byte encodings there is only likelihood, and charset-normalizer,
made for prose, is easily wrong on a table of mostly ASCII: so its candidates are asked whether the words
that they yield look like words, Windows-1252 first. What nobody can settle is refused, never guessed.
"""

import codecs
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from charset_normalizer import from_bytes

from memory.errors import Invalid

HEAD = 4096  # bytes that tell an archive or a picture from a text
CHUNK = 1 << 20
EVIDENCE = 1 << 16  # bytes of lines with something beyond ASCII, kept to judge by

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NOT_TEXT = (
    b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"\x1f\x8b", b"\x1f\x9d", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf",
    b"Rar!", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"LZIP", b"MSCF", b"%PDF", b"\x89PNG", b"GIF8",
    b"\xff\xd8\xff", b"\xd0\xcf\x11\xe0", b"SQLite format 3", b"\x7fELF", b"MZ", b"PAR1",
)  # fmt: skip
TAR = (257, b"ustar")

UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
ONE_BYTE = ("cp1250", "cp1251", "cp1253", "cp1254", "koi8_r")  # those that exports are still made in, beside cp1252
RIVALS = ("mac_roman", "cp850")  # not read themselves, but text that they explain proves no other
MORE_BYTES = ("cp932", "euc_jp", "gb18030", "big5", "cp949")
FEWEST = 4  # characters beyond ASCII by which an encoding of more bytes can be told

LATIN_ENDS = "\u0250"
SIGNS = "¡¢£¤¥¦§¨©¬¯±²³µ¶¸¹¼½¾¿×÷ƒˆ˜†‡‰‘"  # of Windows-1252, which other encodings have letters for
BEFORE_LETTERS, AFTER_LETTERS = "¡¿§‘", "²§©"
ODD_WORDS = re.compile(
    "[À-ÿ]{3}|[À-ɏ]{4}"  # accented letters alone in a row
    "|[^\\W\\d_][À-ÖØ-ÞŠŽŒŸ][a-zß-ÿ]"  # an accented capital within a word, as in MŸller (Mac Roman)
    "|ø[áéíúýìèù]|[áéíúýìèù]ø|[þðţđ]ý|ý[þðţđ]"  # Dvoøák (Windows-1250), Iþýk (Windows-1254)
    "|[^\\W\\d_][^\\x00-\\x7f\\w\\xa0\\xad’‘´–—·•…®™€][^\\W\\d_]"  # a sign within a word
    "|[ˆ˜─-◿]"  # accents without a letter, and frames
)


def settle_encoding(path: Path) -> str:
    """The encoding's Python name; `Invalid` where the file is no text or its encoding cannot be told."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(NOT_TEXT) or head[TAR[0] :].startswith(TAR[1]):
        raise Invalid("it is an archive or another binary file and not a CSV. Export it as CSV.", where=path.name)
    for mark, encoding in BOMS:
        if head.startswith(mark):
            return encoding
    return _utf16_without_mark(head) or _utf8_or_older(path)


def _utf16_without_mark(head: bytes) -> str | None:
    """A header's letters are ASCII: in UTF-16 every second byte of them is zero."""
    start = head[:64]
    first, second = start[0::2].count(0), start[1::2].count(0)
    if second * 4 > len(start) and not first:
        return "utf-16-le"
    return "utf-16-be" if first * 4 > len(start) and not second else None


def _utf8_or_older(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    evidence: list[bytes] = []
    room = EVIDENCE
    line, broken = 1, 0
    for chunk in _chunks(path):
        if not broken:
            broken = _broken_line(decoder, chunk, line)
            line += chunk.count(b"\n")
        if room > 0 and not chunk.isascii():
            kept = _beyond_ascii(chunk, room)
            evidence += kept
            room -= sum(map(len, kept))
        if broken and room <= 0:
            break
    return _older(b"\n".join(evidence), path, broken) if broken else "utf-8"


def _chunks(path: Path) -> Iterator[bytes]:
    """The file in pieces that end with a line, or within one that is very long; an empty one closes it."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK) + file.readline(CHUNK):
            yield chunk
    yield b""


def _broken_line(decoder: codecs.IncrementalDecoder, chunk: bytes, line: int) -> int:
    """The line of the first byte that is not UTF-8, or 0; `chunk` begins on `line`."""
    try:
        decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError as error:
        return line + error.object[: error.start].count(b"\n")
    return 0


def _beyond_ascii(chunk: bytes, room: int) -> list[bytes]:
    kept = []
    for line in chunk.splitlines():
        if room <= 0:
            break
        if not line.isascii():
            kept.append(line[:room])
            room -= len(line)
    return kept


def _older(evidence: bytes, path: Path, broken: int) -> str:
    beyond = sum(byte > 0x7F for byte in evidence)
    if sum(map(len, UTF8_SEQUENCE.findall(evidence))) > 0.8 * beyond:
        raise Invalid(
            "this line is not in UTF-8, though others are. Save the file anew as UTF-8.",
            where=f"{path.name}, line {broken}",
        )
    ranked = [name for match in from_bytes(evidence) for name in match.could_be_from_charset]
    sure = (name for name in ranked if _is_sure(evidence, name))
    if _reads_well(evidence, "cp1252"):
        return "cp1252"
    if name := next(sure, None):
        return codecs.lookup(name).name
    if _reads_well(evidence, "cp1252", tolerance=0.1):
        return "cp1252"
    guess = f" (perhaps {', '.join(ranked[:3])})" if ranked else ""
    raise Invalid(f"its encoding cannot be told for certain{guess}. Save it anew as UTF-8.", where=path.name)


def _is_sure(evidence: bytes, encoding: str) -> bool:
    """Whether it yields words and nothing of its kind does so beside it."""
    if encoding in ONE_BYTE:
        return _reads_well(evidence, encoding) and not any(_reads_well(evidence, rival) for rival in RIVALS)
    return encoding in MORE_BYTES and [name for name in MORE_BYTES if _reads_well(evidence, name, FEWEST)] == [
        encoding
    ]


def _reads_well(evidence: bytes, encoding: str, fewest: int = 1, tolerance: float = 0.02) -> bool:
    """Whether decoding yields words, with few oddities for each character beyond ASCII."""
    try:
        text = evidence.decode(encoding)
    except UnicodeDecodeError:
        return False
    beyond = sum(char > "\x7f" for char in text)
    return beyond >= fewest and _oddities(text) <= tolerance * beyond


def _oddities(text: str) -> int:
    odd = sum(_odd_pair(left, right) for left, right in pairwise(text) if left > "\x7f" or right > "\x7f")
    return odd + len(ODD_WORDS.findall(text))


def _odd_pair(left: str, right: str) -> bool:
    """A control character, a sign or a second alphabet inside a word, a capital after a small letter."""
    if "\x7f" <= right < "\xa0":
        return True
    if left.isalpha() and right.isalpha():
        return (left.islower() and right.isupper()) or (left < LATIN_ENDS) != (right < LATIN_ENDS)
    if left.isalpha():
        return right in SIGNS and right not in AFTER_LETTERS
    return right.isalpha() and left in SIGNS and left not in BEFORE_LETTERS
