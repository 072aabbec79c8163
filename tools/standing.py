"""What earlier dealings mean for a lead. All of it is read from fields; no text is interpreted.

Who unsubscribed, said no or cannot be reached is not written to, nor who asked to wait until a day that is to come.
Where something speaks for care - a conversation that is under way, a colleague's no - a person looks first.
The rest is told to whoever approves, and never to the reader.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from memory.records import Interaction, Standing
from memory.words import Outcome

MOST_REMARKS = 8
LONGEST = 160  # characters of what was said
BACK_IN_TOUCH: frozenset[Outcome] = frozenset({"met", "promise"})
SAID: dict[Outcome, str] = {
    "objection": "objected",
    "promise": "was promised something",
    "referral": "referred us to somebody else",
    "met": "met us",
    "bounced": "could not be reached by mail",
    "refused": "said no",
    "unsubscribed": "asked not to be written to",
    "wait": "asked to wait",
}
HOW = {
    "mail_sent": "our mail",
    "mail_received": "their mail",
    "note": "a note",
    "outcome": "an outcome",
    "decision": "a decision",
}


@dataclass
class _Found:
    """What is collected while the history is gone through."""

    cautions: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def standing_of(person: str, history: Iterable[Interaction], today: date) -> Standing:
    """The standing of `person`, given what happened with them and with others at their company."""
    items = sorted(history, key=lambda item: (item.at, item.id), reverse=True)
    own = [item for item in items if item.person == person]
    if stop := _stop(own, today):
        return stop
    found = _Found()
    _look_at_own(own, today, found)
    _look_at_colleagues([item for item in items if item.person != person], today, found)
    caution = " ".join(found.cautions) or None
    return Standing(caution=caution, remarks=tuple(found.remarks[:MOST_REMARKS]))


def _stop(own: Sequence[Interaction], today: date) -> Standing | None:
    """Why the person is not written to; None where nothing forbids it."""
    if unsubscribed := _latest(own, "unsubscribed"):
        return Standing(stop=told(unsubscribed), outcome="unsubscribed")
    if (bounced := _latest(own, "bounced")) and not any(
        item.kind == "mail_received" and item.at > bounced.at for item in own
    ):
        return Standing(stop=told(bounced), outcome="bounced")
    refused, wait = _latest(own, "refused"), _latest(own, "wait")
    if refused and not (refused.due and refused.due <= today) and not _since(own, refused):
        return Standing(stop=told(refused), outcome="refused", wait_until=refused.due)
    if wait and wait.due and wait.due > today:
        return Standing(stop=told(wait), outcome="wait", wait_until=wait.due)
    return None


def _since(own: Sequence[Interaction], refused: Interaction) -> bool:
    """Whether they were in touch again after their no, or asked for another day."""
    return any(
        item.at > refused.at and item.outcome and (item.outcome in BACK_IN_TOUCH or item.outcome == "wait")
        for item in own
    )


def _look_at_own(own: Sequence[Interaction], today: date, found: _Found) -> None:
    waits = [item for item in own if item.outcome == "wait"]
    for item in own:
        if item.outcome == "wait":
            if item is not waits[0]:
                continue  # a later word on it counts
            if item.due is None:
                found.cautions.append(told(item))
            else:
                found.remarks.append(f"{told(item)} That day has come.")
        elif item.outcome in {"refused", "referral", "met"}:
            found.cautions.append(told(item))
        elif item.outcome == "promise":
            overdue = " That day has passed." if item.due and item.due < today else ""
            found.remarks.append(f"{told(item)}{overdue}")
        elif item.outcome:
            found.remarks.append(told(item))
        elif item.kind == "decision":
            found.cautions.append(told(item))
    answer = next((item for item in own if item.kind == "mail_received"), None)
    if answer and not answer.outcome:
        found.cautions.append(f"There is a conversation already: {told(answer)}")
    found.remarks += [told(item) for item in own if item.kind in {"note", "outcome"} and not item.outcome][:2]
    if (sent := [item for item in own if item.kind == "mail_sent"]) and not answer:
        times = "once" if len(sent) == 1 else f"{len(sent)} times"
        found.remarks.append(f"They were written to {times}, last on {_day(sent[0])}; no answer is known.")
    del found.cautions[3:]


def _look_at_colleagues(others: Sequence[Interaction], today: date, found: _Found) -> None:
    """Each colleague's last word; a no, or a wait that is not over, is for a person to weigh."""
    seen: set[str] = set()
    for item in others:
        if not (item.outcome or item.kind in {"mail_received", "decision"}) or item.person in seen:
            continue
        seen.add(item.person)
        waits = item.outcome == "wait" and (item.due is None or item.due > today)
        weighs = item.outcome in {"refused", "unsubscribed"} or waits
        (found.cautions if weighs else found.remarks).append(f"A colleague: {told(item)}")


def told(item: Interaction) -> str:
    """One interaction in a sentence: who, what, when, where, and the first words of it."""
    who = item.person_name or item.person
    what = SAID[item.outcome] if item.outcome else ""
    if item.due and item.outcome == "wait":
        what += f" until {item.due}"
    elif item.due:
        what += f" ({'not before' if item.outcome == 'refused' else 'by'} {item.due})"
    text = " ".join(item.text.split())
    cut = text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"
    where = f"{HOW[item.kind]} of {_day(item)}: “{cut}”"
    return f"{who} {what} ({where})." if what else f"{who}, {where}."


def _latest(items: Sequence[Interaction], outcome: Outcome) -> Interaction | None:
    return next((item for item in items if item.outcome == outcome), None)


def _day(item: Interaction) -> str:
    return f"{item.at:%Y-%m-%d}"
