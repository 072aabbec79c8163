"""Headers as other tools export them, and the fields that they fill."""

import pytest

from tools.lead_headers import key_of, known_fields, understand

EXPORTS = {
    "Zigral": {
        name: name
        for name in (
            "email", "first_name", "last_name", "full_name", "company", "title", "website", "linkedin_url",
            "industry", "employees", "location", "city", "country", "phone", "timezone", "language", "note",
        )
    },
    "Apollo, contacts": {
        "First Name": "first_name", "Last Name": "last_name", "Title": "title", "Company": "company",
        "Company Name for Emails": None, "Email": "email", "Email Status": None, "Seniority": None,
        "Work Direct Phone": "phone", "Mobile Phone": None, "# Employees": "employees", "Industry": "industry",
        "Person Linkedin Url": "linkedin_url", "Website": "website", "Company Linkedin Url": None, "City": "city",
        "State": None, "Country": "country", "Company City": None, "Company Country": None, "Company Phone": None,
        "Annual Revenue": None, "Secondary Email": None,
    },
    "Apollo, newer": {"Company Name": "company", "Company Name for Emails": None, "Email": "email"},
    "HubSpot": {
        "First Name": "first_name", "Last Name": "last_name", "Email address": "email", "Phone number": "phone",
        "Mobile phone number": None, "Job title": "title", "Company name": "company", "Website URL": "website",
        "City": "city", "State/Region": None, "Country/Region": "country", "LinkedIn Bio": None,
        "Number of Employees": "employees", "Lead status": None,
    },
    "HubSpot, internal": {
        "firstname": "first_name", "lastname": "last_name", "email": "email", "jobtitle": "title",
        "company": "company", "hs_lead_status": None,
    },
    "Instantly": {
        "email": "email", "first_name": "first_name", "last_name": "last_name", "company_name": "company",
        "job_title": "title", "phone": "phone", "website": "website", "personalization": None,
    },
    "Smartlead": {
        "email": "email", "first_name": "first_name", "last_name": "last_name", "phone_number": "phone",
        "company_name": "company", "website": "website", "location": "location",
        "linkedin_profile": "linkedin_url", "company_url": None, "custom_fields": None,
    },
    "Lemlist": {
        "email": "email", "firstName": "first_name", "lastName": "last_name", "companyName": "company",
        "phone": "phone", "linkedinUrl": "linkedin_url", "icebreaker": None, "timezone": "timezone",
    },
    "others": {
        "Full Name": "full_name", "Organization": "company", "Work Email": "email", "Employees": "employees",
        "Profile URL": "linkedin_url", "schedule_timezone": "timezone", "Connected On": None,
    },
}  # fmt: skip


@pytest.mark.parametrize("tool", EXPORTS)
def test_the_headers_of_an_export_fill_our_fields_and_the_rest_is_kept(tool: str) -> None:
    expected = EXPORTS[tool]
    columns = understand(list(expected), where="leads.csv")
    assert {column.header: column.name if column.known else None for column in columns} == expected
    assert len({column.name for column in columns}) == len(columns)


@pytest.mark.parametrize("header", ["E-Mail", " email ", "\ufeffEmail", "EMAIL", "e_mail", "e.mail"])
def test_only_the_letters_and_digits_of_a_header_count(header: str) -> None:
    assert key_of(header) == "email"


def test_a_header_makes_more_sense_under_its_own_delimiter() -> None:
    assert known_fields(["Email", "First Name"]) > known_fields(["Email;First Name"])
