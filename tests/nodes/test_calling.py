"""Calling agents: what goes in and out is checked, failures are bounded, told apart, and measured."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from pydantic import BaseModel

from memory.agents import AgentStanding
from memory.envelopes import Envelope, Sourced
from memory.errors import Invalid, Malformed, Mistakes, NotFound, Refused, Unavailable, ZigralError
from memory.json_values import JsonObject
from memory.logs import get_logger
from nodes.agents.agent import Agent, Capability, Limits, Made, Task
from nodes.agents.calling import Call, LocalCaller
from nodes.agents.echo import Echo
from nodes.agents.faults import AgentCrashed, AgentTimedOut, AgentUnavailable, BadOutput
from nodes.registry import AgentRegistry

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOON = Limits(wait=0, longest_wait=0)


class Greeting(BaseModel, extra="forbid"):
    who: str
    times: int = 1


class Greeted(BaseModel):
    said: str


class Greeter(Agent):
    agent_id = "greeter"
    name = "Greeter"
    capabilities = (Capability("greet", "Greets somebody.", input=Greeting, output=Greeted),)

    async def execute(self, task: Task) -> Made:
        return {"said": "Hello, " + str(task.parameters["who"]) * int(str(task.parameters["times"]))}


class Doing(Agent):
    """Does what it is told, once for each call of it; the last one for ever."""

    def __init__(self, *acts: Callable[[], object], limits: Limits = SOON, agent_id: str = "doing") -> None:
        super().__init__(agent_id, "Doing", ["do"], limits=limits)
        self.acts = list(acts)
        self.calls = 0
        self.begun = asyncio.Event()

    async def execute(self, task: Task) -> Any:
        self.calls += 1
        self.begun.set()
        act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
        made = act()
        return await made if asyncio.iscoroutine(made) else made


def raising(error: BaseException) -> Callable[[], object]:
    def act() -> object:
        raise error

    return act


def down() -> object:
    raise Unavailable("The service is away. Try later.")


def caller(*agents: Agent, **more: Any) -> LocalCaller:
    return LocalCaller(AgentRegistry(agents), clock=lambda: NOON, **more)


async def done(calls: LocalCaller, agent: str | None = "doing", **parameters: Any) -> Envelope:
    return await calls.call(Call("do", parameters, agent=agent, run_id="r1", step_id="s1"))


async def failed(calls: LocalCaller, agent: str | None = "doing", **parameters: Any) -> ZigralError:
    with pytest.raises(ZigralError) as raised:
        await done(calls, agent, **parameters)
    return raised.value


def standing(calls: LocalCaller, agent: str = "doing") -> AgentStanding:
    return calls.standings.of(agent)


async def test_what_an_agent_gives_comes_back_in_an_envelope_with_its_provenance() -> None:
    envelope = await caller(Greeter()).call(Call("greet", {"who": "Ada"}, agent="greeter", run_id="r1"))
    assert envelope.output == {"said": "Hello, Ada"}
    assert envelope.metadata.model_dump(exclude={"version"}) == {
        "agent": "greeter",
        "run_id": "r1",
        "created_at": NOON,
    }
    record = Envelope.validate(envelope).records[0].provenance
    assert (record.source, record.run_id, record.at) == ("agent:greeter", "r1", NOON)


async def test_an_agent_gets_parameters_as_its_model_takes_them() -> None:
    envelope = await caller(Greeter()).call(Call("greet", {"who": "Ada", "times": "2"}))
    assert envelope.output == {"said": "Hello, AdaAda"}


@pytest.mark.parametrize(
    ("parameters", "path", "words"),
    [
        ({}, "parameters.who", "It is missing. greet takes who, times."),
        ({"who": 3}, "parameters.who", "Input should be a valid string."),
        ({"who": "Ada", "whom": "Bob"}, "parameters.whom", "There is no such parameter. greet takes who, times."),
        ({"who": "Ada", "times": [1]}, "parameters.times", "Input should be a valid integer."),
    ],
    ids=["missing", "type", "extra", "list"],
)
async def test_wrong_parameters_are_told_with_their_path_and_what_would_be_right(
    parameters: JsonObject, path: str, words: str
) -> None:
    with pytest.raises(Mistakes) as raised:
        await caller(Greeter()).call(Call("greet", parameters, agent="greeter"))
    assert [(one.path, one.message) for one in raised.value.mistakes] == [(path, words)]


async def test_all_wrong_parameters_are_told_at_once() -> None:
    with pytest.raises(Mistakes) as raised:
        await caller(Greeter()).call(Call("greet", {"times": "x", "b": 1}))
    assert {one.path for one in raised.value.mistakes} == {"parameters.who", "parameters.times", "parameters.b"}


async def test_an_unknown_agent_and_an_unknown_capability_name_what_there_is() -> None:
    calls = caller(Greeter(), Echo())
    with pytest.raises(NotFound, match="Did you mean greeter"):
        await calls.call(Call("greet", {}, agent="greter"))
    with pytest.raises(NotFound, match="The agent echo cannot 'greet'"):
        await calls.call(Call("greet", {}, agent="echo"))
    with pytest.raises(NotFound, match="Did you mean greet"):
        await calls.call(Call("greets", {}))


async def test_what_is_unavailable_for_a_moment_is_tried_again() -> None:
    agent = Doing(down, down, lambda: {"ok": True})
    assert (await done(caller(agent))).output == {"ok": True}
    assert agent.calls == 3


async def test_attempts_end_and_the_error_names_the_agent() -> None:
    agent = Doing(down)
    error = await failed(caller(agent))
    assert isinstance(error, AgentUnavailable)
    assert "doing" in str(error)
    assert "The service is away" in str(error)
    assert "asked for by name" in str(error)
    assert agent.calls == SOON.attempts


@pytest.mark.parametrize(
    "error", [Refused("No."), Invalid("Wrong."), NotFound("None."), Malformed("Odd.")], ids=repr
)
async def test_errors_about_what_was_asked_pass_through_untried_and_uncounted(error: ZigralError) -> None:
    agent = Doing(raising(error))
    calls = caller(agent)
    assert await failed(calls) is error
    assert agent.calls == 1
    assert standing(calls).calls == standing(calls).load == 0


async def test_a_slow_attempt_is_cut_and_tried_again() -> None:
    agent = Doing(lambda: asyncio.sleep(60), lambda: {"ok": True}, limits=Limits(timeout=0.01, wait=0))
    assert (await done(caller(agent))).output == {"ok": True}


async def test_an_agent_that_is_always_slow_says_so() -> None:
    agent = Doing(lambda: asyncio.sleep(60), limits=Limits(timeout=0.01, attempts=2, wait=0))
    calls = caller(agent)
    assert "did not end within 0.01 seconds" in str(await failed(calls))
    assert isinstance((await failed(calls)), AgentUnavailable)
    assert agent.calls == 4
    assert standing(calls).failures == 2


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (KeyError("hunter2-secret"), "KeyError"),
        (SystemExit("hunter2-secret"), "SystemExit"),
        (asyncio.CancelledError("hunter2-secret"), "CancelledError"),
        (KeyboardInterrupt("hunter2-secret"), "KeyboardInterrupt"),
        (GeneratorExit("hunter2-secret"), "GeneratorExit"),
        (BaseException("hunter2-secret"), "BaseException"),
        (RecursionError("hunter2-secret"), "RecursionError"),
    ],
    ids=["key", "exit", "cancelled", "interrupted", "closed", "base", "recursion"],
)
async def test_an_unforeseen_error_names_the_agent_and_its_type_and_repeats_nothing(
    error: BaseException, kind: str
) -> None:
    written = StringIO()
    sink = get_logger("test").add(written, format="{message}", level="ERROR")
    calls = caller(Doing(raising(error)))
    told = await failed(calls, password="hunter2-secret")
    get_logger("test").remove(sink)
    assert isinstance(told, AgentCrashed)
    assert (told.kind, "doing" in str(told)) == (kind, True)
    assert "in execute" in written.getvalue()
    assert kind in written.getvalue()
    assert "hunter2" not in f"{told}{told.__cause__}{written.getvalue()}{standing(calls).last_error}"


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        (None, "NoneType"),
        ("text", "str"),
        ([{"a": 1}, 3], r"records\[1\] is of the type int"),
        ({"a": float("nan")}, r"records\[0\].a"),
        ({"a": object()}, "not JSON"),
        (Sourced({"a": 1}, ""), "provenance"),
        ({"a": "\ud800"}, "surrogate|not JSON"),
        ([{"a": "x" * 5_000_000}] * 2, "larger than 8 MB"),
        ([{}] * 10_001, "more than 10,000 records"),
    ],
    ids=["none", "text", "number", "nan", "object", "no source", "surrogate", "large", "many"],
)
async def test_nonsense_is_refused_with_its_place(made: object, fault: str) -> None:
    with pytest.raises(BadOutput, match=fault):
        await done(caller(Doing(lambda: made)))


async def test_an_output_that_its_model_does_not_take_is_refused() -> None:
    class Odd(Greeter):
        async def execute(self, task: Task) -> Made:
            return {"said": 3}

    with pytest.raises(BadOutput, match=r"records\[0\].said"):
        await caller(Odd()).call(Call("greet", {"who": "Ada"}))


async def test_a_changed_record_in_an_agents_own_envelope_is_refused() -> None:
    made = Envelope.from_records([{"n": {"a": 1}}], agent="doing", run_id="r1", at=NOON)
    made.records[0].data["n"] = 2
    with pytest.raises(BadOutput, match="provenance"):
        await done(caller(Doing(lambda: made)))


async def test_models_dates_and_sources_are_taken_as_they_are_meant() -> None:
    made: Sequence[object] = [Greeted(said="x"), {"at": NOON}, Sourced({"b": 1}, "https://acme.example/")]
    envelope = await done(caller(Doing(lambda: made)))
    assert envelope.output == [{"said": "x"}, {"at": "2026-03-01T12:00:00Z"}, {"b": 1}]
    assert envelope.records[2].provenance.source == "https://acme.example/"


async def test_what_an_agent_changes_afterwards_does_not_change_what_it_gave() -> None:
    made = {"a": [1]}
    envelope = await done(caller(Doing(lambda: made)))
    made["a"].append(2)
    assert Envelope.validate(envelope).output == {"a": [1]}


async def test_no_more_calls_of_an_agent_run_at_a_time_than_it_allows() -> None:
    running, most = 0, 0

    async def work() -> object:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        running -= 1
        return {}

    calls = caller(Doing(work, limits=Limits(concurrency=3)))
    await asyncio.gather(*(done(calls) for _ in range(20)))
    assert most == 3


async def test_a_cancelled_call_ends_at_once_and_counts_for_nothing() -> None:
    agent = Doing(lambda: asyncio.sleep(60))
    calls = caller(agent)
    task = asyncio.create_task(done(calls))
    await agent.begun.wait()
    assert standing(calls).load == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert agent.calls == 1
    assert (standing(calls).load, standing(calls).calls, standing(calls).failures) == (0, 0, 0)


async def test_an_agent_that_holds_on_to_its_work_holds_up_nobody() -> None:
    gate = asyncio.Event()

    async def stubborn() -> object:
        while not gate.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await gate.wait()
        return {"still": "here"}

    calls = caller(Doing(stubborn, limits=Limits(timeout=0.01, attempts=1)))
    assert "did not end within" in str(await failed(calls))
    gate.set()
    assert (standing(calls).load, standing(calls).failures) == (0, 1)


async def test_an_agent_may_tidy_up_when_it_is_cancelled() -> None:
    tidy = []

    async def careful() -> object:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            tidy.append("up")

    agent = Doing(careful)
    task = asyncio.create_task(done(caller(agent)))
    await agent.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert tidy == ["up"]


async def test_errors_of_tasks_of_the_agents_own_are_told_as_it_would_tell_them() -> None:
    async def group(*errors: Exception) -> object:
        async with asyncio.TaskGroup() as tasks:
            for error in errors:
                tasks.create_task(Doing(raising(error)).execute(Task("do", {})))
        return {}

    assert "No." in str(await failed(caller(Doing(lambda: group(Refused("No."), Refused("No."))))))
    error = await failed(caller(Doing(lambda: group(Refused("No."), KeyError("x")))))
    assert isinstance(error, AgentCrashed)
    again = Doing(lambda: group(Unavailable("Away.")), lambda: {"ok": True})
    assert (await done(caller(again))).output == {"ok": True}


async def test_a_timeout_of_the_agents_own_is_tried_again() -> None:
    agent = Doing(raising(TimeoutError()), lambda: {"ok": True})
    assert (await done(caller(agent))).output == {"ok": True}


class Hours:
    """A monotonic clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


