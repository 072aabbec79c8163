"""What a checkpoint's values are written as: msgpack that brings each value back equal and of the same type.

LangGraph's own serializer alters some values without a word (a tuple comes back as a list, a nested model as
a dict). This one brings a value back as it was, or refuses it when it is written. A class that is not on the
allowlist is never made, whatever the bytes name.
"""

import sys
from importlib import import_module
from typing import Any

import ormsgpack
from langgraph.checkpoint.serde._msgpack import SAFE_MSGPACK_TYPES
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.serde.types import _DeltaSnapshot

from memory import class_shapes, leaf_types
from memory.class_shapes import Shape, shape_of
from memory.errors import Invalid
from memory.leaf_types import Leaf
from memory.plain_values import CONTAINERS, DICT, SURROGATES, Spelled, needs_spelling, spelled_out

KIND = "zigral"  # the type tag of all that is written here; LangGraph's own tags are not read
DELTA = 110
DEEPEST = 128  # objects in objects; plain lists and dicts may lie deeper
HARMLESS = {("langchain_core.messages.base", "TextAccessor")}  # `message.text` is one
STRICT = (
    ormsgpack.OPT_PASSTHROUGH_TUPLE
    | ormsgpack.OPT_PASSTHROUGH_BIG_INT
    | ormsgpack.OPT_PASSTHROUGH_DATACLASS
    | ormsgpack.OPT_PASSTHROUGH_DATETIME
    | ormsgpack.OPT_PASSTHROUGH_ENUM
    | ormsgpack.OPT_PASSTHROUGH_SUBCLASS
    | ormsgpack.OPT_PASSTHROUGH_UUID
)


class StrictSerializer(JsonPlusSerializer):
    """LangGraph's serializer in name and allowlist, ours in what it writes."""

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """The value as bytes; `Invalid` where it would not come back as it is."""
        if obj is None:
            return "null", b""
        if type(obj) is bytes:
            return "bytes", obj
        return KIND, _Packer(self).packed(obj)

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """The value again. Raises `ValueError` for what was not written here, or is damaged."""
        kind, payload = data
        if kind == "null":
            return None
        if kind == "bytes":
            return payload
        if kind != KIND:
            raise ValueError(f"its type {kind[:20]!r} is not one that Zigral writes")
        return self.unpacked(payload)

    def unpacked(self, payload: bytes) -> Any:
        return ormsgpack.unpackb(payload, ext_hook=self._made)

    def allows(self, module: str, name: str) -> bool:
        """Whether a class may be made when a checkpoint names it."""
        allowed = self._allowed_msgpack_modules
        key = (module, name)
        return key in SAFE_MSGPACK_TYPES or key in HARMLESS or (isinstance(allowed, set) and key in allowed)

    def _made(self, code: int, payload: bytes) -> Any:
        parts = self.unpacked(payload)
        if leaf := leaf_types.BY_CODE.get(code):
            return leaf.make(parts)
        if shape := class_shapes.BY_CODE.get(code):
            return self.put_together(shape, parts)
        if code == SURROGATES:
            return parts.decode("utf-8", "surrogatepass")
        if code == DICT:
            return {key: value for key, value in parts}  # noqa: C416 - a pair that is none is damage
        if code == DELTA:
            return _DeltaSnapshot(parts)
        raise ValueError(f"the code {code} is not one that Zigral writes")

    def put_together(self, shape: Shape, parts: Any) -> Any:
        """The object, or what is left of it as plain data where its class may not be made or is gone."""
        module, name, rest = parts
        kind = class_named(module, name) if self.allows(module, name) else None
        return shape.make(kind, rest) if kind else shape.plain(rest)


