"""`docs/formats.md` says what the code does: its names are the code's, and its examples are run."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.testing import CliRunner

from graphs.outreach import OutreachInput
from memory import profile, records
from memory.snapshots import Snapshots
from nodes.approve import Approve, ApproveView
from server.cli import app
from server.leads_csv import HEADER
from server.settings import VARIABLES
from tools.lead_headers import FIELDS, understand
from tools.profile_files import load_icp, load_offer
from tools.proof import prove, snapshot_texts
from tools.rules import parse_rule

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
SNAKE = re.compile(r"[a-z]+(?:_[a-z]+)+")
LONGEST = 540  # lines


def blocks(language: str, text: str = PAGE) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def section(heading: str) -> str:
    """What stands under a heading, its own subheadings included."""
    marks = heading.partition(" ")[0]
    found = re.search(rf"^{re.escape(heading)}$(.*?)(?=^#{{1,{len(marks)}}} |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"the page has no {heading}"
    return found[1]


def said(text: str) -> set[str]:
    """Every word that stands in backticks."""
    quoted = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE))
    return {word for part in quoted for word in (part, *part.split())}


def snake_names(path: Path) -> Iterator[str]:
    """The names that the module spells out as text, but not what it exports."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if not (isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__"):
            for node in ast.walk(statement):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and SNAKE.fullmatch(node.value):
                    yield node.value


def keys_of(table: dict[str, object]) -> Iterator[str]:
    for key, value in table.items():
        yield key
        if isinstance(value, dict):
            yield from keys_of(value)


def proof_codes() -> set[str]:
    rooms = ROOT / "tools" / "proof"
    words = {key for f in rooms.rglob("*.toml") for key in keys_of(tomllib.loads(f.read_text(encoding="utf-8")))}
    found = {name for path in rooms.glob("*.py") for name in snake_names(path)}
    return (found - words - set(records.Lead.model_fields)) | {"malformed"}


def commands(group: TyperGroup, name: str = "zigral") -> Iterator[tuple[str, TyperCommand]]:
    for word, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{name} {word}")
        elif isinstance(command, TyperCommand):
            yield f"{name} {word}", command


def options(command: TyperCommand) -> set[str]:
    return {option for part in command.params if isinstance(part, TyperOption) for option in part.opts}


CLI = typer.main.get_command(app)
assert isinstance(CLI, TyperGroup)
COMMANDS = dict(commands(CLI))


def test_every_code_of_the_proof_check_is_explained_and_no_other() -> None:
    rows = re.findall(r"^\| (`.*?) \|", section("## Proof"), re.MULTILINE)
    assert {code for row in rows for code in said(row)} == proof_codes()


def test_every_reason_and_warning_of_the_import_is_explained() -> None:
    names = set(snake_names(ROOT / "tools" / "lead_row.py")) - set(records.Lead.model_fields) - {"lead_words"}
    assert names - said(section("### Rules for rows")) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_there_with_its_options(name: str) -> None:
    heading = next(line for line in PAGE.splitlines() if line.startswith("### ") and f"`{name}`" in line)
    assert options(COMMANDS[name]) - said(section(heading)) == set()


def test_no_option_stands_there_that_no_command_has() -> None:
    known = set().union(*map(options, COMMANDS.values())) | {"--help"}
    assert {word for word in said(PAGE) if re.fullmatch(r"--[a-z-]+", word)} - known == set()


def test_every_variable_of_the_environment_stands_there_and_no_other() -> None:
    told = {word for word in said(PAGE) if re.fullmatch(r"[A-Z]+(?:_[A-Z]+)+", word)}
    assert told == set(VARIABLES.values())


@pytest.mark.parametrize(
    ("heading", "models"),
    [
        ("### Columns", [records.Lead]),
        ("## Interactions", [records.Interaction]),
        ("## icp.toml", [profile.Icp, profile.Criterion, profile.ProfileTest]),
        ("## offer.toml", [profile.Offer, profile.Sender, profile.Statement, profile.Guess]),
        (
            "## runs.jsonl",
            [
                *(records.Result, records.Snapshot, records.Fact, records.Qualification, records.CriterionResult),
                *(records.Draft, records.Claim, records.Proof, records.Finding, records.Cost, records.Standing),
            ],
        ),
    ],
)
def test_every_field_of_the_models_stands_in_its_section(heading: str, models: list[type[BaseModel]]) -> None:
    fields = {field for model in models for field in model.model_fields}
    assert fields - said(section(heading)) == set()


def test_every_column_of_leads_csv_stands_there() -> None:
    assert set(HEADER) - said(section("## Output folder")) == set()


@pytest.mark.parametrize("field", FIELDS)
def test_each_header_that_stands_beside_a_field_is_understood_as_it(field: str) -> None:
    row = re.search(rf"^\| `{field}` \|(.*)\|$", section("### Columns"), re.MULTILINE)
    assert row
    for name in re.findall(r"`([^`]+)`", row[1].partition(". ")[0]):
        found = understand([name] if field == "email" else ["Email", name], where="page")
        assert (name, found[-1].name) == (name, field)


def test_every_json_block_parses() -> None:
    assert blocks("json")
    assert answers(PAGE)  # raises where one of them does not


def test_every_toml_block_is_a_profile_or_an_offer_that_loads(tmp_path: Path) -> None:
    found = blocks("toml")
    assert len(found) == 2
    for block in found:
        path = tmp_path / "example.toml"
        path.write_text(block, encoding="utf-8")
        assert load_icp(path) if "[[criteria]]" in block else load_offer(path)


def test_the_page_stays_short() -> None:
    assert len(PAGE.splitlines()) < LONGEST


