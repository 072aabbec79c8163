"""Whatever a graph puts in its state, an answer can be made of it."""

import json
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AIMessageChunk
from langgraph.types import Interrupt, Send
from pydantic import BaseModel, SecretStr

from memory.json_text import dumps, loads
from server.jsonable import to_json

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters())
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class Model(BaseModel):
    at: datetime
    price: Decimal


@dataclass
class Point:
    x: int
    tags: set[str]


class Colour(Enum):
    RED = "red"


class Rank(IntEnum):
    FIRST = 1


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError("no")


NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@given(anything)
def test_json_comes_back_as_it_went(value: Any) -> None:
    assert json.loads(to_json(value)) == value
    assert loads(dumps(value)) == value


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (NOW, "2026-01-02T03:04:05+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Decimal("0.10"), "0.10"),
        (b"\xff", "/w=="),
        ((1, 2), [1, 2]),
        ({1}, [1]),
        (deque([1]), [1]),
        (float("nan"), None),
        (float("-inf"), None),
        (2**70, 2**70),
        ("\ud800", "\ud800"),
        ("\u2028\x00", "\u2028\x00"),
        (Colour.RED, "red"),
        (Rank.FIRST, 1),
        (Model(at=NOW, price=Decimal("1.5")), {"at": "2026-01-02T03:04:05+00:00", "price": "1.5"}),
        (Point(1, {"a"}), {"x": 1, "tags": ["a"]}),
        (Interrupt(value={"q": 1}, id="i"), {"value": {"q": 1}, "id": "i"}),
        (Send("node", {"a": 1}), {"node": "node", "arg": {"a": 1}, "timeout": None}),
        (timedelta(seconds=2), 2.0),
        (SecretStr("hush"), "**********"),
        ({2: "a", None: "b", True: "c"}, {"2": "a", "null": "b", "true": "c"}),
        (Hostile(), "<Hostile>"),
        (ValueError("x"), {"error": "ValueError", "message": "x"}),
    ],
)
@pytest.mark.parametrize("beside", [0, 2**70], ids=["quick", "slow"])
def test_what_json_does_not_know_has_one_form(value: Any, wanted: Any, beside: int) -> None:
    assert json.loads(to_json([value, beside])) == [wanted, beside]


def test_messages_are_objects_with_their_type() -> None:
    assert json.loads(to_json(AIMessage("hi", id="1")))["type"] == "ai"
    assert json.loads(to_json([AIMessageChunk("hi", id="1")]))[0]["type"] == "AIMessageChunk"


def test_no_depth_and_no_circle_is_a_failure() -> None:
    deep: list[Any] = []
    for _ in range(2000):
        deep = [deep]
    circle: list[Any] = []
    circle += [circle, circle]
    assert json.loads(to_json({"deep": deep, "circle": circle, "set": {b"\xff"}}))["set"] == ["/w=="]
