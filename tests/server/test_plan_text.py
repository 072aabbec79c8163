"""What came of a plan's steps, and what it would take, in words."""

from typing import Any

import pytest
from pydantic import JsonValue

from memory.estimates import Estimate
from server.plan_text import estimate_line, result_lines

LEAD = {"full_name": "Ada Novak", "company": "Kegel", "email": "ada@kegel.example"}
WHO = "- Ada Novak, Kegel, ada@kegel.example"


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ({"lead": LEAD, "qualification": {"status": "qualified", "score": 90}}, [f"{WHO}: qualified 90"]),
        ({"leads": [{"lead": LEAD, "result": None}], "count": 1}, [WHO]),
        ([{"lead": LEAD, "why": "No page."}, {"lead": LEAD}], [f"{WHO} (No page.)", WHO]),
        (
            {"lead": LEAD, "draft": {"subject": "Plans", "body": "Dear Ada,\n\nhello."}},
            [WHO, "    Subject: Plans", "    Dear Ada,", "    ", "    hello."],
        ),
        (
            {"lead": LEAD, "news": [{"quote": "We moved.", "dated": "2026-03"}, {"quote": "New.", "dated": ""}]},
            [WHO, "    2026-03: “We moved.”", "    “New.”"],
        ),
        ({"text": "leads: 7", "rows": [[7]]}, ["leads: 7"]),
        ({"text": "7", "sql": "SELECT count(*) FROM leads"}, ["7", "    by SELECT count(*) FROM leads"]),
        (
            {"interactions": [{"at": "2026-03-01T10:00:00Z", "person_name": "Ada", "text": "Asked for a price."}]},
            ["2026-03-01  Ada: Asked for a price."],
        ),
        ({"notes": [{"text": "We sell gears.", "about": "product"}]}, ["- We sell gears."]),
        (
            {
                "notes": [],
                "offer": {"statements": [{"text": "Used in 9 plants."}]},
                "icp": {"name": "Makers", "criteria": [{"kind": "must", "rule": "employees > 20"}]},
            },
            ["The offer says:", "- Used in 9 plants.", "The profile “Makers” asks for:", "- must: employees > 20"],
        ),
        ({"notes": []}, ["Nothing is remembered of it."]),
        ([], ["Nothing was found."]),
        ({"leads": [], "count": 0}, ["Nothing was found."]),
        ({"said": "hello"}, ['{\n  "said": "hello"\n}']),
        (None, ["null"]),
    ],
    ids=[
        "judged",
        "listed",
        "several",
        "drafted",
        "news",
        "answer",
        "sql",
        "past",
        "noted",
        "files",
        "nothing",
        "none",
        "empty",
        "others",
        "null",
    ],
)
def test_what_a_step_came_to_is_told_in_words(output: JsonValue, told: list[str]) -> None:
    assert list(result_lines(output)) == told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"steps": 1, "seconds": 0.0}, "1 step: about 1 second."),
        (
            {"steps": 3, "pages": 70, "mails": 1, "seconds": 31.2},
            "3 steps: about 31 seconds, up to 70 pages read, up to 1 mail drafted and none sent.",
        ),
        (
            {"steps": 2, "tokens": 12_000, "usd": 0.034, "seconds": 600},
            "2 steps: about 10 minutes, 12,000 tokens ($0.03).",
        ),
        (
            {"steps": 2, "tokens": 12_000, "usd": None, "seconds": 5},
            "2 steps: about 5 seconds, 12,000 tokens (of unknown price).",
        ),
    ],
)
def test_what_a_plan_would_take_is_one_sentence(given: dict[str, Any], told: str) -> None:
    assert estimate_line(Estimate(**given)) == told
