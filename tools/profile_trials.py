"""Trying a profile on the made-up leads that its own `[[tests]]` describe."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from memory.profile import Icp, ProfileTest
from memory.records import Lead, Qualification, Snapshot
from memory.words import Answer
from tools.engine import Judge, Page
from tools.language import language_of
from tools.qualification import qualify, question_result, rule_result

NEVER_FETCHED = datetime.fromtimestamp(0, UTC)
NOWHERE = "https://profile-test.invalid/"


@dataclass(frozen=True)
class Trial:
    """One test, numbered from 1, and what the profile came to."""

    number: int
    key: str  # the same as long as the test's lead and text are
    test: ProfileTest
    found: Qualification

    @property
    def got(self) -> dict[str, bool | Answer]:
        """The answers to what the test expects, under the same keys."""
        answers: dict[str, bool | Answer] = {result.id: result.verdict for result in self.found.criteria}
        return {key: answers.get(key, self.found.status == "qualified") for key in self.test.expect}

    @property
    def passed(self) -> bool:
        return self.got == self.test.expect


async def try_profile(icp: Icp, judge: Judge) -> list[Trial]:
    """One trial for each of the profile's tests, in order."""
    keys = _keys(icp.tests)
    return [
        Trial(number, key, test, await _found(icp, test, judge))
        for number, (key, test) in enumerate(zip(keys, icp.tests, strict=True), start=1)
    ]


def _keys(tests: Sequence[ProfileTest]) -> list[str]:
    """A key a test, from its lead and text; a repeated one is told apart by its turn."""
    hashes = [hashlib.sha256(json.dumps([t.lead, t.text], sort_keys=True).encode()).hexdigest() for t in tests]
    return [f"{key[:16]}.{hashes[:place].count(key)}" for place, key in enumerate(hashes)]


async def _found(icp: Icp, test: ProfileTest, judge: Judge) -> Qualification:
    lead, pages = lead_of(test), _pages(test.text)
    questions = [criterion for criterion in icp.criteria if criterion.question is not None]
    judgements = await judge.judge(lead, questions, pages)
    results = [rule_result(criterion, lead) for criterion in icp.criteria if criterion.question is None]
    for criterion, judgement in zip(questions, judgements, strict=True):
        cited = tuple(f"f{number}" for number in range(1, len(judgement.quotes) + 1))
        results.append(question_result(criterion, judgement, cited))
    return qualify(icp, results)


def lead_of(test: ProfileTest) -> Lead:
    """The lead that the test describes; keys that are no field of a lead are extra columns."""
    cells = {key: value if key == "employees" else _cell(value) for key, value in test.lead.items()}
    fields = {key: value for key, value in cells.items() if key in Lead.model_fields and key != "extra"}
    extra = {key.lower(): value for key, value in cells.items() if key not in fields}
    return Lead.model_validate({"email": "", **fields, "extra": extra})


def _cell(value: str | float | bool) -> str:
    """The value as a cell of a CSV file has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pages(text: str) -> list[Page]:
    """The text as a site of one page, or no page where it is blank."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    snapshot = Snapshot(
        id=sha256[:16],
        url=NOWHERE,
        fetched_at=NEVER_FETCHED,
        sha256=sha256,
        file=f"snapshots/{sha256}.txt",
        lang=language_of(text),
    )
    return [Page(snapshot, text)] if text.strip() else []
