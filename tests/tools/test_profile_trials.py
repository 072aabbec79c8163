"""A profile tried on its own tests."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from memory.profile import Criterion, Icp, ProfileTest
from memory.records import Lead, Quote
from tools.engine import Judgement, Page
from tools.profile_trials import lead_of, try_profile


@dataclass(frozen=True)
class WordJudge:
    """Says yes where a signal stands on the page, and unknown otherwise."""

    async def judge(self, lead: Lead, criteria: Sequence[Criterion], pages: Sequence[Page]) -> list[Judgement]:
        return [self._answer(criterion, pages) for criterion in criteria]

    def _answer(self, criterion: Criterion, pages: Sequence[Page]) -> Judgement:
        for page in pages:
            for signal in criterion.signals:
                if (start := page.text.find(signal)) >= 0:
                    end = start + len(signal)
                    quote = Quote(snapshot_id=page.snapshot.id, start=start, end=end, quote=page.text[start:end])
                    return Judgement("yes", (quote,), "it says so")
        return Judgement("unknown", (), "it does not say")


def profile(*tests: dict[str, object]) -> Icp:
    return Icp.model_validate(
        {
            "name": "Makers",
            "threshold": 60,
            "criteria": [
                {
                    "id": "makes",
                    "kind": "should",
                    "question": "Makes things?",
                    "signals": ["factory"],
                    "weight": 60,
                },
                {"id": "size", "kind": "must", "rule": "employees >= 20", "weight": 40},
            ],
            "tests": list(tests),
        }
    )


async def test_a_test_that_holds_shows_what_was_expected_and_what_came() -> None:
    expect = {"qualified": True, "makes": "yes", "size": "yes"}
    icp = profile({"lead": {"employees": 80}, "text": "Our factory is in Turin.", "expect": expect})
    [trial] = await try_profile(icp, WordJudge())
    assert (trial.number, trial.passed, trial.got) == (1, True, expect)
    assert (trial.found.status, trial.found.score) == ("qualified", 100)
    assert [(result.id, result.why) for result in trial.found.criteria] == [
        ("makes", "it says so"),
        ("size", "employees = 80"),
    ]


async def test_a_test_that_does_not_hold_says_what_came_instead() -> None:
    icp = profile(
        {"lead": {"employees": 2}, "text": "", "expect": {"qualified": True, "size": "no", "makes": "no"}}
    )
    [trial] = await try_profile(icp, WordJudge())
    assert not trial.passed
    assert trial.got == {"qualified": False, "size": "no", "makes": "unknown"}


async def test_a_lead_in_review_is_not_a_qualified_one() -> None:
    icp = profile({"lead": {}, "text": "Our factory", "expect": {"qualified": False, "size": "unknown"}})
    [trial] = await try_profile(icp, WordJudge())
    assert (trial.passed, trial.found.status) == (True, "review")


async def test_a_key_stays_while_lead_and_text_do_and_a_repeated_test_has_its_own() -> None:
    first: dict[str, object] = {"lead": {"employees": 1}, "expect": {"size": "no"}}
    again = first | {"expect": {"qualified": False}}
    other = first | {"text": "Something"}
    keys = [trial.key for trial in await try_profile(profile(first, again, other), WordJudge())]
    assert len(set(keys)) == 3
    moved = [trial.key for trial in await try_profile(profile(other, first), WordJudge())]
    assert moved == [keys[2], keys[0]]


@pytest.mark.parametrize(
    ("given", "field", "held"),
    [
        ({"company": "Acme"}, "company", "Acme"),
        ({"employees": 80}, "employees", 80),
        ({"Annual_Revenue": 5_000_000}, "extra", {"annual_revenue": "5000000"}),
        ({"exporter": True}, "extra", {"exporter": "true"}),
        ({"growth": 1.5}, "extra", {"growth": "1.5"}),
        ({"extra": "x"}, "extra", {"extra": "x"}),
    ],
)
def test_a_lead_is_made_of_its_table_with_unknown_keys_as_extra_columns(
    given: dict[str, str | int | float | bool], field: str, held: object
) -> None:
    lead = lead_of(ProfileTest(lead=given, expect={"qualified": True}))
    assert getattr(lead, field) == held
