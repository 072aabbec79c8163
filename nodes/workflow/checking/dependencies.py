"""Whether ids are unique, and each step depends on steps that come before it."""

from collections.abc import Callable, Iterable, Iterator

from nodes.workflow.checking.cycles import cycle_faults
from nodes.workflow.checking.details import nearest
from nodes.workflow.checking.document import spelled
from nodes.workflow.checking.order import Order
from nodes.workflow.checking.places import Found, Place, Reason
from tools.templates.values import short


def dependency_faults(order: Order) -> Iterator[Found]:
    """What is wrong with ids and with what steps depend on."""
    for place in order.steps.places:
        yield from _repeated(order, place)
        yield from _dependencies(order, place)
    for steps in order.steps.lists:
        yield from cycle_faults(order, steps)


def _repeated(order: Order, place: Place) -> Iterator[Found]:
    first = order.by_id.get(place.step_id or "")
    if first is not None and first is not place:
        where = spelled(first.path)
        yield Found((*place.path, "step_id"), f"{short(place.step_id or '')} is the id of {where} already.")


def _dependencies(order: Order, place: Place) -> Iterator[Found]:
    for number, one in enumerate(place.depends_on):
        path = (*place.path, "depends_on", number)
        if one is None:
            continue  # it is no text, which the shapes say
        if one == place.step_id:
            yield Found(path, f"A step cannot depend on itself: {one} -> {one}.")
        elif reason := _no_dependency(order, place, one):
            yield Found(path, reason)


def _no_dependency(order: Order, place: Place, one: str) -> Reason | str | None:
    """Why a step cannot depend on another; None where it can."""
    target = order.by_id.get(one)
    if one in place.inside.by_id:
        if undone := order.undone_by.get(place.inside.by_id[one]):
            return f"{one} runs only after {undone[0].step_id} failed, so nothing can depend on it."
        return None
    if target is None:
        return no_step(one, place.others)
    if any(around is target for around in place.around):
        return f"{one} is the step around this one. Nothing inside it can wait for it."
    if target.inside in [around.inside for around in place.around]:
        if order.is_before(target, place):
            return None
        outer = next(around for around in place.around if around.inside is target.inside)
        return f"{one} does not come before {outer.step_id}, which is around this step. Let that one depend on it."
    if next(target.around) in place.around:
        return f"{one} is in another branch. Nothing here can wait for it."
    return f"{one} is inside {_way_to(target)}. Depend on the step around it."


def no_step(step_id: str, there: Callable[[], Iterable[str]], none: str = "There is no other.") -> Reason:
    """Says that no step has this id, and which of those that there are was meant."""
    return Reason(f"There is no step {short(step_id)}.", lambda: nearest(step_id, there(), none))


def _way_to(place: Place) -> str:
    return " in ".join(around.step_id or "a step" for around in place.around)
