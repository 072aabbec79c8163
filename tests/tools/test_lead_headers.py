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
    "Apollo, contacts, whole": {
        "First Name": "first_name", "Last Name": "last_name", "Title": "title", "Company Name": "company",
        "Company Name for Emails": None, "Email": "email", "Email Status": None, "Email Confidence": None,
        "Seniority": None, "Departments": None, "Work Direct Phone": "phone", "Home Phone": None,
        "Mobile Phone": None, "Corporate Phone": None, "Other Phone": None, "Contact Owner": None, "Stage": None,
        "Lists": None, "Last Contacted": None, "Account Owner": None, "# Employees": "employees",
        "Industry": "industry", "Keywords": None, "Person Linkedin Url": "linkedin_url", "Website": "website",
        "Company Linkedin Url": None, "Facebook Url": None, "Twitter Url": None, "City": "city", "State": None,
        "Country": "country", "Company Address": None, "Company City": None, "Company State": None,
        "Company Country": None, "Company Phone": None, "SEO Description": None, "Technologies": None,
        "Annual Revenue": None, "Total Funding": None, "Latest Funding": None, "Latest Funding Amount": None,
        "Last Raised At": None, "Email Sent": None, "Email Open": None, "Email Bounced": None, "Replied": None,
        "Demoed": None, "Secondary Email": None, "Tertiary Email": None, "Apollo Contact Id": None,
        "Apollo Account Id": None,
    },
    "Apollo, accounts, with an address": {
        "Company Name": "company", "Company Name for Emails": None, "# Employees": "employees",
        "Industry": "industry", "Website": "website", "Company Linkedin Url": None, "Company Country": "country",
        "Keywords": None, "Apollo Record Id": None, "Short Description": None, "Founded Year": None,
        "Subsidiary of (Organization ID)": None, "Email": "email",
    },
    "Apollo, accounts, older": {
        "Company": "company", "# Employees": "employees", "Company Phone": "phone", "Company City": "city",
        "Company State": None, "Company Country": "country", "Website": "website", "Email": "email",
    },
    "HubSpot, whole": {
        "Record ID": None, "First Name": "first_name", "Last Name": "last_name", "Email": "email",
        "Phone number": "phone", "Mobile phone number": None, "Job title": "title", "Company name": "company",
        "Website URL": "website", "City": "city", "State/Region": None, "Country/Region": "country",
        "Zip code": None, "LinkedIn Bio": None, "Lifecycle stage": None, "Lead status": None,
        "Contact owner": None, "Number of Employees": "employees",
    },
    "HubSpot, internal, whole": {
        "firstname": "first_name", "lastname": "last_name", "email": "email", "jobtitle": "title",
        "company": "company", "hs_lead_status": None, "lifecyclestage": None, "hubspot_owner_id": None,
        "numberofemployees": "employees", "website": "website", "phone": "phone", "mobilephone": None,
        "domain": None,
    },
    "Instantly, as OpenOutreach writes it": {
        "email": "email", "first_name": "first_name", "last_name": "last_name", "company": "company",
        "title": "title", "linkedin_url": "linkedin_url", "website": "website", "custom_variables": None,
    },
    "Lemlist, whole": {
        "email": "email", "firstName": "first_name", "lastName": "last_name", "companyName": "company",
        "phone": "phone", "linkedinUrl": "linkedin_url", "picture": None, "icebreaker": None,
        "timezone": "timezone", "isUnsubscribed": None,
    },
    "Sales Navigator-like": {
        "First Name": "first_name", "Last Name": "last_name", "Profile URL": "linkedin_url",
        "Email Address": "email", "Company": "company", "Position": "title", "Connected On": None,
    },
    "LinkedIn Link": {"Full Name": "full_name", "LinkedIn Link": "linkedin_url", "Work Email": "email"},
    "cold-cli": {
        "email": "email", "first_name": "first_name", "company": "company", "schedule_timezone": "timezone",
    },
    "generic": {
        "Full Name": "full_name", "Account Name": "company", "Business Email": "email", "Employees": "employees",
        "Domain": "website", "Work Phone": "phone",
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
