"""A lead that came as a JSON object: the names, the cells and the rules are those of a lead file.

It need not have an address, as long as something says who it is.
"""

import hashlib
import json
from collections.abc import Mapping

from pydantic import JsonValue

from memory.errors import Invalid, Mistake, Mistakes
from memory.json_values import JsonObject
from memory.records import Lead, lead_id_of
from tools.addresses import shown
from tools.csv_cells import FIELD_LIMIT
from tools.lead_address import read_address
from tools.lead_headers import key_of, understand
from tools.lead_row import RowRules, Values, clean, read_website

IDENTIFYING = ("email", "website", "company", "full_name", "first_name", "last_name", "linkedin_url")
OF_COMPANY = {"name": "company", "url": "website"}  # what a company's own object calls what a lead calls so
LONGEST_ID = 100


def read_lead(given: Mapping[str, JsonValue], where: str = "lead") -> Lead:
    """The lead in an object: known names fill its fields, the others are `extra` under their snake_case names.

    `Mistakes` where a field is of a wrong type, the address is none, or nothing identifies a lead.
    """
    cells = _cells(given, where)
    rules = RowRules(understand(list(cells), where=where, addressed=False))
    texts = [clean(cell) for cell in cells.values()]
    values = rules.values(texts)
    if not any(values.get(name) for name in IDENTIFYING):
        raise Mistakes([Mistake(where, f"This says of no lead who it is. Give one of {', '.join(IDENTIFYING)}.")])
    email = _email(values.get("email", ""), where)
    lead_id = _given_id(given.get("lead_id"), where) or (
        lead_id_of(email) if email else _id_without_address(values)
    )
    return rules.lead(lead_id, email, values, texts)


def identifies(given: Mapping[str, JsonValue]) -> bool:
    """Whether an object has, under one of its names, something that says who a lead is."""
    return any(value and _says_who(name) for name, value in given.items())


def _says_who(name: str) -> bool:
    if not key_of(name):
        return False
    (column,) = understand([name], where="", addressed=False)
    return column.name in IDENTIFYING or key_of(name) == "name"


def _cells(given: Mapping[str, JsonValue], where: str) -> dict[str, str]:
    """Each value as the cell of a lead file, under the name that it has there."""
    flat = _flat(given, where)
    try:
        known = {column.header for column in understand(list(flat), where="", addressed=False) if column.known}
    except Invalid as error:  # two names for one field, or none
        raise Mistakes([Mistake(where, str(error))]) from None
    faults = {name: fault for name, value in flat.items() if (fault := _fault(value, is_field=name in known))}
    if faults:
        raise Mistakes([Mistake(f"{where}.{name}", fault) for name, fault in faults.items()])
    return {name: _cell(value) for name, value in flat.items()}


def _fault(value: JsonValue, *, is_field: bool) -> str:
    if is_field and isinstance(value, bool | dict | list):
        return "This must be a text or a number."
    if isinstance(value, str) and len(value) > FIELD_LIMIT:
        return f"This is longer than {FIELD_LIMIT:,} characters. Shorten it."
    return "A NUL is no character. Remove it." if isinstance(value, str) and "\0" in value else ""


def _flat(given: Mapping[str, JsonValue], where: str) -> JsonObject:
    """What the object's values say, with those of its `extra` and of its company's own object.

    `name` is the person's. Null is the same as nothing.
    """
    extra = given.get("extra") or {}
    if not isinstance(extra, dict):
        raise Mistakes([Mistake(f"{where}.extra", "This must be an object.")])
    company = given.get("company")
    rest = given.keys() - {"lead_id", "extra"}
    own: JsonObject = {name: given[name] for name in given if name in rest and given[name] is not None}
    if isinstance(company, dict):
        own = {**_of_company(company), **own, "company": company.get("name")}
    full_name = {key for key in own if key_of(key) == "fullname"}
    renamed = own if full_name else {"full_name" if key_of(key) == "name" else key: own[key] for key in own}
    return {**{name: value for name, value in extra.items() if name not in renamed}, **renamed}


def _of_company(company: JsonObject) -> JsonObject:
    return {OF_COMPANY.get(name, name): value for name, value in company.items()}


def _cell(value: JsonValue) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def _email(text: str, where: str) -> str:
    if not text:
        return ""
    address = read_address(text)
    if address is None:
        raise Mistakes(
            [Mistake(f"{where}.email", f"{shown(text)!r} is no mail address. Correct it or leave it out.")]
        )
    return address.email


def _given_id(given: JsonValue, where: str) -> str:
    if given is None:
        return ""
    if not isinstance(given, str) or len(given) > LONGEST_ID or not given.isprintable():
        raise Mistakes([Mistake(f"{where}.lead_id", f"This must be a text of at most {LONGEST_ID} characters.")])
    return given.strip()


def _id_without_address(values: Values) -> str:
    """The id of a lead without an address: 16 hex digits that depend on what else identifies it."""
    website = read_website(values.get("website", "")).partition("://")[2].rstrip("/")
    parts = [website, *(values.get(name, "") for name in IDENTIFYING if name not in ("email", "website"))]
    text = json.dumps([" ".join(part.casefold().split()) for part in parts], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
