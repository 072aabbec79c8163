"""What would be right, for each key of a definition: the sentence that a person reads who wrote something else."""

from memory.definitions import MOST_ITERATIONS, MOST_SECONDS

CONDITION = (
    'A condition is {"op": …, "left": …, "right": …}, {"all": […]}, {"any": […]} or {"not": {…}}, with other '
    "conditions inside the last three."
)
NAME = "is a text of 1 to 200 characters."
EXPECTED = {
    "": "A definition is an object with name and steps.",
    "name": f"A name {NAME}",
    "description": "A description is a text.",
    "steps": "steps is a list with at least one step.",
    "step_id": "A step_id is at most 64 small letters, digits and _, the first a letter: qualify_lead.",
    "depends_on": "depends_on is a list of step_ids.",
    "when": CONDITION,
    "if": CONDITION,
    "while": CONDITION,
    "timeout": f"A timeout is in seconds: a number above 0, at most {MOST_SECONDS:,.0f}.",
    "retry": 'retry is {"attempts": 1 to 10, "wait": seconds, "backoff": 1 to 10}.',
    "attempts": "attempts is a whole number from 1 to 10.",
    "wait": f"wait is in seconds: a number from 0 to {MOST_SECONDS:,.0f}.",
    "backoff": "backoff is a number from 1 to 10.",
    "on_error": "on_error is fail, continue or compensate.",
    "compensation": "compensation is the step_id of the step that makes this one's work undone.",
    "agent_type": f"agent_type is an agent's id: it {NAME}",
    "capability": f"capability names what an agent can do: it {NAME}",
    "task": f"task names what the agent is to do: it {NAME}",
    "parameters": "parameters is an object; its values may be templates.",
    "method": "method is GET, POST, PUT, PATCH, DELETE or HEAD.",
    "url": "url is a text of 1 to 8,000 characters that begins with https://, http:// or a template.",
    "headers": "headers is an object of texts, by names such as Accept-Language.",
    "value": "value is a template, or an object or list of them.",
    "then": "then is a list of steps.",
    "else": "else is a list of steps.",
    "branches": "branches has one or more lists of steps, under names of at most 64 characters."
    " The first is a letter or a digit, and none is one of : | { } [ ] or a quotation mark.",
    "over": 'over is a list, or a template of one: "{{input.leads}}".',
    "max_iterations": f"max_iterations is a whole number from 1 to {MOST_ITERATIONS:,}.",
    "question": "A question is a text of 1 to 10,000 characters.",
    "seconds": "seconds is a number from 0 to 31,622,400 (366 days), or a template of one.",
    "until": "until is a time with its offset, such as 2026-03-01T12:00:00Z, or a template of one.",
    "workflow_id": f"workflow_id is a workflow's id: it {NAME}",
}  # fmt: skip
