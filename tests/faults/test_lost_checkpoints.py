"""F1, F2: a process may die between a node's end and the checkpoint of its step; nothing is lost by it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from redis.asyncio import Redis

from memory.checkpoints import RedisSaver
from memory.errors import Unavailable
from memory.records import Lead, Result
from server.assembly import DEMO, outreach_graph, read_inputs
from server.engines import offline_engine
from server.run_folder import RunFolder, begin
from server.runner import Runner
from server.settings import Settings
from tools.workers import Inline

STEPS_TO_THE_APPROVAL = 8
STEPS = STEPS_TO_THE_APPROVAL + 3  # approve, deliver, remember


class DyingSaver(RedisSaver):
    """Keeps what tasks wrote, and not the checkpoint of one step: as a server that goes away there."""

    def __init__(self, client: Redis, dies_at: int) -> None:
        super().__init__(client)
        self._dies_at = dies_at

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        if metadata["step"] == self._dies_at:
            raise Unavailable("gone")
        return await super().aput(config, checkpoint, metadata, new_versions)


@pytest.fixture
async def folder(tmp_path: Path) -> AsyncIterator[RunFolder]:
    with begin(tmp_path / "out", icp=DEMO / "icp.toml", offer=DEMO / "offer.toml", web_sha256="") as folder:
        yield folder


def runner(folder: RunFolder, saver: RedisSaver) -> Runner:
    inputs = read_inputs(Settings(), icp=DEMO / "icp.toml", offer=DEMO / "offer.toml", web=str(DEMO / "web"))
    engine = offline_engine(Inline())
    flow = outreach_graph(inputs, engine=engine, workers=Inline(), snapshots=folder.snapshots, outbox=folder.outbox)
    return Runner(graph=flow.compile(saver), folder=folder, engine=engine.name, offer=inputs.offer)


@pytest.mark.parametrize("lost", range(STEPS_TO_THE_APPROVAL))
async def test_a_run_that_lost_any_step_s_checkpoint_goes_on_to_its_approval(
    redis_client: Redis, folder: RunFolder, demo_lead: dict[str, Any], lost: int
) -> None:
    lead = Lead.model_validate(demo_lead)
    with pytest.raises(Unavailable):
        await runner(folder, DyingSaver(redis_client, lost)).run(lead)
    result = await runner(folder, RedisSaver(redis_client)).run(lead)
    assert result.status == "awaiting_approval"


@pytest.mark.parametrize("lost", range(STEPS_TO_THE_APPROVAL, STEPS))
async def test_a_yes_that_was_given_is_kept_whichever_checkpoint_after_it_is_lost(
    redis_client: Redis, folder: RunFolder, demo_lead: dict[str, Any], lost: int
) -> None:
    shown = await runner(folder, RedisSaver(redis_client)).run(Lead.model_validate(demo_lead))
    with pytest.raises(Unavailable):
        await runner(folder, DyingSaver(redis_client, lost)).approve(shown)
    approved = await runner(folder, RedisSaver(redis_client)).approve(shown)
    assert approved.status == "approved"
    assert len(list(folder.outbox.folder.glob("*.eml"))) == 1


async def test_a_yes_whose_line_was_never_written_is_not_delivered_a_second_time(
    redis_client: Redis, folder: RunFolder, demo_lead: dict[str, Any]
) -> None:
    running = runner(folder, RedisSaver(redis_client))
    shown: Result = await running.run(Lead.model_validate(demo_lead))
    first = await running.approve(shown)
    mail = next(folder.outbox.folder.glob("*.eml")).read_bytes()
    assert await running.approve(shown) == first
    assert next(folder.outbox.folder.glob("*.eml")).read_bytes() == mail
