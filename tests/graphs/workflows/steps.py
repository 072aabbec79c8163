"""Steps of definitions, told shortly."""

from typing import Any

from memory.definitions import Definition


def definition(*steps: dict[str, Any], **more: Any) -> Definition:
    return Definition.model_validate({"name": "A workflow", "steps": list(steps), **more})


def task(step_id: str, value: Any = "{{input.n}}", *, agent: str = "echo", **more: Any) -> dict[str, Any]:
    """An agent is given `{"v": value}`."""
    given = {"agent_type": agent, "task": "do", "parameters": {"v": value}}
    return {"step_id": step_id, "step_type": "agent_task", **given, **more}


def value(step_id: str, made: Any, **more: Any) -> dict[str, Any]:
    return {"step_id": step_id, "step_type": "transform", "value": made, **more}


def choice(step_id: str, condition: Any, then: list[Any], other: list[Any], **more: Any) -> dict[str, Any]:
    return {"step_id": step_id, "step_type": "condition", "if": condition, "then": then, "else": other, **more}


def parallel(step_id: str, branches: dict[str, list[Any]], **more: Any) -> dict[str, Any]:
    return {"step_id": step_id, "step_type": "parallel", "branches": branches, **more}


def loop(step_id: str, over: Any, steps: list[Any], most: int = 10, **more: Any) -> dict[str, Any]:
    return {"step_id": step_id, "step_type": "loop", "over": over, "steps": steps, "max_iterations": most, **more}


def loop_while(step_id: str, condition: Any, steps: list[Any], most: int = 10, **more: Any) -> dict[str, Any]:
    given = {"while": condition, "steps": steps, "max_iterations": most}
    return {"step_id": step_id, "step_type": "loop", **given, **more}


def approval(step_id: str, question: str = "Go on?", **more: Any) -> dict[str, Any]:
    return {"step_id": step_id, "step_type": "approval", "question": question, **more}


def wait(step_id: str, **more: Any) -> dict[str, Any]:
    return {"step_id": step_id, "step_type": "wait", **more}


def sub(step_id: str, workflow_id: str, **more: Any) -> dict[str, Any]:
    return {"step_id": step_id, "step_type": "subworkflow", "workflow_id": workflow_id, **more}


FALSE = {"op": "eq", "left": 1, "right": 2}
TRUE = {"op": "eq", "left": 1, "right": 1}
