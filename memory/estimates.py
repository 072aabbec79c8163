"""What a plan would take, said before it runs."""

from memory.records import Record


class Estimate(Record):
    """About how much: a plan's steps, pages read, a model's tokens, dollars, mails drafted, and seconds.

    `usd` is None where tokens will be spent and nobody said what they cost. Nothing is sent: `mails` are drafts,
    each of which waits for a person.
    """

    steps: int = 0
    pages: int = 0
    tokens: int = 0
    usd: float | None = 0.0
    mails: int = 0
    seconds: float = 0.0
