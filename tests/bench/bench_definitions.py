"""Checking definitions, right ones and those that are wrong all over, and rendering templates.

python tests/bench/bench_definitions.py

A check runs in a thread of the server while others are answered, so its longest time matters, for wrong ones too.
"""

import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from memory.definitions import Definition
from memory.errors import Mistakes
from nodes.agents.echo import Echo
from nodes.workflow.checking import check_definition
from tests.workflows.definition_strategies import ALL, INPUT, WORKFLOW_ID, definition
from tools.definition_text import read_definition
from tools.templates import Scope, render

ANOTHER = Definition.model_validate(
    {"name": "Another", "steps": [{"step_id": "a", "step_type": "transform", "value": 1}]}
)


def main() -> None:
    for size in (10, 200, 1_000):
        made = definition(size, size, ALL)
        print(f"check {size:>5} random steps   {milliseconds(lambda made=made: check(made)):9.2f} ms")
    text = json.dumps(definition(1_000, 1_000, ALL))
    print(f"read   1000 steps of JSON  {milliseconds(lambda: read_definition(text)):9.2f} ms")
    for name, broken in wrong().items():
        print(f"refuse {name:<20}{milliseconds(lambda broken=broken: check(broken), times=3):9.2f} ms")
    for value in ("no template", "{{input.lead.email}}", "Dear {{input.text | trim}}, {{input.tags | join(', ')}}"):
        spent = milliseconds(lambda value=value: render(value, Scope(input=INPUT)), times=20_000)
        print(f"render {value:<55}{spent * 1000:7.2f} µs")


def check(made: object) -> None:
    with suppress(Mistakes):
        check_definition(made, agents=[Echo()], workflows={WORKFLOW_ID: ANOTHER})


def wrong() -> dict[str, Any]:
    """The largest that is looked at whole, with something wrong in each step."""

    def steps(count: int, **more: Callable[[int], object]) -> dict[str, Any]:
        made = [
            {"step_id": f"s{at}", "step_type": "transform", "value": 1} | {key: of(at) for key, of in more.items()}
            for at in range(count)
        ]
        return {"name": "Wrong", "steps": made}

    return {
        "one ring": steps(1_000, depends_on=lambda at: [f"s{(at + 1) % 1_000}"]),
        "a thick knot": steps(800, depends_on=lambda at: [f"s{(at + by) % 800}" for by in range(1, 30)]),
        "unknown steps": steps(900, depends_on=lambda at: [f"t{by}" for by in range(20)]),
        "unknown references": steps(900, value=lambda at: [f"{{{{steps.t{by}}}}}" for by in range(10)]),
        "50 MB": steps(1, value=lambda at: "x" * 50_000_000),
        "10,000 steps": steps(10_000),
    }


def milliseconds(work: Callable[[], object], times: int = 10) -> float:
    work()
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times * 1000


if __name__ == "__main__":
    main()
