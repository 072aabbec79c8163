"""The templates of workflows: values by their path, put into texts and objects. Never run as Python.

    {{input.lead.email}}
    Dear {{steps.qualify.name | default("you")}}, {{input.people | map("name") | join(", ")}} said so.

A text that is one template keeps the type of its value; in a longer text values are put in as text. A path names
keys and list indexes, nothing else; a filter is one of `tools/templates/filters.py`, its arguments are literals.
What was put in is never read as a template again.
"""

from tools.templates.parsing import LONGEST_TEMPLATE, parse
from tools.templates.rendering import LARGEST_VALUE, find, render
from tools.templates.syntax import Path, Template
from tools.templates.values import MISSING, Missing, Scope

__all__ = [
    "LARGEST_VALUE",
    "LONGEST_TEMPLATE",
    "MISSING",
    "Missing",
    "Path",
    "Scope",
    "Template",
    "find",
    "parse",
    "render",
]
