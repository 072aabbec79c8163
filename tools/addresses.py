"""Web addresses: which may be read at all, and which are the same page."""

import re
from functools import cache, lru_cache
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

import tldextract

from memory.errors import Malformed, Refused
from tools.wordlists import lists_of

PORTS = {"http": 80, "https": 443}
KNOWN_HOSTS = 4096  # hosts whose spelling is remembered: a page links to the same few again and again
KEPT_IN_PATHS = "/%:@!$&'()*+,;=~-._"
UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]")
ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
MAX_LENGTH = 2_000  # characters


def web_address(url: str) -> SplitResult:
    """The parts of `url`; `Refused` where it must not be read, `Malformed` where it is no address."""
    text = url.strip()
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise Malformed(f"{shown(text)} is not a web address. Correct the website.") from error
    if parts.scheme not in PORTS:
        raise Refused(f"{shown(text)} is not read: only http and https addresses are.")
    if not host or len(text) > MAX_LENGTH or any(letter <= " " for letter in text):
        raise Malformed(f"{shown(text)} is not a web address. Correct the website.")
    if "@" in parts.netloc:
        raise Refused(f"An address at {shown(host)} carries a user name or password and is not read. Remove it.")
    return parts


def shown(text: str) -> str:
    """`text` as it may stand in a message: short, without control signs and without what comes before an `@`."""
    printable = "".join(letter if letter.isprintable() else "�" for letter in text[:200])
    return re.sub(r"//[^/\s]*@", "//", printable)


def canonical(url: str) -> str:
    """One spelling for all addresses of a page.

    The host's case and `www.`, a default port, percent-encoding, fragment, tracking parameters and a trailing
    slash are folded; the scheme is not.
    """
    parts = web_address(url)
    host = ascii_host(parts.hostname or "").removeprefix("www.")
    port = "" if parts.port in (None, PORTS[parts.scheme]) else f":{parts.port}"
    path = spelled(parts.path).rstrip("/")
    return urlunsplit((parts.scheme, host + port, path, _without_tracking(spelled(parts.query, "?")), ""))


@lru_cache(maxsize=KNOWN_HOSTS)
def ascii_host(host: str) -> str:
    """`host` in lower case and in its ASCII form, or as it is where it has none."""
    try:
        return host.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError:
        return host.lower().rstrip(".")


def registrable_domain(url: str) -> str:
    """What was registered ("acme.co.uk" of "shop.acme.co.uk"), or the whole host where nothing is."""
    return _registered(urlsplit(url).hostname or "")


def domain_stem(url: str) -> str:
    """The registered name without its suffix: "acme" of "https://www.acme.co.uk/about"."""
    return registrable_domain(url).partition(".")[0]


@cache
def _suffixes() -> tldextract.TLDExtract:
    """The list that ships with tldextract: nothing is fetched, nothing is written."""
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=KNOWN_HOSTS)
def _registered(host: str) -> str:
    found = _suffixes()(host)
    if found.top_domain_under_public_suffix or found.ipv4 or found.ipv6:
        return found.top_domain_under_public_suffix or host
    return ".".join(host.split(".")[-2:])  # a suffix that is on no list, such as ".example"


@cache
def _tracking() -> re.Pattern[str]:
    return re.compile("|".join(lists_of("addresses")["tracking"]), re.IGNORECASE)


def _without_tracking(query: str) -> str:
    return "&".join(part for part in query.split("&") if part and not _tracking().fullmatch(part.partition("=")[0]))


def spelled(text: str, also: str = "") -> str:
    """`text` with all that needs it percent-encoded, nothing else, and in capitals."""
    return ESCAPE.sub(_unescaped, quote(text, safe=KEPT_IN_PATHS + also))


def _unescaped(escape: re.Match[str]) -> str:
    letter = chr(int(escape[1], 16))
    return letter if UNRESERVED.fullmatch(letter) else escape[0].upper()
