"""The score and the status of a lead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.errors import Invalid
from memory.profile import Icp
from memory.records import CriterionResult
from memory.words import Answer
from tools.qualification import qualify

ANSWERS: list[Answer] = ["yes", "no", "unknown"]


def icp_of(*criteria: tuple[str, float], threshold: int = 60) -> Icp:
    """A profile of rules, from pairs of a kind and a weight."""
    return Icp.model_validate(
        {
            "name": "Test",
            "threshold": threshold,
            "criteria": [
                {"id": f"c{n}", "kind": kind, "weight": weight, "rule": "employees > 1"}
                for n, (kind, weight) in enumerate(criteria)
            ],
        }
    )


def by_rule(*verdicts: Answer) -> list[CriterionResult]:
    return [CriterionResult(id=f"c{n}", basis="rule", verdict=verdict) for n, verdict in enumerate(verdicts)]


@pytest.mark.parametrize(
    ("verdicts", "score", "status"),
    [
        (("yes", "yes", "no"), 100, "qualified"),
        (("yes", "yes", "unknown"), 100, "qualified"),  # a never that is unknown is ignored
        (("yes", "yes", "yes"), 100, "not_qualified"),  # a never that is yes
        (("no", "yes", "no"), 60, "not_qualified"),  # a must that is no
        (("unknown", "yes", "no"), 60, "review"),  # a must that is unknown
        (("unknown", "no", "no"), 0, "not_qualified"),  # the threshold comes before the review
        (("yes", "no", "no"), 40, "not_qualified"),  # under the threshold
        (("yes", "unknown", "no"), 40, "not_qualified"),  # unknown counts as nought
        (("unknown", "yes", "yes"), 60, "not_qualified"),  # never yes, before the review
    ],
)
def test_status_and_score_follow_the_formats(verdicts: tuple[Answer, ...], score: int, status: str) -> None:
    qualification = qualify(icp_of(("must", 40), ("should", 60), ("never", 100)), by_rule(*verdicts))
    assert (qualification.score, qualification.status) == (score, status)


def test_a_score_at_the_threshold_is_enough() -> None:
    profile = icp_of(("should", 60), ("should", 40), threshold=60)
    assert qualify(profile, by_rule("yes", "no")).status == "qualified"


@pytest.mark.parametrize(("yes", "no", "score"), [(1, 7, 12), (3, 5, 38), (1, 199, 0), (3, 197, 2), (1, 2, 33)])
def test_a_half_is_rounded_to_the_even_number(yes: int, no: int, score: int) -> None:
    assert qualify(icp_of(("should", yes), ("should", no)), by_rule("yes", "no")).score == score


def test_results_are_put_into_the_profiles_order_and_keep_their_facts() -> None:
    results = by_rule("yes", "no")
    question = CriterionResult(id="c2", basis="question", verdict="yes", fact_ids=("f7",), why="says so")
    found = qualify(icp_of(("must", 1), ("should", 1), ("should", 1)), [question, *reversed(results)])
    assert found.criteria == (*results, question)


def test_an_answer_to_a_question_without_a_quotation_counts_as_unknown() -> None:
    bare = CriterionResult(id="c0", basis="question", verdict="yes")
    found = qualify(icp_of(("must", 1), threshold=0), [bare])
    assert (found.status, found.score, found.criteria[0].verdict) == ("review", 0, "unknown")
    assert found.criteria[0].why == "yes, but without a quotation"


@pytest.mark.parametrize("results", [[], by_rule("yes", "yes"), by_rule("yes") * 2])
def test_a_result_that_is_missing_or_too_many_is_refused(results: list[CriterionResult]) -> None:
    with pytest.raises(Invalid, match="exactly one result"):
        qualify(icp_of(("must", 1)), results)


profiles = st.lists(
    st.tuples(
        st.sampled_from(["must", "should", "never"]),
        st.one_of(st.integers(0, 100), st.floats(0, 1_000_000)),
        st.sampled_from(ANSWERS),
    ),
    min_size=1,
    max_size=8,
).filter(lambda rows: sum(weight for kind, weight, _ in rows if kind != "never") > 0)


@given(profiles, st.integers(0, 100))
def test_the_score_is_the_share_of_weight_that_is_yes(
    rows: list[tuple[str, float, Answer]], threshold: int
) -> None:
    found = qualify(
        icp_of(*((kind, weight) for kind, weight, _ in rows), threshold=threshold),
        by_rule(*(answer for _, _, answer in rows)),
    )
    counted = [(weight, answer) for kind, weight, answer in rows if kind != "never"]
    assert found.score == round(
        100 * sum(weight for weight, answer in counted if answer == "yes") / sum(weight for weight, _ in counted)
    )
    assert 0 <= found.score <= 100
    assert found.status != "qualified" or found.score >= threshold


@given(profiles, st.data())
def test_an_unknown_that_becomes_yes_never_lowers_the_score(
    rows: list[tuple[str, float, Answer]], data: st.DataObject
) -> None:
    profile = icp_of(*((kind, weight) for kind, weight, _ in rows))
    answers = [answer for _, _, answer in rows]
    place = data.draw(st.integers(0, len(rows) - 1))
    before = qualify(profile, by_rule(*(*answers[:place], "unknown", *answers[place + 1 :])))
    after = qualify(profile, by_rule(*(*answers[:place], "yes", *answers[place + 1 :])))
    assert after.score >= before.score


@given(profiles)
def test_a_never_that_is_unknown_counts_as_one_that_is_no(rows: list[tuple[str, float, Answer]]) -> None:
    profile = icp_of(*((kind, weight) for kind, weight, _ in rows))
    settled: list[Answer] = [
        "no" if kind == "never" and answer == "unknown" else answer for kind, _, answer in rows
    ]
    left, right = qualify(profile, by_rule(*(a for _, _, a in rows))), qualify(profile, by_rule(*settled))
    assert (left.status, left.score) == (right.status, right.score)
