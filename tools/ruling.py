"""What verdicts mean for a lead: which way each speaks, and what ruled the lead out."""

from collections.abc import Mapping
from typing import Literal

from memory.profile import Criterion, Icp
from memory.records import CriterionResult, Qualification

Side = Literal["for", "against", "open"]


def label(criterion_id: str) -> str:
    """`sells_to_businesses` as "sells to businesses"."""
    return criterion_id.replace("_", " ")


def speaks(judged: CriterionResult, criterion: Criterion | None) -> Side:
    """What a verdict means for the lead: a no to what must never be speaks for it."""
    if judged.verdict == "unknown":
        return "open"
    wanted = "no" if criterion and criterion.kind == "never" else "yes"
    return "for" if judged.verdict == wanted else "against"


def ruling(found: Qualification, profile: Mapping[str, Criterion]) -> CriterionResult | None:
    """The first must that is a no, or never that is a yes."""
    hard = (one for one in found.criteria if one.id in profile and profile[one.id].kind != "should")
    return next((one for one in hard if speaks(one, profile[one.id]) == "against"), None)


def ruled_out_by(found: Qualification, icp: Icp | None) -> str:
    """What ruled the lead out: a must or a never, else its score."""
    profile = {criterion.id: criterion for criterion in icp.criteria} if icp else {}
    if one := ruling(found, profile):
        return f"{label(one.id)}: {one.why or one.verdict}"
    return f"score {found.score}" + (f", needs {icp.threshold}" if icp else "")
