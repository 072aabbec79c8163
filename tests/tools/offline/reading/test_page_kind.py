"""What the address of a page says of it."""

import pytest

from tools.offline.page_kind import PageKind, kind_of_page

KINDS: dict[str, PageKind] = {
    "": "home",
    "en/": "home",
    "who-uses-them/": "customers",
    "markets": "customers",
    "fleet-customers": "customers",
    "ueberuns.htm": "about",
    "fonderie/": "about",
    "neues.htm": "news",
    "journal": "news",
    "blog/a-new-foundry": "news",
    "products/pump-40": "product",
    "impressum.html": "legal",
    "pumps/": "other",
}


@pytest.mark.parametrize(("path", "kind"), KINDS.items())
def test_a_page_is_known_by_its_path(path: str, kind: PageKind) -> None:
    assert kind_of_page(f"https://kegel.example/{path}") == kind
