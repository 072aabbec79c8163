"""The one spelling in which an address is asked for, or why it is not."""

import re
from collections.abc import Set
from urllib.parse import urlunsplit

from memory.errors import Malformed, Refused
from tools.addresses import PORTS, ascii_host, shown, spelled, web_address
from tools.guard import literal

WEB_PORTS = frozenset(PORTS.values())
NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
MAX_HOST = 253  # letters, RFC 1035


def request_url(url: str, ports: Set[int] = WEB_PORTS) -> str:
    """`url` in ASCII and without its fragment; `Refused` where its scheme, port or user name says so."""
    parts = web_address(url)
    host = _host(parts.hostname or "", url)
    port = PORTS[parts.scheme] if parts.port is None else parts.port
    if port not in ports:
        raise Refused(f"{shown(url)} is not read: its port is {port}. ZIGRAL_WEB_PORTS names those that are.")
    netloc = host if port == PORTS[parts.scheme] else f"{host}:{port}"
    return urlunsplit((parts.scheme, netloc, spelled(parts.path) or "/", spelled(parts.query, "?"), ""))


def _host(host: str, url: str) -> str:
    if ":" in host:
        return f"[{host}]"
    name = ascii_host(host)
    if len(name) > MAX_HOST or not NAME.fullmatch(name):
        raise Malformed(f"{shown(url)} is not a web address. Correct the website.")
    literal(name)  # refuses numbers in other spellings
    return name
