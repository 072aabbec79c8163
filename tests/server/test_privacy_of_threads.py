"""A thread that names a person in what surrounds its state alone is found, pressed or not."""

from pathlib import Path

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint

from memory.person import Person
from server.privacy.stores import open_stores
from server.settings import Settings

ANNA = "anna.quast@quellwerk.example"


@pytest.mark.parametrize("filler", [10, 10_000])
async def test_whom_the_metadata_of_a_checkpoint_name_is_found(short_folder: Path, filler: int) -> None:
    async with open_stores(Settings(data=short_folder)) as stores:
        config: RunnableConfig = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}
        facts = {"source": "input", "step": 1, "filler": "ab" * filler, "of": ANNA}
        await stores.checkpointer.aput(config, empty_checkpoint(), facts, {})  # type: ignore[arg-type]
        (held,) = await stores.find(Person(ANNA))
        assert (held.unit.kind, held.unit.id, held.whose) == ("thread", "t", "theirs")
        assert await stores.remove(held.unit)
        assert await stores.find(Person(ANNA)) == []