class _Packer:
    """Writes one value. It remembers why it refused, since msgpack's own error does not say."""

    def __init__(self, serializer: StrictSerializer) -> None:
        self._serializer = serializer
        self._refusal = ""
        self._depth = 0

    def packed(self, value: Any) -> bytes:
        """A whole value. What msgpack cannot hold, or would alter, is spelled out first."""
        try:
            if not needs_spelling(value):
                return self._quickly(value)
        except TypeError:
            if self._refusal:
                raise self._refused(value) from None
        try:
            return self._quickly(spelled_out(value))
        except (TypeError, RecursionError) as error:
            raise self._refused(value, str(error)) from None

    def _quickly(self, value: Any) -> bytes:
        return ormsgpack.packb(value, default=self._default, option=STRICT)

    def _refused(self, value: object, why: str = "") -> Invalid:
        self._refusal = self._refusal or f"a {type(value).__name__} cannot be kept ({why.lower()})"
        return Invalid(f"A checkpoint would not bring this value back as it is: {self._refusal}.")

    def _default(self, value: Any) -> ormsgpack.Ext:
        if self._depth >= DEEPEST:
            self._refusal = f"it is nested more than {DEEPEST} deep"
            raise TypeError
        self._depth += 1
        try:
            return self._ext(value)
        finally:
            self._depth -= 1

    def _ext(self, value: Any) -> ormsgpack.Ext:
        if leaf := leaf_types.BY_KIND.get(type(value)):
            return self._leaf(leaf, value)
        if type(value) is Spelled:
            return ormsgpack.Ext(value.code, self._quickly(value.plain))
        if type(value) is _DeltaSnapshot:
            return ormsgpack.Ext(DELTA, self.packed(value.value))
        return self._object(value)

    def _leaf(self, leaf: Leaf, value: Any) -> ormsgpack.Ext:
        try:
            parts = leaf.take(value)
        except TypeError as error:
            self._refusal = f"{error} is not kept"
            raise
        return ormsgpack.Ext(leaf.code, self._quickly(parts) if leaf.kind in CONTAINERS else self.packed(parts))

    def _object(self, value: Any) -> ormsgpack.Ext:
        kind, shape = type(value), shape_of(value)
        if shape is None or not self._serializer.allows(kind.__module__, kind.__name__):
            self._refusal = (
                f"{kind.__module__}.{kind.__qualname__} is not on the allowlist "
                "(a graph's own state types are; make it plain data, or a field of the state)"
            )
            raise TypeError
        try:
            payload = self.packed([kind.__module__, kind.__name__, shape.take(value)])
        except TypeError as error:
            self._refusal = f"{error} is not kept"
            raise
        self._check(shape, value, payload)
        return ormsgpack.Ext(shape.code, payload)

    def _check(self, shape: Shape, value: Any, payload: bytes) -> None:
        """See that the object comes back the same: a class may change what it is given, or not be found again."""
        kind = type(value)
        found = class_named(kind.__module__, kind.__name__)
        if found is None and shape.code in class_shapes.LEFT_AS_DATA:
            return
        why = f"{kind.__module__}.{kind.__qualname__}"
        if found is not kind:
            self._refusal = f"{why} is not found again under its name; define it at the top of its module"
            raise TypeError
        try:
            made = self._serializer.put_together(shape, self._serializer.unpacked(payload))
            same = type(made) is kind and self._same(shape, made, value, payload)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            self._refusal = f"{why} does not accept its own fields again ({type(error).__name__})"
            raise TypeError from None
        if not same:
            self._refusal = f"{why} changes its own fields when it is made again"
            raise TypeError

    def _same(self, shape: Shape, made: Any, value: Any, payload: bytes) -> bool:
        kind = type(made)
        again = self.packed([kind.__module__, kind.__name__, shape.take(made)])
        return bool(again == payload or made == value)  # sets may be walked in another order


def class_named(module: str, name: str) -> type | None:
    """The class at the top of a module, or None."""
    try:
        found = getattr(sys.modules.get(module) or import_module(module), name, None)
    except ImportError:
        return None
    return found if isinstance(found, type) else None
