"""How many commands the offline planner gives the right agents, how many others it refuses, and how fast.

    python tests/bench/bench_planner.py [data_full.json of CLINC150]

`shared` are `shared/data`'s commands; `seen` are those that the rules were tuned on and the likeness was learnt
from, so that their figure is the best case; `unseen` are those that nobody looked at while the rules were written.
"""

import asyncio
import json
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
COMMANDS = ROOT / "tests" / "tools" / "offline" / "commands"
sys.path.insert(0, str(ROOT))

from tools.embedding import MiniLM  # noqa: E402
from tools.offline.plan import OfflinePlanner  # noqa: E402
from tools.offline.plan_likeness import Likeness  # noqa: E402
from tools.planning import ActionOffer, OutOfScope, PlanBrief  # noqa: E402

ACTIONS = {
    "research": ("enrich_lead", "read_company", "find_news"),
    "sales": ("qualify_lead", "score"),
    "copywriter": ("draft_email", "reply"),
    "recall": ("search", "history"),
    "records": ("read", "write", "list", "note"),
    "analyst": ("ask",),
}
OFFERS = tuple(ActionOffer(agent, action, "") for agent, actions in ACTIONS.items() for action in actions)


@dataclass(frozen=True)
class Commands:
    """Commands with the kinds that a plan may have, and sentences that must be refused."""

    name: str
    ours: Sequence[tuple[str, Sequence[str]]]
    others: Sequence[str]


def shared() -> Commands:
    """The 40 and the 50 of `shared/data`."""
    ours, others = (
        [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]
        for name in ("commands.jsonl", "commands_out_of_scope.jsonl")
    )
    return Commands("shared", [(one["text"], [one["objective"]]) for one in ours], [one["text"] for one in others])


def of_the_tests(name: str) -> Commands:
    """Our own."""
    table = tomllib.loads((COMMANDS / f"{name}.toml").read_text(encoding="utf-8"))
    ours: list[tuple[str, Sequence[str]]] = []
    for kind, texts in table["in_scope"].items():
        for text in texts:
            parts, _, rest = text.partition(": ")
            ours.append((rest, [parts.rsplit(" > ", 1)[1]]) if rest and " > " in parts else (text, [kind]))
    return Commands(name, ours, [text for texts in table["out_of_scope"].values() for text in texts])


def of_clinc(path: Path) -> Commands:
    """CLINC150's sentences of the test sets, none of which is ours."""
    sets = json.loads(path.read_text(encoding="utf-8"))
    return Commands("clinc150", [], [text for name in ("test", "oos_test") for text, _ in sets[name]])


async def kind(planner: OfflinePlanner, command: str) -> str:
    """The plan's kind, "none" where there is no plan."""
    planned = await planner.plan(PlanBrief(command, OFFERS))
    return "none" if isinstance(planned, OutOfScope) else planned.kind


async def measure(planner: OfflinePlanner, commands: Commands) -> str:
    """A line of figures, and the kinds that were mistaken for others."""
    found = [(await kind(planner, command), wanted[0]) for command, wanted in commands.ours]
    right = sum(got == wanted for got, wanted in found)
    refused = sum([await kind(planner, command) == "none" for command in commands.others])
    wrong = Counter(f"{wanted} as {got}" for got, wanted in found if got != wanted)
    return (
        f"{commands.name:9} planned right {right}/{len(found)} ({share(right, len(found))})"
        f"  refused {refused}/{len(commands.others)} ({share(refused, len(commands.others))})"
        f"  {', '.join(f'{what} {n}' for what, n in wrong.most_common(5))}\n"
    )


def share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


async def milliseconds(planner: OfflinePlanner, commands: Commands) -> float:
    """Of one command, once all that is loaded is loaded."""
    sentences = [*(command for command, _ in commands.ours), *commands.others]
    await kind(planner, sentences[0])
    started = time.perf_counter()
    for sentence in sentences:
        await kind(planner, sentence)
    return 1000 * (time.perf_counter() - started) / len(sentences)


async def main(arguments: Sequence[str]) -> None:
    sets = [of_the_tests("seen"), of_the_tests("unseen")]
    if (DATA / "commands.jsonl").exists():
        sets.insert(0, shared())
    sets += [of_clinc(Path(path)) for path in arguments]
    for name, planner in (
        ("words", OfflinePlanner()),
        ("words and likeness", OfflinePlanner(Likeness(MiniLM()))),
    ):
        sys.stdout.write(f"{name}: {await milliseconds(planner, sets[0]):.1f} ms a command\n")
        for commands in sets:
            sys.stdout.write(f"  {await measure(planner, commands)}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
