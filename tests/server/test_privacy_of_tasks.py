"""A task that names a person is found with them, and goes with them."""

from pathlib import Path

from memory.estimates import Estimate
from memory.person import Person
from memory.tasks import TaskAsked, Tasks
from server.privacy.stores import open_stores
from server.settings import Settings

ANNA = "anna.quast@quellwerk.example"


async def test_a_task_about_a_person_is_theirs_and_is_removed_whole(short_folder: Path) -> None:
    async with open_stores(Settings(data=short_folder)) as stores:
        tasks = Tasks(stores.redis, "ada:x")
        for address in (ANNA, "bo@andermatt.example"):
            asked = TaskAsked(type="enrich", query="Enrich", input={"lead": {"email": address}})
            task = await tasks.create(asked, {"name": "Enrich", "steps": []}, Estimate())
            await tasks.started(task, "x1")
        (held,) = await stores.find(Person(ANNA))
        assert (held.unit.kind, held.unit.owner, held.whose) == ("task", "ada:x", "theirs")
        assert ANNA in str(held.content)
        assert await stores.remove(held.unit)
        assert await stores.find(Person(ANNA)) == []
        (left,) = (await tasks.page()).items
        assert left.asked.input == {"lead": {"email": "bo@andermatt.example"}}
        assert [key async for key in stores.redis.scan_iter(f"*{held.unit.id}*")] == []
