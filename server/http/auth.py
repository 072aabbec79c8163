"""Who asks. ASGI, around every route: a key's owner, or on a server without keys whoever is on this machine."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from memory.logs import get_logger
from server.api_keys import digest_of, owner_of
from server.http.errors import refusal
from server.settings import Settings

OPEN = ("/ok", "/health", "/ready")  # for load balancers and probes: they say nothing of anybody's
METRICS = "/metrics"
NOBODY = ""  # the owner on a server without keys
WRITES = ("POST", "PUT", "PATCH", "DELETE")
LONGEST_PATH = 200  # characters of a path in the log; a query never gets there
log = get_logger(__name__)
FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-real-ip")


@dataclass(frozen=True)
class Auth:
    """Puts the owner into the request's state, or answers 401 (no key, or no such key) or 403 (not from here)."""

    app: ASGIApp
    settings: Settings

    @cached_property
    def _digests(self) -> Mapping[str, bytes]:
        return {name: digest_of(key.get_secret_value()) for name, key in self.settings.api_keys.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, with its owner's name, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if self.settings.api_keys:
            owner = self._owner(scope, headers)
            refused = None if owner is not None else _unauthorised(headers)
        else:
            owner, refused = NOBODY, _not_from_here(scope, headers)
        if refused is None:
            log.debug(f"{scope['method']} {scope['path'][:LONGEST_PATH]} for {owner or 'whoever is here'}")
            scope.setdefault("state", {})["owner"] = owner
            await self.app(scope, receive, send)
            return
        status, sentence = refused
        log.debug(f"{scope['method']} {scope['path'][:LONGEST_PATH]} refused: {sentence}")
        challenge = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        await refusal(scope["path"], status, sentence, headers=challenge)(scope, receive, send)

    def _owner(self, scope: Scope, headers: Mapping[bytes, bytes]) -> str | None:
        if scope["path"] in OPEN or (scope["path"] == METRICS and _is_direct_loopback(scope, headers)):
            return NOBODY
        given = _key(headers)
        return owner_of(given, self._digests) if given else None


async def owner(request: Request) -> str:
    """The name of the key that the request brought; empty on a server without keys."""
    return str(request.state.owner)


Owner = Annotated[str, Depends(owner)]


def _key(headers: Mapping[bytes, bytes]) -> str:
    given = headers.get(b"x-api-key", b"").decode("latin-1")
    kind, _, bearer = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return given or (bearer.strip() if kind.lower() == "bearer" else "")


def _unauthorised(headers: Mapping[bytes, bytes]) -> tuple[int, str]:
    if _key(headers):
        return 401, "The API key is not one of this server's."
    return 401, "This server needs an API key: send it in the header X-Api-Key."


def _not_from_here(scope: Scope, headers: Mapping[bytes, bytes]) -> tuple[int, str] | None:
    """Why a server without keys refuses: another machine, or a web page that took this machine's address."""
    if scope["path"] in OPEN:
        return None
    if not _is_loopback((scope.get("server") or ("",))[0]):
        return 403, "Without ZIGRAL_API_KEYS this server answers its own machine alone. Set keys to open it."
    if scope["method"] in WRITES and not _is_loopback(_host(headers)):
        return 403, "Without ZIGRAL_API_KEYS this server takes no writes for another host's name. Use localhost."
    return None


def _host(headers: Mapping[bytes, bytes]) -> str:
    host = headers.get(b"host", b"").decode("latin-1").lower()
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost") or host.startswith("/"):  # a path is a unix socket
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_direct_loopback(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    """Whether the request is this machine's own, and not one that a proxy on it passes on."""
    client = scope.get("client")
    return client is not None and _is_loopback(client[0]) and not any(name in headers for name in FORWARDED)
