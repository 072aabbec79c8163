"""`docs/workflows.md` is true: every example is checked and run, every filter and limit is the code's."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from graphs.workflow import workflow
from memory import definitions
from memory.definitions import Definition, Operator
from memory.errors import Mistakes
from memory.step_records import MemoryStepLog
from nodes.agents.calling import LocalCaller
from nodes.agents.echo import Echo
from nodes.registry import AgentRegistry
from nodes.workflow import budget
from nodes.workflow.builder import Steps
from nodes.workflow.checking import bounds, check, check_definition, choices, subworkflows
from nodes.workflow.checking.details import names_of
from nodes.workflow.checking.shapes import STEPS
from tests.graphs.workflows.trial import Calls, Time
from tools import conditions, definition_text
from tools.conditions import holds
from tools.definition_text import read_definition
from tools.templates import Scope, dates, filters, parsing, render, rendering, text_filters, wanted

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "workflows.md").read_text(encoding="utf-8")
ANOTHER = Definition.model_validate(
    {"name": "Another", "steps": [{"step_id": "card", "step_type": "transform", "value": "{{input.name | upper}}"}]}
)


def section(heading: str) -> str:
    marks = heading.partition(" ")[0]
    found = re.search(rf"^{re.escape(heading)}$(.*?)(?=^#{{1,{len(marks)}}} |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"the page has no {heading}"
    return found[1]


def blocks(language: str, text: str = PAGE) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def examples() -> Iterator[Any]:
    """Definitions with the input and the output that stand below them."""
    for text, told in re.findall(r"^```yaml\n(.*?)^```\n```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE):
        made, example = read_definition(text), json.loads(told)
        assert isinstance(made, dict)
        yield pytest.param(made, example, id=str(made["name"]))


def checked(made: object) -> Definition:
    return check_definition(made, agents=[Echo()], workflows={"another": ANOTHER})


EXAMPLES = list(examples())


def test_every_definition_on_the_page_but_the_wrong_one_has_its_outcome() -> None:
    assert len(EXAMPLES) == len(blocks("yaml")) - 1 >= len(STEPS)


@pytest.mark.parametrize(("made", "example"), EXAMPLES)
async def test_an_example_comes_to_what_stands_below_it(made: object, example: dict[str, Any]) -> None:
    time = Time()
    graph = workflow(
        checked(made),
        agents=LocalCaller(AgentRegistry([Echo()])),
        calls=Calls(),
        log=MemoryStepLog(),
        clock=time,
        sleep=time.sleep,
        subworkflows={"another": ANOTHER},
    ).compile(InMemorySaver())
    config: Any = {"configurable": {"thread_id": "one"}}
    ended = await graph.ainvoke({"input": example["input"]}, config)
    if "answer" in example:
        ended = await graph.ainvoke(Command(resume=example["answer"]), config)
    assert ended["output"] == example["output"]


def test_every_step_type_has_an_example_and_tells_all_its_keys() -> None:
    for name, model in STEPS.items():
        text = section(f"### `{name}`")
        assert blocks("yaml", text)
        own = set(names_of(model)) - set(names_of(definitions.StepBase)) - {"step_type"}
        assert {key for key in own if not re.search(rf"\b{key}\b", text)} == set()


def test_every_key_that_all_steps_have_is_told() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", section("## The definition"), re.MULTILINE))
    assert told == {*names_of(Definition), *names_of(definitions.StepBase)} | {"step_type"}


def rows(heading: str) -> list[list[str]]:
    lines = [line for line in section(heading).splitlines() if line.startswith("| ") and "`" in line]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def code(cell: str) -> str:
    found = re.match(r"`(.*?)`(?!`)", cell)
    assert found, cell
    return found[1]


FILTERS = [row for row in rows("## Templates") if len(row) == 3]
INPUT = json.loads(blocks("json", section("## Templates"))[0])


def test_every_filter_is_told() -> None:
    told = {re.sub(r"\(.*", "", name) for row in FILTERS for name in re.findall(r"`([^`]+)`", row[0])}
    assert told == set(filters.FILTERS)


@pytest.mark.parametrize("row", FILTERS, ids=lambda row: code(row[1]))
def test_a_filter_comes_to_what_the_table_says(row: list[str]) -> None:
    assert render(code(row[1]), Scope(input=INPUT)) == json.loads(code(row[2]))


def test_every_part_of_a_date_is_told() -> None:
    told = re.search(r"A date has `(.*?)`", section("## Templates"))
    assert told
    assert set(told[1].split()) == {f"%{one}" for one in dates.WRITES}


CONDITIONS = [code(row[0]) for row in rows("## Conditions")]


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_condition_of_the_table_holds(text: str) -> None:
    made = {
        "name": "x",
        "steps": [{"step_id": "a", "step_type": "transform", "value": 1, "when": json.loads(text)}],
    }
    condition = checked(made).steps[0].when
    assert condition is not None
    assert holds(condition, Scope(input=INPUT))


def test_every_operator_is_told() -> None:
    assert {op for op in get_args(Operator) if not re.search(rf"[\"`]{op}[\"`]", section("## Conditions"))} == set()


def test_what_is_wrong_is_told_as_on_the_page() -> None:
    text = section("## What is wrong, and where")
    with pytest.raises(Mistakes) as caught:
        checked(read_definition(blocks("yaml", text)[0]))
    told = [f"{mistake.path}: {mistake.message}" for mistake in caught.value.mistakes]
    assert told == blocks("text", text)[0].splitlines()


@pytest.mark.parametrize(
    "limit",
    sorted(
        {
            *(definitions.MOST_STEPS, definitions.LARGEST, definition_text.LARGEST_TEXT),
            *(
                bounds.DEEPEST,
                bounds.DEEPEST_STEPS,
                definitions.MOST_ITERATIONS,
                subworkflows.MOST_ROUNDS,
                budget.MOST,
            ),
            *(int(definitions.MOST_SECONDS), choices.LONGEST_WAIT),
            *(parsing.LONGEST_TEMPLATE, parsing.MOST_EXPRESSIONS, parsing.MOST_FILTERS, parsing.MOST_KEYS),
            *(rendering.LARGEST_VALUE, wanted.LARGEST_TEXT, text_filters.MOST_ITEMS, conditions.LONGEST_PATTERN),
            check.MOST_TOLD,
        }
    ),
)
def test_every_limit_is_told(limit: int) -> None:
    assert re.search(rf"(?<![\d,]){limit:,}(?![\d,])", section("## Limits"))


def test_the_python_on_the_page_runs_and_names_every_method() -> None:
    text = section("## In Python")
    made: dict[str, Any] = {}
    exec(blocks("python", text)[0], made)
    assert check_definition(made["definition"], agents=None).name == "Lead Processing"
    methods = {name for name, value in vars(Steps).items() if callable(value) and not name.startswith("_")}
    assert methods - {"as_list"} <= set(re.findall(r"`(\w+)`", text))


def test_the_program_on_the_page_prints_what_it_says(short_folder: Path) -> None:
    text = section("## In Python")
    program = short_folder / "program.py"
    program.write_text("".join(blocks("python", text)), encoding="utf-8")
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("ZIGRAL_", "REDIS_", "OPENAI_"))
    }
    ran = subprocess.run(
        [sys.executable, program],
        cwd=short_folder,
        env={**environ, "PYTHONPATH": str(ROOT), "ZIGRAL_DATA": str(short_folder / "data")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ran.returncode, f"It prints `{ran.stdout.strip()}`" in text) == (0, True), ran.stderr