BRITTLE = Limits(attempts=1, breaker_failures=3, breaker_seconds=30)


async def test_an_agent_that_keeps_failing_is_spared_and_then_tried_once() -> None:
    hours, agent = Hours(), Doing(down, limits=BRITTLE)
    calls = caller(agent, monotonic=hours)
    for _ in range(3):
        await failed(calls)
    assert "failed 3 times in a row and is spared for now. Try again in 30 s." in str(await failed(calls))
    assert agent.calls == 3
    hours.now = 31
    await failed(calls)
    assert agent.calls == 4
    assert "is spared" in str(await failed(calls))
    hours.now = 62
    agent.acts = [lambda: {"ok": True}]
    await done(calls)
    await done(calls)
    assert agent.calls == 6


async def test_one_call_alone_tries_an_agent_that_was_spared() -> None:
    hours, agent = Hours(), Doing(down, limits=BRITTLE)
    calls = caller(agent, monotonic=hours)
    for _ in range(3):
        await failed(calls)
    hours.now, gate = 31, asyncio.Event()

    async def wait() -> object:
        await gate.wait()
        return {}

    agent.acts = [wait]
    agent.begun.clear()
    trying = asyncio.create_task(done(calls))
    await agent.begun.wait()
    assert "is spared" in str(await failed(calls))
    gate.set()
    await trying
    await done(calls)


