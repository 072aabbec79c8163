"""A definition as Mermaid text: a box a step, an arrow a dependency, a frame around what stands inside a step."""

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from memory.definitions import (
    AgentTask,
    All,
    Any,
    ApiCall,
    Approval,
    Branch,
    Comparison,
    Condition,
    Definition,
    Loop,
    Parallel,
    Step,
    Subworkflow,
    Transform,
    Wait,
)
from tools.templates.values import as_text

LONGEST_LABEL = 60  # characters of one line
SIGNS = {"eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥"}
ESCAPED = {ord(sign): f"#{ord(sign)};" for sign in '"<>#;`&%'} | {ord("\n"): " "}
SHAPES = {
    "agent_task": ('["', '"]'),
    "api_call": ('[["', '"]]'),
    "transform": ('("', '")'),
    "approval": ('{{"', '"}}'),
    "wait": ('(["', '"])'),
    "subworkflow": ('[["', '"]]'),
}
AROUND = "fill:#f5f7fa,stroke:#8795a1"
INSIDE = "fill:#ffffff,stroke:#cbd2d9"
PERSON = "fill:#fff3c4,stroke:#b7791f"
UNDO = "fill:#fde8e8,stroke:#c53030,stroke-dasharray:4"


def mermaid(definition: Definition) -> str:
    """The flowchart, from top to bottom. Compensations hang on dashed arrows."""
    return "\n".join(["flowchart TD", *_list(definition.steps, "    ")]) + "\n"


def _list(steps: Sequence[Step], indent: str) -> Iterator[str]:
    undone = {step.compensation for step in steps}
    for step in steps:
        yield from _step(step, indent)
        if isinstance(step, Approval):
            yield f"{indent}style {_id(step.step_id)} {PERSON}"
        elif step.step_id in undone:
            yield f"{indent}style {_id(step.step_id)} {UNDO}"
    for step in steps:
        for before in step.depends_on:
            yield f"{indent}{_id(before)} -->{_when(step)} {_id(step.step_id)}"
        if step.compensation:
            yield f"{indent}{_id(step.step_id)} -. on failure .-> {_id(step.compensation)}"


def _id(step_id: str) -> str:
    """An id that is no word of Mermaid's own, as `end` is."""
    return f"s_{step_id}"


def _plain(name: str) -> str:
    """A branch's name as a part of an id: what Mermaid does not take there by its number."""
    return "".join(one if one.isascii() and (one.isalnum() or one == "_") else f"_{ord(one)}_" for one in name)


def _when(step: Step) -> str:
    return f'|"{_text(f"when {_said(step.when)}")}"|' if step.when is not None else ""


def _step(step: Step, indent: str) -> Iterator[str]:
    if isinstance(step, Branch | Parallel | Loop):
        yield f'{indent}subgraph {_id(step.step_id)}["{_text(step.name or step.step_id)}: {_text(_what(step))}"]'
        yield f"{indent}    direction TB"
        for name, steps in _bodies(step):
            yield from _body(f"{_id(step.step_id)}__{_plain(name)}", name, steps, f"{indent}    ")
        yield f"{indent}end"
        yield f"{indent}style {_id(step.step_id)} {AROUND}"
    else:
        opens, closes = SHAPES[step.step_type]
        yield f"{indent}{_id(step.step_id)}{opens}{_label(step)}{closes}"


def _bodies(step: Branch | Parallel | Loop) -> Iterator[tuple[str, Sequence[Step]]]:
    match step:
        case Branch():
            yield "then", step.then
            if step.else_:
                yield "else", step.else_
        case Parallel():
            yield from step.branches.items()
        case Loop():
            yield "", step.steps


def _body(frame: str, name: str, steps: Sequence[Step], indent: str) -> Iterator[str]:
    if not name:
        yield from _list(steps, indent)
        return
    yield f'{indent}subgraph {frame}["{_text(name)}"]'
    yield f"{indent}    direction TB"
    yield from _list(steps, f"{indent}    ")
    yield f"{indent}end"
    yield f"{indent}style {frame} {INSIDE}"


def _label(step: Step) -> str:
    lines = [step.name or step.step_id, _what(step)]
    if step.when is not None and not step.depends_on:
        lines.append(f"when {_said(step.when)}")
    return "<br/>".join(_text(line) for line in lines)


def _what(step: Step) -> str:
    """What a step does, in a few words."""
    match step:
        case AgentTask():
            return f"{step.agent_type or 'best agent'}: {step.asked}"
        case ApiCall():
            return f"{step.method} {step.url}"
        case Transform():
            return _made(step.value)
        case Branch():
            return f"if {_said(step.if_)}"
        case Parallel():
            return "side by side"
        case Loop():
            return f"for each of {_value(step.over)}" if step.while_ is None else f"while {_said(step.while_)}"
        case Approval():
            return step.question
        case Wait():
            return f"wait until {step.until}" if step.until else f"wait {_value(step.seconds)} s"
        case Subworkflow():
            return f"workflow {step.workflow_id}"


def _made(value: JsonValue) -> str:
    """What a transform makes: an object's keys say more than the beginning of its JSON."""
    if isinstance(value, dict) and value:
        return ", ".join(value)
    return value if isinstance(value, str) and not _is_template(value) else _value(value)


def _said(condition: Condition | None) -> str:
    """A condition as one reads it."""
    match condition:
        case None:
            return ""
        case Comparison(op="exists" | "empty"):
            return f"{_value(condition.left)} {'exists' if condition.op == 'exists' else 'is empty'}"
        case Comparison():
            return f"{_value(condition.left)} {SIGNS.get(condition.op, condition.op)} {_value(condition.right)}"
        case All():
            return " and ".join(map(_inner, condition.all)) or "true"
        case Any():
            return " or ".join(map(_inner, condition.any)) or "false"
    return f"not {_inner(condition.not_)}"


def _inner(condition: Condition) -> str:
    return _said(condition) if isinstance(condition, Comparison) else f"({_said(condition)})"


def _value(value: JsonValue) -> str:
    if isinstance(value, str) and _is_template(value):
        return value[2:-2].strip()
    if isinstance(value, float):
        return f"{value:g}"
    return f'"{value}"' if isinstance(value, str) else "null" if value is None else as_text(value)


def _is_template(text: str) -> bool:
    """Whether the whole text is one template."""
    return text.startswith("{{") and text.endswith("}}") and text.count("{{") == 1


def _text(text: str) -> str:
    """One line of a label: cut, and with nothing in it that Mermaid or a browser would read."""
    return (text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}…").translate(ESCAPED)
