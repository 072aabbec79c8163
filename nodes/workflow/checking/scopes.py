"""Whether each template reads only what is there when it is rendered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from memory.errors import Invalid
from nodes.workflow.checking.dependencies import no_step
from nodes.workflow.checking.order import Order
from nodes.workflow.checking.outputs import Outputs
from nodes.workflow.checking.places import Found, Path, Place, Reason, StepList, Table, way_within
from tools.conditions import WITHOUT_RIGHT
from tools.templates import Path as Reference
from tools.templates import parse

TEMPLATES = {
    "agent_task": ("parameters",), "api_call": ("url", "headers", "json"), "transform": ("value",),
    "loop": ("over",), "approval": ("question", "show"), "wait": ("seconds", "until"), "subworkflow": ("input",),
}  # fmt: skip
CONDITIONS = {"condition": ("if",), "loop": ("while",)}


@dataclass(frozen=True)
class _View:
    """What a template may read. `place` is the step it stands in, None for the workflow's own output."""

    order: Order
    outputs: Outputs
    place: Place | None
    shown: Sequence[StepList] = ()  # lists all of whose steps it sees
    has_item: bool = False
    has_index: bool = False
    may_miss: bool = False  # it only asks whether something is there


def scope_faults(given: Table, order: Order, outputs: Outputs) -> Iterator[Found]:
    """What is wrong with the templates of a definition."""
    for place in order.steps.places:
        yield from _step(place, order, outputs)
    whole = _View(order, outputs, None, order.steps.lists[:1])
    yield from _value(("output",), given.get("output"), whole)


def _step(place: Place, order: Order, outputs: Outputs) -> Iterator[Found]:
    loops = [around for around in place.around if around.step_type == "loop"]
    has_item = any(loop.given.get("over") is not None for loop in loops)
    view = _View(order, outputs, place, has_item=has_item, has_index=bool(loops))
    for key in TEMPLATES.get(place.step_type or "", ()):
        yield from _value((*place.path, key), place.given.get(key), view)
    for key in ("when", *CONDITIONS.get(place.step_type or "", ())):
        seen = replace(view, shown=place.bodies, has_index=True) if key == "while" else view
        yield from _condition((*place.path, key), place.given.get(key), seen)


def _condition(path: Path, given: object, view: _View) -> Iterator[Found]:
    """The templates of a condition; a pattern is none."""
    if isinstance(given, list):
        for number, one in enumerate(given):
            yield from _condition((*path, number), one, view)
    elif isinstance(given, dict):
        asks = replace(view, may_miss=given.get("op") in WITHOUT_RIGHT)
        yield from _value((*path, "left"), given.get("left"), asks)
        if given.get("op") != "matches":
            yield from _value((*path, "right"), given.get("right"), view)
        for key in ("all", "any", "not"):
            yield from _condition((*path, key), given.get(key), view)


def _value(path: Path, value: object, view: _View) -> Iterator[Found]:
    """Every template in a value, at any depth."""
    if isinstance(value, str):
        if "{{" in value:
            yield from _template(path, value, view)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if "{{" in key:
                yield Found((*path, key), "A key is never a template. Put the template into the value.")
            yield from _value((*path, key), inner, view)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _value((*path, number), inner, view)


def _template(path: Path, text: str, view: _View) -> Iterator[Found]:
    try:
        references = parse(text).references
    except Invalid as error:
        yield Found(path, f"This is no template: {error}")
        return
    for reference in references:
        if reason := _unreadable(reference, view):
            said = reason if isinstance(reason, Reason) else Reason(reason)
            yield Found(path, Reason(f"{{{{{reference}}}}}: {said.message}", said.instead))


def _unreadable(reference: Reference, view: _View) -> Reason | str | None:
    """Why a path cannot be read here."""
    if reference.root == "item" and not view.has_item:
        return "item is there only inside a loop over a list."
    if reference.root == "index" and not view.has_index:
        return "index is there only inside a loop."
    if reference.root != "steps":
        return None
    target = view.order.by_id.get(reference.keys[1])
    if target is None:
        return no_step(reference.keys[1], lambda: _there(view), none="No step comes before this one.")
    return _not_seen(target, view) or (
        None if view.may_miss or reference.has_default else view.outputs.fault(target, reference)
    )


def _there(view: _View) -> list[str]:
    shown = [one for steps in view.shown for one in steps.by_id]
    return shown + (view.order.seen_from(view.place) if view.place else [])


def _not_seen(target: Place, view: _View) -> str | None:
    """Why a step's output cannot be seen here."""
    here = view.place
    if any(target.inside is steps for steps in view.shown):
        return None
    if here is None:
        return _inside_of(target, None)
    if view.order.is_seen(target, here):
        return None
    if target is here:
        return "a step cannot read its own output."
    if any(target is around for around in here.around):
        return f"{target.step_id} is the step around this one, and has no output yet."
    if target in view.order.undone_by.get(here, ()):
        return f"{target.step_id} has failed when this step runs, and has no output."
    if target in view.order.undone_by:
        return f"{target.step_id} runs only after a failure, so nothing reads what it came to."
    own = next((one for one in (here, *here.around) if one.inside is target.inside), None)
    if own is None:
        return _inside_of(target, here)
    return f"{target.step_id} need not have ended by then. Name it in depends_on of {own.step_id}."


def _inside_of(target: Place, here: Place | None) -> str:
    """Says how a step inside another one is read from outside: through the one around it that is seen here."""
    outer = _seen_around(target, here)
    if outer is None:
        return f"{target.step_id} is in another branch, which is not seen from here."
    return f"{target.step_id} is inside {outer.step_id}. Write steps.{outer.step_id}.{way_within(outer, target)}."


def _seen_around(target: Place, here: Place | None) -> Place | None:
    if here is None:
        return [*target.around][-1]
    own = [here, *here.around]
    lists = {one.inside for one in own}
    return next((one for one in target.around if one.inside in lists and one not in own), None)
