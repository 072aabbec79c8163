"""What a checkpoint brings back: the same value of the same type, or a refusal when it is written."""

import collections
import dataclasses
import enum
import ipaddress
import re
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import ormsgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.types import Command, Interrupt, Overwrite, Send
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PrivateAttr, RootModel, SecretStr, field_validator

from memory.errors import Invalid
from memory.serializing import StrictSerializer


class Colour(enum.Enum):
    RED = "red"
    PAIR = (1, 2)


class Level(enum.IntEnum):
    LOW = 1


class Word(enum.StrEnum):
    YES = "yes"


class Flags(enum.Flag):
    A = 1
    B = 2


class Part(BaseModel):
    n: int
    pair: tuple[int, str] = (1, "a")
    hidden: str = Field("h", exclude=True)
    _kept: int = PrivateAttr(0)


class Special(Part):
    more: str


class Whole(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)
    part: Part = Field(alias="Part")
    at: AwareDatetime | None = None


class Numbers(RootModel[list[int]]):
    pass


class Growing(BaseModel):
    n: int

    @field_validator("n")
    @classmethod
    def _more(cls, n: int) -> int:
        return n + 1


@dataclasses.dataclass
class Point:
    x: int
    tags: tuple[str, ...] = ()
    norm: int = dataclasses.field(default=0, init=False)


class Named(NamedTuple):
    a: int
    b: str = "x"


class Label(str):
    __slots__ = ()


class Unlisted(BaseModel):
    x: int = 1


LISTED = [Colour, Level, Word, Flags, Part, Special, Whole, Numbers, Growing, Point, Named]
SERIALIZER = StrictSerializer(allowed_msgpack_modules=LISTED)
ROME = ZoneInfo("Europe/Rome")
BRITTLE = [
    *(
        (1, ("a", None)),
        {(1, "a")},
        {(1, 2): "x", 3: "y"},
        {None: 1, True: 2, 1.5: 3},
        {Colour.RED: 1, Word.YES: 2},
    ),
    *("a\ud800", {"a\ud800": ["\udfff"]}, "a\0b", "\U0001f600\u0301\u202e", "empty"),
    *(2**64, -(2**63) - 1, 2**9000, True, 1.0, float("inf"), -0.0, 1 + 2j),
    *(
        bytearray(b"x"),
        [bytearray(b"x")],
        {"a": [(bytearray(b"y"),)]},
        b"\xff",
        collections.OrderedDict(z=bytearray(b"z")),
    ),
    *(
        {1, 2},
        frozenset({1, 2}),
        collections.deque([1, 2], 3),
        collections.Counter("aab"),
        collections.OrderedDict(b=1, a=2),
    ),
    *(collections.defaultdict(list, {1: [2]}), [{}, [], "", b"", None, ()]),
    *(
        datetime(2026, 10, 25, 2, 30, tzinfo=ROME, fold=1),
        datetime(2026, 1, 31, 1, 2, 3, 4, UTC),
        datetime(1, 1, 1),  # noqa: DTZ001
    ),
    *(
        datetime(2026, 1, 31, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        time(1, 2, tzinfo=UTC),
        date(1, 1, 1),
    ),
    *(
        timedelta(days=-1, microseconds=1),
        ROME,
        UTC,
        Decimal("19.990"),
        Decimal("1E+400"),
        Decimal("-0.00"),
        UUID(int=7),
    ),
    *(Path("a/b"), re.compile("a", re.IGNORECASE), ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_address("::1")),
    *({"lc": 2, "type": "constructor", "id": ["os", "system"], "args": ["true"]}, {"__send__": True, "node": "x"}),
    *({"__class__": "os.system", "py/object": "os.system"}, {"a:b|c~d\0e{f}": {"": 1}}),
    *(Colour.RED, Colour.PAIR, Level.LOW, Word.YES, Flags.A | Flags.B, Named(1), Point(1, ("a",))),
    *(Numbers([1, 2]), Whole(Part=Special(n=1, more="m"), at=datetime(2026, 1, 1, tzinfo=UTC), extra=(1,))),
    *(Interrupt((1, 2), id="i"), Send("node", (1, 2)), Command(resume=(1,), goto=[Send("n", 1)]), Overwrite((1,))),
    *(HumanMessage("hi"), ToolMessage("x", tool_call_id="1"), AIMessage("x").text),
    AIMessage("x", tool_calls=[{"name": "a", "args": {"q": 1}, "id": "1"}]),
]


def back(value: Any) -> Any:
    return SERIALIZER.loads_typed(SERIALIZER.dumps_typed(value))


def alike(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other and repr(one) == repr(other)


@pytest.mark.parametrize("value", BRITTLE, ids=lambda value: ascii(value)[:50])
def test_a_value_comes_back_the_same_wherever_it_lies(value: Any) -> None:
    assert alike(back(value), value)
    assert alike(back({"k": [value, (value,)]}), {"k": [value, (value,)]})


def test_a_model_keeps_its_private_and_hidden_fields_and_what_was_never_set() -> None:
    part = Part(n=1)
    part._kept = 5
    part.hidden = "seen"
    again = back(part)
    assert (again._kept, again.hidden, again.model_fields_set) == (5, "seen", {"n", "hidden"})


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.binary()
    | st.datetimes()
    | st.uuids()
    | st.text(st.characters(exclude_categories=()))
    | st.decimals(allow_nan=False),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers() | st.tuples(st.text()), inner)
    ),
    max_leaves=15,
)


