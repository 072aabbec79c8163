"""From one verdict a criterion to a score and a status: plain arithmetic, and no model has a say in it."""

from collections.abc import Sequence
from typing import Literal

from memory.errors import Invalid
from memory.profile import Criterion, Icp
from memory.records import CriterionResult, Lead, Qualification
from tools.engine import Judgement
from tools.rules import parse_rule

Status = Literal["qualified", "not_qualified", "review"]


def rule_result(criterion: Criterion, lead: Lead) -> CriterionResult:
    """What the criterion's rule comes to; `Invalid` where it has none that parses."""
    outcome = parse_rule(criterion.rule or "").evaluate(lead)
    return CriterionResult(id=criterion.id, basis="rule", verdict=outcome.verdict, why=outcome.why)


def question_result(criterion: Criterion, judged: Judgement, fact_ids: tuple[str, ...]) -> CriterionResult:
    """What the criterion's question came to; `fact_ids` are those of the judgement's quotations."""
    return CriterionResult(
        id=criterion.id, basis="question", verdict=judged.verdict, fact_ids=fact_ids, why=judged.why
    )


def qualify(icp: Icp, results: Sequence[CriterionResult]) -> Qualification:
    """The qualification, with the results in the profile's order.

    `results` holds one for each criterion. A yes or no to a question that cites no fact counts as unknown.
    """
    by_id = {result.id: _backed(result) for result in results}
    if len(by_id) != len(results) or by_id.keys() != {criterion.id for criterion in icp.criteria}:
        raise Invalid("Each criterion of the profile needs exactly one result.")
    judged = [(criterion, by_id[criterion.id]) for criterion in icp.criteria]
    score = _score(judged)
    status = _status(judged, reached=score >= icp.threshold)
    return Qualification(status=status, score=score, criteria=tuple(result for _, result in judged))


def _backed(result: CriterionResult) -> CriterionResult:
    if result.basis == "rule" or result.verdict == "unknown" or result.fact_ids:
        return result
    return result.model_copy(update={"verdict": "unknown", "why": f"{result.verdict}, but without a quotation"})


def points_of(icp: Icp) -> dict[str, float]:
    """By criterion: how many of a score's 100 points a yes to it is."""
    weights = {criterion.id: 0 if criterion.kind == "never" else criterion.weight for criterion in icp.criteria}
    total = sum(weights.values())
    return {id_: 100 * weight / total for id_, weight in weights.items()}


def _score(judged: Sequence[tuple[Criterion, CriterionResult]]) -> int:
    counted = [(criterion.weight, result.verdict) for criterion, result in judged if criterion.kind != "never"]
    total = sum(weight for weight, _ in counted)
    if not total:
        raise Invalid("No must or should has a weight above 0, so there is no score. Give one a weight.")
    return round(100 * sum(weight for weight, verdict in counted if verdict == "yes") / total)


def _status(judged: Sequence[tuple[Criterion, CriterionResult]], *, reached: bool) -> Status:
    verdicts = {(criterion.kind, result.verdict) for criterion, result in judged}
    if ("must", "no") in verdicts or ("never", "yes") in verdicts or not reached:
        return "not_qualified"
    return "review" if ("must", "unknown") in verdicts else "qualified"


def is_settled(icp: Icp, qualification: Qualification) -> bool:
    """Whether no answer to what is unknown could change the status."""
    by_id = {result.id: result for result in qualification.criteria}
    judged = [(criterion, by_id[criterion.id]) for criterion in icp.criteria]
    verdicts = {(criterion.kind, result.verdict) for criterion, result in judged}
    hoped = [(one, found if found.verdict == "no" else _as_yes(found)) for one, found in judged]
    if ("must", "no") in verdicts or ("never", "yes") in verdicts or _score(hoped) < icp.threshold:
        return True
    return all(result.verdict != "unknown" for _, result in judged)


def _as_yes(result: CriterionResult) -> CriterionResult:
    return result.model_copy(update={"verdict": "yes"})
