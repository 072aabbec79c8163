"""Asking a model: modes of the endpoint, waiting, kept answers, budgets."""

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis

from memory.answers import RedisAnswers
from memory.spending import Spending, Usage
from tools.openai import faults
from tools.openai.budget import Budget, Limits, Price
from tools.openai.chat import Chat
from tools.openai.model import Model
from tools.openai.patience import Patience
from tools.openai.probe import probe
from tools.openai.prompt import Prompt
from tools.openai.shapes import Shape, Words


class Ready(Shape):
    """A short answer."""

    word: Words


PROMPT = Prompt("probe", {})
GOOD = '{"word": "ready"}'


async def ask(model: Any, lead_id: str = "l1") -> Ready:
    answer = await model.ask(PROMPT, Ready, lead_id=lead_id)
    assert isinstance(answer, Ready)
    return answer


def without(kit: Any, *kinds: str) -> Any:
    """An endpoint that rejects these response formats."""

    def respond(request: dict[str, Any]) -> object:
        kind = (request.get("response_format") or {}).get("type", "text")
        return kit.error(400, f"response_format {kind} is not supported") if kind in kinds else kit.completion(GOOD)

    return respond


async def test_the_schema_that_is_sent_is_strict_and_every_field_is_required(kit: Any) -> None:
    await ask(kit.model())
    (request,) = kit.fake.requests
    sent = request["response_format"]["json_schema"]
    assert sent["strict"]
    assert sent["schema"]["required"] == ["word"]
    assert sent["schema"]["additionalProperties"] is False
    assert "max_completion_tokens" in request


MODES = [((), "json_schema"), (("json_schema",), "json_object"), (("json_schema", "json_object"), "text")]


@pytest.mark.parametrize(("kinds", "mode"), MODES)
async def test_an_endpoint_is_asked_in_the_strictest_mode_that_it_knows_which_is_found_out_once(
    kit: Any, kinds: tuple[str, ...], mode: str
) -> None:
    kit.fake.answers = without(kit, *kinds)
    model = kit.model()
    await ask(model)
    await ask(model)
    assert model.mode == mode
    assert len(kit.fake.requests) == len(kinds) + 2
    assert ("JSON schema" in kit.fake.requests[-1]["messages"][0]["content"]) is (mode != "json_schema")


@pytest.mark.parametrize(("kinds", "mode"), MODES)
async def test_a_probe_says_how_the_endpoint_takes_a_shape(kit: Any, kinds: tuple[str, ...], mode: str) -> None:
    kit.fake.answers = without(kit, *kinds)
    report = await probe(kit.access())
    assert (report.reachable, report.mode) == (True, mode)
    assert kit.KEY not in report.message


async def test_a_probe_says_at_once_why_nothing_answers(kit: Any) -> None:
    kit.fake.script(kit.error(401))
    wrong_key = await probe(kit.access())
    nobody = await probe(kit.access(base_url="http://127.0.0.1:1/v1"))
    assert (wrong_key.reachable, nobody.reachable) == (False, False)
    assert "OPENAI_API_KEY" in wrong_key.message
    assert "OPENAI_BASE_URL" in nobody.message


async def test_a_model_that_fails_in_turns_delays_the_question_and_does_not_fail_it(kit: Any) -> None:
    failing = [kit.error(429, **{"Retry-After": "0"}), kit.error(500), kit.Answer(drop=True)] * 4
    kit.fake.script(*failing, kit.completion(GOOD))
    model = kit.model(patience=Patience(seconds=60, first_wait=0.001, longest_wait=0.01, open_for=0.02))
    answers = await asyncio.gather(*(ask(model, f"l{n}") for n in range(4)))
    assert {answer.word for answer in answers} == {"ready"}


class Cold(Chat):
    """A client that takes its time to be made, as on a busy machine; once."""

    async def load(self) -> None:
        if "_model" not in self.__dict__:
            await super().load()
            await asyncio.sleep(1.6)


async def test_the_time_that_our_client_takes_to_start_is_no_outage_of_the_endpoint(kit: Any) -> None:
    kit.fake.script(kit.error(500), kit.completion(GOOD))
    patience = Patience(seconds=1.5, first_wait=0.001, longest_wait=0.01)
    model = Model(Cold(kit.access()), Budget(Spending(), Limits(), None), patience)
    assert (await ask(model)).word == "ready"


async def test_an_endpoint_that_keeps_failing_is_spared_while_the_breaker_is_open(kit: Any) -> None:
    kit.fake.script(kit.error(500))
    model = kit.model(patience=Patience(seconds=1.5, first_wait=0.001, longest_wait=0.002, open_for=60))
    results = await asyncio.gather(*(ask(model) for _ in range(6)), return_exceptions=True)
    assert {type(result) for result in results} == {faults.ModelDown}
    assert len(kit.fake.requests) < 20


async def test_one_question_that_nobody_can_answer_does_not_count_as_a_model_that_is_down(kit: Any) -> None:
    model = kit.model(patience=Patience(seconds=0.5, first_wait=0.001, longest_wait=0.01, open_for=0.01))

    async def others() -> None:
        while True:
            model.patience._answered_at = asyncio.get_running_loop().time()
            await asyncio.sleep(0.05)

    kit.fake.script(kit.error(500))
    busy = asyncio.create_task(others())
    with pytest.raises(faults.ServerFailed):
        await ask(model)
    busy.cancel()


