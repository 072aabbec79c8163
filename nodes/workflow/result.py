"""What a whole workflow came to."""

from pydantic import JsonValue

from memory.definitions import Definition
from nodes.workflow.frame import Frame
from nodes.workflow.outcomes import outputs
from tools.templates import render


def result(definition: Definition, end: Frame) -> JsonValue:
    """What the definition's `output` says, else the outputs of all that completed. `end` is after every step."""
    return outputs(end.outcomes) if definition.output is None else render(definition.output, end.scope)
