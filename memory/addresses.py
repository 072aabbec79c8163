"""What counts as one mail address: the fourth of the import rules, in ASCII."""

import re

LONGEST = 254  # characters, by RFC 5321
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
TOP = r"(?:[A-Za-z]{2,63}|xn--[A-Za-z0-9-]{0,58}[A-Za-z0-9])"
ADDRESS = re.compile(rf"(?=.{{1,64}}@){ATOM}(?:\.{ATOM})*@(?:{LABEL}\.)+{TOP}")


def is_address(text: str) -> bool:
    """Whether `text` is one mail address and nothing else."""
    return len(text) <= LONGEST and ADDRESS.fullmatch(text) is not None
