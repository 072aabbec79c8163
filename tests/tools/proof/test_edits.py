"""What an editor may change and a liar may not (a sample of tests/bench/bench_proof.py); claims after an edit."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.records import Claim, Draft
from tools.proof import claims_after_edit

BENCH = Path(__file__).resolve().parents[2] / "bench" / "bench_proof.py"
EVERY = 8  # of the edits, so that the suite stays fast; the bench takes all
WANTED = 0.95  # of the lies, and of the harmless edits


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = spec_from_file_location("bench_proof", BENCH)
    assert spec and spec.loader
    module = module_from_spec(spec)
    sys.modules["bench_proof"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("lie", [True, False])
def test_of_lies_and_of_harmless_edits_nineteen_in_twenty_are_told_apart(bench: ModuleType, lie: bool) -> None:
    offer, materials, lists = bench.load()
    edits = [edit for material in materials for edit in bench.edits_of(material, lists) if edit.lie == lie][::EVERY]
    right = sum(bench.proof_of(edit.material, offer)[0].passed != lie for edit in edits)
    assert len(edits) > 500
    assert right >= WANTED * len(edits)


def test_every_draft_of_the_material_passes_as_written(bench: ModuleType) -> None:
    offer, materials, _ = bench.load()
    assert {m.id: bench.proof_of(m, offer)[0].findings for m in materials} == {m.id: () for m in materials}


OLD = Draft.make(
    email="a@b.example",
    subject="",
    body="Hi Ada,\n\nYou make valves. You make pumps.\n\nMarta",
    claims=(Claim(start=9, end=25, fact_ids=("f1",)), Claim(start=26, end=41, fact_ids=("f2",))),
)


def carried(body: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(body[c.start : c.end], c.fact_ids) for c in claims_after_edit(OLD, "", body)]


def test_a_claim_follows_its_text_to_its_new_place() -> None:
    assert carried("Dear Ada,\n\nHello. You make pumps. And: You make valves.") == [
        ("You make valves.", ("f1",)),
        ("You make pumps.", ("f2",)),
    ]


def test_a_claim_whose_text_was_changed_is_dropped() -> None:
    assert carried(OLD.body.replace("valves", "lamps")) == [("You make pumps.", ("f2",))]


def test_the_same_text_twice_keeps_both_claims_apart() -> None:
    old = Draft.make(
        email="a@b.example",
        subject="",
        body="You sell. You sell.",
        claims=(Claim(start=0, end=9, fact_ids=("f1",)), Claim(start=10, end=19, fact_ids=("f2",))),
    )
    assert [(c.start, c.fact_ids) for c in claims_after_edit(old, "", "Hi. You sell. You sell.")] == [
        (4, ("f1",)),
        (14, ("f2",)),
    ]


@given(st.text(max_size=80))
def test_carried_claims_lie_in_the_new_body(body: str) -> None:
    assert all(0 <= c.start < c.end <= len(body) for c in claims_after_edit(OLD, "", body))
