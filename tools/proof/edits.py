"""Claims carried over to an edited body."""

from memory.records import Claim, Draft


def claims_after_edit(old: Draft, subject: str, body: str) -> tuple[Claim, ...]:
    """The claims of `old` whose text still stands verbatim in `body`, at its new place; others are dropped.

    Claims keep their order: each is looked for behind the one before it, then from the top.
    """
    del subject  # a subject has no claims of its own
    kept: list[Claim] = []
    cursor = 0
    for claim in sorted(old.claims, key=lambda claim: claim.start):
        text = old.body[max(0, claim.start) : max(0, claim.end)]
        if not text.strip():
            continue
        start = body.find(text, cursor)
        start = body.find(text) if start < 0 else start
        if start >= 0:
            kept.append(replace_span(claim, start, start + len(text)))
            cursor = start + len(text)
    return tuple(kept)


def replace_span(claim: Claim, start: int, end: int) -> Claim:
    return claim.model_copy(update={"start": start, "end": end})