@settings(deadline=None, max_examples=60)
@given(plain)
def test_plain_data_of_any_shape_comes_back_the_same(value: Any) -> None:
    assert alike(back(value), value)


class Local:
    pass


def endless() -> list[Any]:
    value: list[Any] = []
    value.append([value, value])
    return value


@pytest.mark.parametrize(
    "value",
    [
        *(
            Label("x"),
            Unlisted(),
            Growing(n=1),
            Part.model_construct(n="not a number"),
            SecretStr("s"),
            ValueError("x"),
        ),
        *(object(), Local, len, range(3), memoryview(b"x"), [memoryview(b"x")], endless(), iter([])),
        *(collections.defaultdict(lambda: 1)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_would_not_come_back_the_same_is_refused_when_it_is_written(value: Any) -> None:
    with pytest.raises(Invalid, match="would not bring this value back"):
        SERIALIZER.dumps_typed({"deep": [value]})


def nested(depth: int, kind: type) -> Any:
    value: Any = kind()
    for _ in range(depth):
        value = kind([value])
    return value


@pytest.mark.parametrize("kind", [list, tuple])
@pytest.mark.parametrize("depth", [100, 127, 200, 253, 300, 5000])
def test_what_is_nested_too_deep_is_refused_and_not_kept_unreadable(kind: type, depth: int) -> None:
    try:
        written = SERIALIZER.dumps_typed(nested(depth, kind))
    except Invalid:
        assert depth > 127
    else:
        assert SERIALIZER.loads_typed(written) == nested(depth, kind)


def test_a_type_that_left_the_list_comes_back_as_plain_data_and_is_never_made() -> None:
    written = SERIALIZER.dumps_typed([Part(n=1), Point(1), Colour.RED])
    assert StrictSerializer(allowed_msgpack_modules=[Local]).loads_typed(written) == [
        {"n": 1, "pair": (1, "a"), "hidden": "h"},
        {"x": 1, "tags": (), "norm": 0},
        "red",
    ]


@pytest.mark.parametrize("code", range(128))
def test_bytes_that_name_a_function_run_nothing(code: int, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    for parts in (
        ["os", "system", f"touch {mark}"],
        ["os", "system", [f"touch {mark}"], "x"],
        {"a": 1},
        b"\x80",
        7,
    ):
        forged = ormsgpack.packb([ormsgpack.Ext(code, ormsgpack.packb(parts))])
        try:
            SERIALIZER.loads_typed(("zigral", forged))
        except Exception as error:  # noqa: BLE001 - any refusal will do, as long as nothing ran
            assert not isinstance(error, AssertionError)
    assert not mark.exists()


def test_other_programs_type_tags_are_not_read() -> None:
    for kind in ("json", "pickle", "msgpack", ""):
        with pytest.raises(ValueError, match="not one that Zigral writes"):
            SERIALIZER.loads_typed((kind, b'{"lc": 1}'))


def test_strict_reading_is_on_before_langgraph_is_imported() -> None:
    told = (
        "import memory.checkpoints\n"
        "from langgraph.checkpoint.serde import _msgpack\n"
        "print(_msgpack.STRICT_MSGPACK_ENABLED)"
    )
    root = Path(__file__).resolve().parents[2]
    said = subprocess.run(
        [sys.executable, "-c", told],
        cwd=root,
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "True"
