"""The small vocabulary of types that signatures are written in."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

Language = Literal["en", "de", "fr"]
Answer = Literal["yes", "no", "unknown"]
About = Literal["product", "audience", "size", "place", "news", "proof-point", "method"]
Kind = Literal["mail_sent", "mail_received", "note", "outcome", "decision"]
Outcome = Literal["refused", "wait", "objection", "promise", "referral", "met", "bounced", "unsubscribed"]
Clock = Callable[[], datetime]  # aware, in UTC


def utc_now() -> datetime:
    """The clock of a running process."""
    return datetime.now(UTC)
