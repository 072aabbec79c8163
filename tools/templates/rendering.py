"""From a value with templates in it, and a scope, to what it says. Once: what was put in stays as it is."""

from dataclasses import dataclass

from pydantic import JsonValue

from memory.errors import Invalid, TooLarge
from tools.templates.parsing import parse
from tools.templates.syntax import Expression, Filter, Path
from tools.templates.values import MISSING, Missing, Scope, as_text, json_text, look_up, no_such_key
from tools.templates.wanted import too_large

LARGEST_VALUE = 5_000_000  # characters: of a text, and of the JSON that an object or list with templates makes


def render(value: JsonValue, scope: Scope) -> JsonValue:
    """The value with every template in it, at any depth, replaced. Keys of objects are no templates.

    `Invalid` where a path without `default` is missing, a filter is not for its value, or the result is too large.
    """
    if isinstance(value, str):
        return _text(value, scope)
    return _Rendering(scope).of(value)


def find(value: JsonValue, scope: Scope) -> JsonValue | Missing:
    """What `render` gives, but MISSING where the value is one template and nothing is at its path."""
    if isinstance(value, str) and "{{" in value and (single := parse(value).single):
        return _evaluated(single, scope)
    return render(value, scope)


@dataclass
class _Rendering:
    """Puts an object or a list together, and counts how large it grows: values that are read twice double it."""

    scope: Scope
    size: int = 0

    def of(self, value: JsonValue) -> JsonValue:
        if isinstance(value, str):
            return self._counted(_text(value, self.scope)) if "{{" in value else value
        if isinstance(value, dict):
            return {key: self.of(inner) for key, inner in value.items()}
        return [self.of(inner) for inner in value] if isinstance(value, list) else value

    def _counted(self, made: JsonValue) -> JsonValue:
        self.size += len(made if isinstance(made, str) else json_text(made))
        if self.size > LARGEST_VALUE:
            raise too_large("The value", LARGEST_VALUE)
        return made


def _text(text: str, scope: Scope) -> JsonValue:
    if "{{" not in text:
        return text
    template = parse(text)
    if single := template.single:
        return _there(_evaluated(single, scope), single.path, scope)
    made: list[str] = []
    size = 0
    for part in template.parts:
        made.append(part if isinstance(part, str) else as_text(_there(_evaluated(part, scope), part.path, scope)))
        size += len(made[-1])
        if size > LARGEST_VALUE:
            raise too_large("The text", LARGEST_VALUE)
    return "".join(made)


def _evaluated(expression: Expression, scope: Scope) -> JsonValue | Missing:
    """The filtered value. Where it is missing or null, it goes on at the next `default`."""
    value = look_up(expression.path.keys, scope)
    defaults_left = expression.path.has_default and sum(one.name == "default" for one in expression.filters)
    for one in expression.filters:
        if one.name == "default":
            defaults_left -= 1
            value = one.arguments[0] if value is None or value is MISSING else value
        elif value is MISSING or (value is None and defaults_left):
            continue
        else:
            value = _filtered(value, one, expression.path)
    return value


def _filtered(value: JsonValue, one: Filter, path: Path) -> JsonValue:
    try:
        return one(value)
    except Invalid as error:
        failure = TooLarge if isinstance(error, TooLarge) else Invalid
        raise failure(f"{{{{{path} | {one.name}}}}}: {error}") from None


def _there(value: JsonValue | Missing, path: Path, scope: Scope) -> JsonValue:
    if value is not MISSING:
        return value
    raise _missing(path, scope)


def _missing(path: Path, scope: Scope) -> Invalid:
    """Says which key of the path is the first that is not there."""
    keys = path.keys
    if keys[0] in ("item", "index") and look_up(keys[:1], scope) is MISSING:
        return Invalid(f"{path} is missing: there is no {keys[0]} outside of a loop.")
    if keys[0] == "steps" and keys[1] not in scope.steps:
        return Invalid(
            f"{path} is missing: the step {keys[1]} has no output. Add | default(…) if it may be skipped."
        )
    for length in range(1 + (keys[0] == "steps"), len(keys)):
        above = look_up(keys[:length], scope)
        if look_up(keys[: length + 1], scope) is MISSING:
            return no_such_key(".".join(keys[:length]), above, keys[length])
    return Invalid(f"{path} is missing.")
