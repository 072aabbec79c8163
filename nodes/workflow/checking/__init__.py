"""Checking definitions: all that is wrong, at once, each at its own place and with what would be right.

`check.py` puts it together: `bounds.py` (size and depth), `shapes.py` (each part by itself), `order.py` (who waits
for whom), `scopes.py` (what templates may read), `agents.py`, and `subworkflows.py` (what is reached beyond it).
"""

from nodes.workflow.checking.check import check_definition
from nodes.workflow.checking.subworkflows import called_by

__all__ = ["called_by", "check_definition"]
