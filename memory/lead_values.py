"""A lead as a value in the store: its JSON, its ids, and what an update makes of it."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

from memory.errors import Malformed
from memory.records import Lead, lead_id_of

VERSION = 1


def under_own_id(lead: Lead) -> Lead:
    """The lead under the id that its address has, whatever it came with."""
    lead_id = lead_id_of(lead.email)
    return lead if lead.lead_id == lead_id else lead.model_copy(update={"lead_id": lead_id})


def filled(stored: Lead, fresh: Lead) -> Lead:
    """`stored` with every filled field of `fresh` written over it; who it is stays."""
    kept = {"lead_id", "email", "extra"}
    new = {name: value for name, value in fresh if name not in kept and value not in ("", None)}
    extra = stored.extra | {name: value for name, value in fresh.extra.items() if value}
    return stored.model_copy(update={**new, "extra": extra})


def copy_id(lead_id: str, number: int) -> str:
    """The id of the `number`th lead with one address; the first has the address's own."""
    return hashlib.sha256(f"{lead_id}#{number}".encode()).hexdigest()[:16]


def numbered(leads: Sequence[Lead], copies: Sequence[int]) -> list[Lead]:
    """The leads under the next free ids of their addresses, given how many copies each has."""
    taken: Counter[str] = Counter()
    numbered = []
    for lead, count in zip(leads, copies, strict=True):
        taken[lead.lead_id] += 1
        number = 1 + count + taken[lead.lead_id]
        numbered.append(lead.model_copy(update={"lead_id": copy_id(lead.lead_id, number)}))
    return numbered


def written(lead: Lead) -> bytes:
    """The lead as it is stored."""
    text = json.dumps({"version": VERSION, **lead.model_dump()}, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def read(lead_id: str, stored: bytes | str) -> Lead:
    """The stored lead; `Malformed` where it cannot be read."""
    try:
        document = json.loads(stored)
        version = document.pop("version")
        if version != VERSION:
            raise Malformed(
                f"The lead {lead_id} was stored by another version of Zigral ({version!r}). Update Zigral."
            )
        return Lead.model_validate(document)
    except (ValueError, KeyError, AttributeError, TypeError) as error:  # ValueError: JSON, UTF-8 and pydantic
        raise Malformed(f"The lead {lead_id} cannot be read from the store. Import it again.") from error
