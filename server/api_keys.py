"""API keys: whose is the one that a request brings."""

import hashlib
import hmac
import re
from collections.abc import Mapping

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")


def read_api_keys(value: object) -> object:
    """The keys by their owners' names, from `ada:KEY,bob:KEY`. No message holds a key."""
    if not isinstance(value, str):
        return value
    keys: dict[str, str] = {}
    for number, part in enumerate((part.strip() for part in value.split(",")), 1):
        name, _, key = part.partition(":")
        if not NAME.fullmatch(name) or not key or not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError(f"entry {number} is not name:key")
        if name in keys or key in keys.values():
            raise ValueError(f"entry {number} repeats a name or a key")
        keys[name] = key
    return keys


def owner_of(given: str, digests: Mapping[str, bytes]) -> str | None:
    """The name whose key this is. All keys are compared, each in constant time, so that the time tells nothing."""
    digest = digest_of(given)
    matches = [name for name, kept in digests.items() if hmac.compare_digest(kept, digest)]
    return matches[0] if matches else None


def digest_of(key: str) -> bytes:
    """What is compared instead of a key: always of one length."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