async def test_the_same_question_is_paid_for_once(kit: Any, redis_client: Redis) -> None:
    spending = Spending()
    model = kit.model(answers=RedisAnswers(redis_client), spending=spending)
    assert await ask(model) == await ask(model) == await ask(kit.model(answers=RedisAnswers(redis_client)))
    assert len(kit.fake.requests) == 1
    assert spending.total == Usage(100, 20)


async def test_a_bad_answer_is_not_kept_and_a_kept_one_is_checked_again(kit: Any, redis_client: Redis) -> None:
    answers = RedisAnswers(redis_client)
    kit.fake.script(kit.completion("no"))
    with pytest.raises(faults.InvalidJson):
        await ask(kit.model(answers=answers))
    assert [key async for key in redis_client.scan_iter("zigral:answer:*")] == []
    kit.fake.script(kit.completion(GOOD))
    await ask(kit.model(answers=answers))
    (key,) = [key async for key in redis_client.scan_iter("zigral:answer:*")]
    assert 0 < await redis_client.ttl(key) <= 30 * 86_400
    await redis_client.set(key, '{"word": 1}')
    assert (await ask(kit.model(answers=answers))).word == "ready"


async def test_answers_about_somebody_can_be_forgotten(redis_client: Redis) -> None:
    answers = RedisAnswers(redis_client)
    for about in ("ada", "a*", "*"):
        await answers.put(about, "k", "text")
    assert await answers.forget("*") == 1
    assert await answers.get("*", "k") is None
    assert await answers.get("ada", "k") == "text"


async def test_tokens_and_money_are_counted_for_each_lead_bad_answers_too(kit: Any, tmp_path: Any) -> None:
    spending = Spending(tmp_path / "costs.jsonl")
    kit.fake.script(kit.completion("no"), kit.completion(GOOD))
    await ask(kit.model(spending=spending, price=Price(10, 100)))
    assert spending.of("l1") == Usage(200, 40, 0.006)
    assert Spending.read(tmp_path / "costs.jsonl").of("l1") == spending.of("l1")


@pytest.mark.parametrize("name", ["length", "content_filter"])
async def test_an_answer_that_was_cut_off_was_paid_for(kit: Any, name: str) -> None:
    spending = Spending()
    kit.fake.script(kit.completion("{", finish=name))
    with pytest.raises((faults.CutOff, faults.AnswerRefused)):
        await ask(kit.model(spending=spending))
    assert spending.total == Usage(100, 20)


async def test_where_an_endpoint_counts_nothing_the_tokens_are_estimated(kit: Any) -> None:
    spending = Spending()
    kit.fake.script(kit.completion(GOOD, counts=False))
    await ask(kit.model(spending=spending))
    assert spending.total.input_tokens > 100


def test_a_torn_line_of_costs_is_passed_over(tmp_path: Any) -> None:
    path = tmp_path / "costs.jsonl"
    whole = '{"lead_id": "l1", "input_tokens": 5, "output_tokens": 1, "usd": 0.0}\n'
    path.write_text(f"{whole}nonsense\n[]\n{whole}" + whole[:20])
    assert Spending.read(path).total == Usage(10, 2)


@pytest.mark.parametrize(
    ("limits", "fault", "setting"),
    [
        (Limits(lead_tokens=500), faults.LeadBudgetSpent, "ZIGRAL_LEAD_TOKENS"),
        (Limits(run_tokens=500), faults.RunBudgetSpent, "ZIGRAL_RUN_TOKENS"),
        (Limits(lead_usd=0.01), faults.LeadBudgetSpent, "ZIGRAL_LEAD_USD"),
        (Limits(run_usd=0.01), faults.RunBudgetSpent, "ZIGRAL_RUN_USD"),
    ],
)
async def test_nothing_is_asked_beyond_a_budget(
    kit: Any, limits: Limits, fault: type[Exception], setting: str
) -> None:
    model = kit.model(limits=limits, price=Price(10, 100), spending=Spending(kit.folder / "costs.jsonl"))
    with pytest.raises(fault, match=setting):
        for _ in range(20):
            await ask(model)
    assert 0 < len(kit.fake.requests) < 5


async def test_what_one_lead_has_spent_is_no_other_leads_loss(kit: Any) -> None:
    spending = Spending(kit.folder / "costs.jsonl")
    model = kit.model(limits=Limits(lead_tokens=500), spending=spending)
    await spending.add("l1", Usage(500, 0))
    assert (await ask(model, "l2")).word == "ready"


async def test_what_is_spent_outside_of_a_folder_is_forgotten_after_a_while(kit: Any) -> None:
    limits = Limits(run_tokens=300)
    model = kit.model(limits=limits, spending=Spending())
    with pytest.raises(faults.RunBudgetSpent):
        for _ in range(5):
            await ask(model)
    forgetful = kit.model(limits=limits, spending=Spending(seconds=0.0))
    for _ in range(5):
        assert (await ask(forgetful)).word == "ready"