async def test_a_cancelled_trial_leaves_the_next_call_to_try_alone() -> None:
    hours, agent, gate = Hours(), Doing(down, limits=BRITTLE), asyncio.Event()
    calls = caller(agent, monotonic=hours)
    for _ in range(3):
        await failed(calls)
    hours.now = 31

    async def wait() -> object:
        await gate.wait()
        return {}

    agent.acts = [wait]
    for is_cancelled in (True, False):
        agent.begun.clear()
        trying = asyncio.create_task(done(calls))
        await agent.begun.wait()
        assert "is spared" in str(await failed(calls))
        if is_cancelled:
            trying.cancel()
            await asyncio.gather(trying, return_exceptions=True)
    gate.set()
    await trying
    await done(calls)


async def test_the_next_best_is_asked_where_the_best_is_unavailable_or_spared() -> None:
    first = Doing(down, agent_id="first", limits=BRITTLE)
    second = Doing(lambda: {}, agent_id="second")
    calls = caller(first, second)
    for _ in range(6):
        assert (await done(calls, None)).metadata.agent == "second"
    assert first.calls <= 3


async def test_where_nobody_manages_the_error_says_what_each_said() -> None:
    calls = caller(Doing(down, agent_id="first"), Doing(down, agent_id="second"))
    error = await failed(calls, None)
    assert isinstance(error, Unavailable)
    assert "None of 2 agents managed do." in str(error)
    assert "The agent first is unavailable" in str(error)
    assert "by name" not in str(error)


