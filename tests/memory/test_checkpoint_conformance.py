"""LangGraph's own suite for checkpointers, the optional capabilities included."""

from collections.abc import AsyncIterator

from langgraph.checkpoint.conformance import checkpointer_test
from langgraph.checkpoint.conformance.validate import validate

from memory.checkpoints import RedisSaver, open_checkpointer


async def test_every_case_of_langgraph_s_suite_passes(redis_url: str) -> None:
    @checkpointer_test(name="zigral")
    async def subject() -> AsyncIterator[RedisSaver]:
        async with open_checkpointer(redis_url) as saver:
            yield saver

    results = (await validate(subject)).results
    assert [failure for result in results.values() for failure in result.failures] == []
    assert [name for name, result in results.items() if not result.detected] == []
    assert sum(result.tests_passed for result in results.values()) >= 81
