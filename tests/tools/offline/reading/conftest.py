"""Pages and leads that are made up, and the labelled pages where they are present."""

import hashlib
import importlib.util
import sys
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from memory.records import Lead, Snapshot
from tools.engine import Page

HERE = Path(__file__).parent
MakePage = Callable[..., Page]
MakeLead = Callable[..., Lead]


def make_page(
    text: str, *, url: str = "https://kegel.example/", title: str = "", lang: str = "", year: int = 2026
) -> Page:
    """A page of `text`, read in November of `year`."""
    sha256 = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    read_at = datetime(year, 11, 1, tzinfo=UTC)
    file = f"snapshots/{sha256}.txt"
    return Page(
        Snapshot(id=sha256[:16], url=url, fetched_at=read_at, sha256=sha256, file=file, title=title, lang=lang),
        text,
    )


def make_lead(company: str = "Kegel", website: str = "https://kegel.example/") -> Lead:
    """A lead at `company`."""
    return Lead(email="ada@lead.example", company=company, website=website)


@pytest.fixture(scope="session")
def page_of() -> MakePage:
    """Makes pages."""
    return make_page


@pytest.fixture(scope="session")
def lead_at() -> MakeLead:
    """Makes leads."""
    return make_lead


def companies() -> list[dict[str, object]]:
    """Twenty German and French companies, written for these tests."""
    written: list[dict[str, object]] = tomllib.loads((HERE / "companies.toml").read_text(encoding="utf-8"))[
        "companies"
    ]
    return written


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "company" in metafunc.fixturenames:
        written = companies()
        metafunc.parametrize("company", written, ids=[str(company["name"]) for company in written])


@pytest.fixture(scope="session")
def bench(shared_data: Path) -> ModuleType:
    """The measures of `tests/bench/bench_offline.py`; skipped where the labelled pages are absent."""
    assert shared_data.exists()
    path = HERE.parents[2] / "bench" / "bench_offline.py"
    spec = importlib.util.spec_from_file_location("bench_offline", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_offline"] = module
    spec.loader.exec_module(module)
    return module