async def test_an_agent_that_does_not_take_the_parameters_is_passed_over() -> None:
    class Plain(Agent):
        agent_id = "plain"
        capabilities = ("greet",)

        async def execute(self, task: Task) -> Made:
            return task.parameters

    envelope = await caller(Greeter(), Plain()).call(Call("greet", {"name": "Ada"}))
    assert envelope.metadata.agent == "plain"


async def test_success_failure_and_time_are_measured() -> None:
    hours = Hours()

    def slowly() -> object:
        hours.now += 2
        return {}

    calls = caller(Doing(slowly, raising(Unavailable("Away.")), limits=BRITTLE), monotonic=hours)
    await done(calls)
    await failed(calls)
    seen = standing(calls)
    assert (seen.calls, seen.failures, seen.load, seen.seconds) == (2, 1, 0, 2.0)
    assert seen.last_error == "The agent doing is unavailable: Away."
    assert seen.success == pytest.approx(0.5, abs=0.01)


async def test_secrets_do_not_stand_in_what_is_kept_of_an_error() -> None:
    calls = caller(Doing(raising(Unavailable("redis://:hunter2@db refused sk-abcdefghijklmnop."))))
    await failed(calls)
    assert "hunter2" not in str(standing(calls).last_error)
    assert "sk-abc" not in str(standing(calls).last_error)


async def test_one_caller_serves_several_event_loops() -> None:
    calls = caller(Doing(lambda: asyncio.sleep(0, {}), limits=Limits(concurrency=1)))

    async def several() -> None:
        await asyncio.gather(*(done(calls) for _ in range(5)))

    await several()
    await asyncio.to_thread(lambda: asyncio.run(several()))


def test_a_timeout_is_unavailable() -> None:
    assert issubclass(AgentTimedOut, Unavailable)
