"""What every room's tests share: a real Redis, and the measuring data where it is present."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from redis.asyncio import Redis

from memory.connection import connect
from memory.embedded import open_embedded
from tools.lead_file import read_leads

ROOT = Path(__file__).resolve().parents[1]


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name tests alike in every process: packed bytes hold the second at which they were packed."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """`shared/data`: real pages, leads and labels that we may read and not ship."""
    folder = ROOT.parent / "shared" / "data"
    if not (folder / "leads.csv").exists():
        pytest.skip(f"the measuring data is not at {folder}")
    return folder


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder with a path short enough for a unix socket, whatever the test is called."""
    with TemporaryDirectory(prefix="zigral-") as name:
        yield Path(name)


@pytest.fixture
async def redis_url(short_folder: Path) -> AsyncIterator[str]:
    """The URL of an embedded server of the test's own."""
    async with open_embedded(short_folder / "redis") as url:
        yield url


@pytest.fixture
async def redis_client(redis_url: str) -> AsyncIterator[Redis]:
    async with connect(redis_url) as client:
        yield client


@pytest.fixture(scope="session")
def demo_lead() -> dict[str, Any]:
    """A lead of the demo that qualifies and gets a draft."""
    rows = (row.lead for row in read_leads(ROOT / "demo" / "leads.csv").rows())
    return next(lead for lead in rows if lead).model_dump(mode="json")
