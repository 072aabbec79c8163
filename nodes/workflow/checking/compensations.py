"""Steps that make the work of another undone once it failed."""

from collections.abc import Iterator

from nodes.workflow.checking.dependencies import no_step
from nodes.workflow.checking.order import Order, compensates
from nodes.workflow.checking.places import Found, Place
from tools.templates.values import short


def compensation_faults(order: Order) -> Iterator[Found]:
    """What is wrong with the steps that run after a failure."""
    for place in order.steps.places:
        yield from _named(order, place)
        yield from _needs(order, place)


def _named(order: Order, place: Place) -> Iterator[Found]:
    named = place.given.get("compensation")
    path = (*place.path, "compensation")
    if compensates(place) and named is None:
        yield Found(path, "on_error is compensate, so name the step that runs after a failure in compensation.")
    elif named is not None and place.given.get("on_error", "fail") in ("fail", "continue"):
        yield Found(path, "compensation is used only where on_error is compensate. Set that, or remove this.")
    if isinstance(named, str):
        if named == place.step_id:
            yield Found(path, "A step cannot be its own compensation.")
        elif named not in place.inside.by_id:
            elsewhere = f"{short(named)} is not in this step's own list."
            yield Found(path, elsewhere if named in order.by_id else no_step(named, place.others))
        elif compensates(place.inside.by_id[named]):
            yield Found(path, f"{named} has a compensation of its own, so it cannot be one.")


def _needs(order: Order, place: Place) -> Iterator[Found]:
    for failing in order.undone_by.get(place, ()):
        for number, one in enumerate(place.depends_on):
            other = place.inside.by_id.get(one or "")
            if other is not None and other is not place and not order.is_before(other, failing):
                sentence = f"This step runs after {failing.step_id} failed, when {one} may not have run. Remove it."
                yield Found((*place.path, "depends_on", number), sentence)