@pytest.fixture
def examples(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page's own files, beside each other, in the working folder."""
    (short_folder / "web").mkdir()
    icp, offer = blocks("toml")
    files = {
        "leads.csv": blocks("csv")[0],
        "web/index.json": blocks("json", section("## Saved web"))[0],
        "web/torvale.html": blocks("html")[0],
        "icp.toml": icp,
        "offer.toml": offer,
    }
    for name, text in files.items():
        (short_folder / name).write_text(text, encoding="utf-8")
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(short_folder)
    return short_folder


def answers(text: str) -> list[Any]:
    """The JSON that stands in a section, in its lines and in blocks of its own."""
    found = re.findall(r"^```json\n(.*?)^```$|`(\{\"[^`\n]*\}|\[\{[^`\n]*\])`", text, re.DOTALL | re.MULTILINE)
    return [json.loads(block or inline) for block, inline in found]


def answered(command: str) -> object:
    done = CliRunner().invoke(app, [*command.split(), "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def without_reasons(answer: object) -> object:
    """The answer without the sentences that an engine gives: they may be worded better."""
    if isinstance(answer, dict):
        return {key: without_reasons(value) for key, value in answer.items() if key not in {"why", "seconds"}}
    return [without_reasons(value) for value in answer] if isinstance(answer, list) else answer


def test_the_examples_run_and_each_command_answers_as_the_page_says(examples: Path) -> None:
    for name, *lines in (
        ("import", "import leads.csv", "import leads.csv --dry-run"),
        ("run", "run leads.csv --web web --out out"),
        ("prove", "prove --result out/runs.jsonl"),
        ("approve", "approve out --all"),
        ("icp test", "icp test icp.toml"),
        ("report` and `zigral graphs", "report out"),
    ):
        told = answers(section(f"### `zigral {name}`"))
        assert without_reasons([answered(line) for line in lines]) == without_reasons(told)
    written = json.loads((examples / "out" / "runs.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert shape(written) == shape(json.loads(blocks("json", section("## runs.jsonl"))[0]))


def shape(value: object) -> object:
    """Which keys there are; of a list, those of its first member."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(inner) for inner in value[:1]] if isinstance(value, list) else None


def test_the_result_on_the_page_passes_the_proof_check(examples: Path) -> None:
    result = records.Result.model_validate_json(blocks("json", section("## runs.jsonl"))[0])
    (examples / "snapshots").mkdir()
    (examples / result.snapshots[0].file).write_text(page_text(), encoding="utf-8")
    proof = prove(
        lead=result.lead,
        offer=load_offer(examples / "offer.toml"),
        snapshots=result.snapshots,
        texts=snapshot_texts(Snapshots(examples), result.snapshots),
        facts=result.facts,
        qualification=result.qualification,
        draft=result.draft,
    )
    assert proof.findings == ()


@pytest.mark.parametrize(
    ("place", "codes"),
    [("fourteen markets", set()), ("14 factories", {"unit_changed"}), ("15 countries", {"number_not_in_source"})],
)
def test_the_sentences_of_the_page_are_proven_or_not_as_it_says(place: str, codes: set[str]) -> None:
    text = section("## Proof")
    assert all(part in text for part in (f"in {place}", *codes))
    result = records.Result.model_validate_json(blocks("json", section("## runs.jsonl"))[0])
    (fact,) = (fact for fact in result.facts if fact.quote in text)
    body = f"You write that your pumps run in {place}."
    claim = records.Claim(start=0, end=len(body), fact_ids=(fact.id,))
    proof = prove(
        lead=result.lead,
        offer=None,
        snapshots=result.snapshots,
        texts={result.snapshots[0].id: page_text().encode()},
        facts=result.facts,
        qualification=result.qualification,
        draft=records.Draft.make(email=result.lead.email, subject="Pumps", body=body, claims=(claim,)),
    )
    assert proof.passed is not bool(codes)
    assert codes <= {finding.code for finding in proof.findings}


def test_every_rule_on_the_page_parses() -> None:
    rules = re.findall(r"^\| `(.*?)` \|", section("### Rules"), re.MULTILINE)
    written = [rule.replace("\\|", "|") for rule in rules if " " in rule and "`" not in rule]
    assert [parse_rule(rule).text for rule in written] == written
    assert len(written) == 4


def page_text() -> str:
    """The page of the example as a snapshot keeps it: a line a block."""
    return "\n".join(re.findall(r"<(?:h1|p)>(.*?)</", blocks("html")[0]))


async def test_the_graph_takes_the_lead_asks_the_question_and_reads_the_answers_of_the_page() -> None:
    given, question, accept, edit = answers(section("## The outreach graph"))
    lead = OutreachInput.model_validate(given).lead
    result = records.Result.model_validate_json(blocks("json", section("## runs.jsonl"))[0])
    claim = records.Claim(start=0, end=1, fact_ids=("f1",))
    waiting = ApproveView(
        lead=lead,
        draft=records.Draft.make(email=lead.email, subject="…", body="…", claims=(claim,)),
        facts=result.facts,
        proof=records.Proof(passed=True),
        qualification=records.Qualification(status="qualified", score=100),
    )
    asked: list[object] = []
    replies = iter([accept, edit])

    def person(request: object) -> object:
        asked.append(request)
        return next(replies)

    decisions = [(await Approve(ask=person)(waiting)).decision for _ in range(2)]
    assert asked == [question, question]
    assert decisions == ["accept", "edit"]
    assert set(lead.model_dump(exclude_defaults=True)) - {"lead_id"} == set(given["lead"])
