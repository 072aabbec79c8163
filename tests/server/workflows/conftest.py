"""What the tests of workflows share: a server with an agent that they hold by the hand."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.workflows.office import Office, open_office


@pytest.fixture
async def office(short_folder: Path) -> AsyncIterator[Office]:
    async with open_office(short_folder) as opened:
        yield opened
