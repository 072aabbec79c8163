"""One row of a lead file by the import rules: rejected with a reason, or a lead with its warnings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from nameparser import HumanName

from memory.records import Lead, lead_id_of
from tools.addresses import ascii_host
from tools.csv_cells import Record
from tools.lead_address import Address, is_disposable, is_misleading, read_address
from tools.lead_headers import Column, key_of, stand_ins
from tools.wordlists import lists_of

Status = Literal["accepted", "duplicate", "rejected"]
Values = dict[str, str]

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
AROUND = "".join(char for char in map(chr, range(0x3001)) if char.isspace()) + ZERO_WIDTH
BLANK = frozenset(lists_of("lead_words")["blank"])
LONGEST_BLANK = max(map(len, BLANK))
FORMULA = ("=", "+", "-", "@")
NAME_LIMIT = 200  # characters of a full name that are worth taking apart
HOST_LIMIT = 253

NUMBER = re.compile(r"[0-9]{1,15}|[0-9]{1,3}(?:([.,'’ ])[0-9]{3})(?:\1[0-9]{3}){0,3}")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?![0-9])", re.IGNORECASE)  # with a digit it is a port
HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?|[0-9a-f:.]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """What became of a record: `row` counts records and `line` physical lines, from 1; `cells` are as they came.

    A rejected row has a `reason`, a duplicate the number of the row that it repeats, an accepted one its lead.
    """

    row: int
    line: int
    cells: Sequence[str]
    status: Status
    reason: str | None = None
    duplicate_of: int | None = None
    warnings: tuple[str, ...] = ()
    lead: Lead | None = None


@dataclass(frozen=True)
class RowRules:
    """The rules for rows under one header."""

    columns: tuple[Column, ...]

    def read(self, row: int, record: Record) -> Row:
        """The row on its own, accepted or rejected: whether it repeats another is the file's to say."""
        cells = [clean(cell) for cell in record.cells]
        reason = self._unusable(record.cells, cells)
        if reason is None:
            values = self.values(cells)
            address = read_address(values["email"]) if values.get("email") else None
            if address:
                lead, warnings = self._lead(address, values, cells)
                return Row(row, record.line, record.cells, "accepted", warnings=warnings, lead=lead)
            reason = "invalid_email" if values.get("email") else "missing_email"
        return Row(row, record.line, record.cells, "rejected", reason=reason)

    def values(self, cells: Sequence[str]) -> Values:
        """The fields' cells; where a field's own is blank, that of the next column which names it."""
        values = {column.name: cell for column, cell in zip(self.columns, cells, strict=False) if column.known}
        for field, places in self._stand_ins.items():
            if not values.get(field):
                filled = (cells[at] for at in places if at < len(cells) and cells[at])
                values[field] = next(filled, "")
        return values

    @cached_property
    def _stand_ins(self) -> dict[str, tuple[int, ...]]:
        return stand_ins(self.columns)

    def _unusable(self, raw: Sequence[str], cells: Sequence[str]) -> str | None:
        if any("\0" in cell for cell in raw):
            return "nul_byte"
        if not any(cells):
            return "empty_row"
        if self._repeats_header(cells):
            return "repeated_header"
        return "too_many_columns" if any(cells[len(self.columns) :]) else None

    def _repeats_header(self, cells: Sequence[str]) -> bool:
        keys = self._keys
        return (
            len(cells) >= len(keys)
            and key_of(cells[0]) == keys[0]
            and all(key_of(cell) == key for cell, key in zip(cells, keys, strict=False))
        )

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        return tuple(key_of(column.header) for column in self.columns)

    def lead(self, lead_id: str, email: str, values: Values, cells: Sequence[str]) -> Lead:
        """The lead that a row is about; what is no website or no number is left out."""
        extra = {c.name: cell for c, cell in zip(self.columns, cells, strict=False) if cell and not c.known}
        return Lead.model_validate(
            values
            | split_name(values)
            | {
                "lead_id": lead_id,
                "email": email,
                "website": read_website(values.get("website", "")),
                "employees": read_number(values.get("employees", "")),
                "extra": extra,
            }
        )

    def _lead(self, address: Address, values: Values, cells: Sequence[str]) -> tuple[Lead, tuple[str, ...]]:
        lead = self.lead(lead_id_of(address.email), address.email, values, cells)
        return lead, tuple(self._warnings(lead, address, values, cells))

    def _warnings(self, lead: Lead, address: Address, values: Values, cells: Sequence[str]) -> Iterator[str]:
        website, employees = values.get("website"), values.get("employees")
        formula = any(
            cell.startswith(FORMULA) and column.name != "email"
            for column, cell in zip(self.columns, cells, strict=False)
        )
        warnings = {
            "missing_first_name": not lead.first_name,
            "missing_last_name": not lead.last_name,
            "missing_company": not lead.company,
            "missing_website": not website,
            "invalid_website": website and not lead.website,
            "role_address": address.role,
            "short_row": len(cells) < len(self.columns),
            "multiple_emails": address.several,
            "needs_smtputf8": address.needs_smtputf8,
            "formula_like": formula,
            "employees_not_a_number": employees and lead.employees is None,
            "mixed_script_domain": address.mixed_script or (lead.website and is_misleading(host_of(lead.website))),
            "disposable_domain": is_disposable(address.domain),
        }
        return (name for name, holds in warnings.items() if holds)


def clean(cell: str) -> str:
    """The cell's text, or "" where it only says that there is none (rule 3)."""
    text = " ".join(cell.strip(AROUND).split())
    return "" if len(text) <= LONGEST_BLANK and text.lower() in BLANK else text


def split_name(values: Values) -> Values:
    """First and last name out of the full one, where that alone is given."""
    full = values.get("full_name", "")
    if not full or len(full) > NAME_LIMIT or values.get("first_name") or values.get("last_name"):
        return {}
    name = HumanName(full)
    return {"first_name": name.first, "last_name": name.last}


def read_website(text: str) -> str:
    """An http or https URL with a host and without a password, else ""."""
    if not text:
        return ""
    url = text if SCHEME.match(text) else f"https://{text.removeprefix('//')}"
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port  # reading a port checks it
    except ValueError:
        return ""
    fits = parts.scheme in ("http", "https") and "@" not in parts.netloc and len(host) <= HOST_LIMIT
    if not fits or not HOST.fullmatch(host):
        return ""
    return url if host.isascii() or not is_misleading(host) else _in_punycode(url)


def host_of(url: str) -> str:
    """The host of a website that was read."""
    return urlsplit(url).hostname or ""


def _in_punycode(url: str) -> str:
    """An address whose host looks like another, with the host as it is and not as it looks (M3)."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit(parts._replace(netloc=ascii_host(parts.hostname or "") + port))


def read_number(text: str) -> int | None:
    """A count in digits, with or without separators of thousands (rule 8)."""
    return int(re.sub(r"[^0-9]", "", text)) if NUMBER.fullmatch(text) else None
