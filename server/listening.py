"""The socket that a server listens at. Apart from the server, so that a refusal waits for no import."""

import ipaddress
import socket

from memory.errors import Invalid, Refused
from server.settings import Settings

BACKLOG = 2048  # connections that wait to be taken


def listen(host: str, port: int, settings: Settings) -> socket.socket:
    """A socket at that address; refused where others could reach a server that asks for no key."""
    if not settings.api_keys and not _is_loopback_name(host):
        raise Refused(
            f"Without ZIGRAL_API_KEYS anybody who reaches {host} could use this server. "
            "Set keys (name:key,name:key), or leave --host at 127.0.0.1."
        )
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, UnicodeError) as error:
        raise Invalid(f"Cannot listen at {host}, port {port} ({error}). Choose with --host and --port.") from None
    # An answer's body follows its head in a packet of its own, and would wait for the client's leave: 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # its connections have it too
    return listener


def _is_loopback_name(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
