"""A lead that came as JSON is read as one that came in a file."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.errors import Invalid, Mistakes
from memory.json_values import JsonObject
from memory.records import lead_id_of
from tools.lead_object import read_lead

WORDS = st.text(max_size=12)
VALUES = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | WORDS | st.lists(WORDS, max_size=2)
NAMES = st.sampled_from(
    ["name", "Company Name", "title", "budget", "Work Email", "notes", "domain", "Größe", "a b"]
)


def test_names_are_those_of_a_lead_files_headers() -> None:
    lead = read_lead(
        {"name": "Anna Berg", "E-Mail": " Anna@Acme.example ", "company_name": "Acme", "# Employees": "1,200"}
    )
    assert (lead.first_name, lead.last_name, lead.email) == ("Anna", "Berg", "anna@acme.example")
    assert (lead.company, lead.employees, lead.lead_id) == ("Acme", 1200, lead_id_of("anna@acme.example"))


def test_unknown_keys_are_kept_as_text_under_snake_case_names() -> None:
    lead = read_lead(
        {"email": "a@acme.example", "annualRevenue": 5e6, "Is Customer": False, "requirements": ["a", {"b": 1}]}
    )
    assert lead.extra == {
        "annual_revenue": "5000000", "is_customer": "false", "requirements": '["a", {"b": 1}]'
    }  # fmt: skip


def test_a_companys_own_object_gives_its_name_and_the_rest_beside_it() -> None:
    lead = read_lead({"company": {"name": "Acme", "url": "acme.example", "employees": 80}, "title": "CEO"})
    assert (lead.company, lead.website, lead.employees) == ("Acme", "https://acme.example", 80)


def test_null_is_the_same_as_nothing() -> None:
    assert read_lead({"Company Name": "Acme", "company_name": None, "budget": None}).model_dump() == (
        read_lead({"Company Name": "Acme"}).model_dump()
    )


@pytest.mark.parametrize("given", [{"company": "Acme"}, {"website": "acme.example"}, {"name": "Anna Berg"}])
def test_a_lead_without_an_address_has_an_id_of_what_else_it_is_known_by(given: JsonObject) -> None:
    one, again, other = read_lead(given), read_lead({**given, "note": "x"}), read_lead({"company": "Other"})
    assert len(one.lead_id) == 16
    assert one.lead_id == again.lead_id != other.lead_id


@given(st.dictionaries(NAMES, VALUES, max_size=5), st.sampled_from(["a@acme.example", ""]))
def test_a_lead_that_was_read_reads_as_itself(fields: dict[str, Any], email: str) -> None:
    try:
        lead = read_lead({"company": "Acme", **fields, "email": email})
    except Invalid:
        return
    assert read_lead(lead.model_dump(mode="json")) == lead


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"title": True}, "lead.title"),
        ({"employees": {"from": 5}}, "lead.employees"),
        ({"extra": "x"}, "lead.extra"),
        ({"budget": "a\0b"}, "lead.budget"),
        ({"lead_id": 5}, "lead.lead_id"),
        ({"email": "a@"}, "lead.email"),
    ],
)
def test_a_value_of_the_wrong_type_is_named_by_its_path(fields: JsonObject, path: str) -> None:
    with pytest.raises(Mistakes) as refused:
        read_lead({"company": "Acme", **fields})
    assert refused.value.mistakes[0].path == path
