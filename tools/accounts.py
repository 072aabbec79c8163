"""Which companies a lead belongs to, by domain, and which person it is."""

from functools import cache

from memory.interaction_texts import person_address
from memory.records import Lead
from tools.addresses import registrable_domain
from tools.wordlists import lists_of


def accounts_of(lead: Lead) -> tuple[str, ...]:
    """The registrable domains of the lead's website and of its mail address, each once, the website's first.

    Free mail and platforms are nobody's: two people at one of them are no colleagues.
    """
    website = lead.website if "://" in lead.website else f"https://{lead.website}"
    hosts = (website, f"https://{lead.email.rpartition('@')[2]}")
    found = (_registered(host) for host in hosts)
    return tuple(dict.fromkeys(host for host in found if host and host not in _shared()))


def person_of(lead: Lead) -> str | None:
    """The address that the person goes by, or None where the lead has none."""
    try:
        return person_address(lead.email)
    except ValueError:
        return None


def _registered(url: str) -> str:
    try:
        host = registrable_domain(url)
    except ValueError:
        return ""
    return host if "." in host else ""


@cache
def _shared() -> frozenset[str]:
    lists = lists_of("accounts")
    return frozenset((*lists["free_mail"], *lists["platforms"]))
