"""A verdict in words: what was asked, which way it speaks, and in a few words why a lead came out as it did."""

import re
from collections.abc import Mapping

from memory.profile import Criterion, Icp
from memory.records import Qualification, Result
from memory.redaction import without_keys
from server.report_text import cut
from tools.ruling import label, ruled_out_by, ruling, speaks
from tools.standing import SAID

OWN = re.compile(r"https?://\S+|\S+@\S+")  # what one lead's error has of its own
HOST = re.compile(r"(?<=no )host \S+$|^[^\s/@]+(?= leads to)")  # the same, where the host alone is named
FIRST_SENTENCE = re.compile(r"(?<=\w{2}[.)])\.? (?=[A-Z])|\.$")
LENGTH = 110  # characters of a reason in the table


def question(criterion_id: str, criterion: Criterion | None) -> str:
    """What the profile asks, else the criterion's name."""
    asked = (criterion.question or criterion.rule) if criterion else None
    return asked or label(criterion_id)


def reason_group(result: Result, icp: Icp | None) -> str:
    """Why a lead failed, does not fit or wants a closer look, in words that others share."""
    found, known = result.qualification, result.standing
    if known and known.stop:
        return SAID[known.outcome] if known.outcome else "known from before"
    if known and known.caution and found and found.status == "review":
        return "known from before"
    if result.error or not found:
        said = OWN.sub("the page", FIRST_SENTENCE.split(without_keys(result.error or "not judged"))[0])
        return cut(HOST.sub(lambda own: "such host" if own[0].startswith("host ") else "the host", said), LENGTH)
    profile = {criterion.id: criterion for criterion in icp.criteria} if icp else {}
    if found.status == "review":
        return _unsettled(result, found, profile)
    ruled = ruling(found, profile)
    return label(ruled.id) if ruled else "score too low"


def reason(result: Result, icp: Icp | None) -> str:
    """In a few words, why the lead came out as it did."""
    found, known = result.qualification, result.standing
    if known and (known.stop or (known.caution and found and found.status == "review")):
        return cut(without_keys(known.stop or known.caution or ""), LENGTH)
    if result.error or not found:
        return cut(without_keys(result.error or "not judged"), LENGTH)
    profile = {criterion.id: criterion for criterion in icp.criteria} if icp else {}
    if found.status == "not_qualified":
        return cut(ruled_out_by(found, icp), LENGTH)
    if found.status == "review":
        return cut(_unsettled(result, found, profile), LENGTH)
    met = (
        label(one.id)
        for one in found.criteria
        if one.verdict == "yes" and speaks(one, profile.get(one.id)) == "for"
    )
    return cut(", ".join(met) or f"score {found.score}", LENGTH)


def _unsettled(result: Result, found: Qualification, profile: Mapping[str, Criterion]) -> str:
    musts = [one for one in found.criteria if one.id in profile and profile[one.id].kind == "must"]
    unclear = [label(one.id) for one in musts if one.verdict == "unknown"]
    if found.doubt:
        return cut(without_keys(found.doubt), LENGTH)
    if unclear:
        return f"unclear: {', '.join(unclear)}"
    return "the evidence is thin" if result.draft else "nothing that an email could quote"
