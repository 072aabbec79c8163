"""What to say of a rule that does not parse: what stands there, and what to write instead."""

from collections.abc import Set

from lark import UnexpectedInput, UnexpectedToken

# What stands at the position, longest first.
STRAY = {
    "&&": 'write "and" instead of "&&".',
    "||": 'write "or" instead of "||".',
    "!": 'write "not" instead of "!".',
    "&": 'write "and" instead of "&".',
    "|": 'write "or" instead of "|".',
    **dict.fromkeys(("*", "+", "-", "/", "%", "^"), "a rule has no arithmetic; write the number itself."),
    ".": "a field has no parts; write a column's name in snake_case.",
    "_": "a field's name begins with a letter, or with _ and a digit.",
    **dict.fromkeys(('"', "'"), "the text that begins here is never closed."),
}
NUMBERS = "numbers are written as 1200, 1_200 or 12.5, with at most 15 digits."
COMPARISON = "a field needs a comparison, such as `employees >= 20`."
LISTS = 'a list follows "in": `country in ["Italy", "Spain"]`; a part of a text is found with "matches".'


def mistake(text: str, error: UnexpectedInput) -> tuple[int, str]:
    """Where the first mistake in `text` stands, counted from 0, and a sentence about it."""
    if isinstance(error, UnexpectedToken):
        accepts = error.accepts or error.expected
        if error.token.type == "$END":
            return len(text), _too_early(text, accepts)
        return error.token.start_pos or 0, _unexpected(error.token.type, str(error.token), accepts)
    position = error.pos_in_stream or 0
    return position, _stray(text[position:])


def _stray(rest: str) -> str:
    if rest[0].isdigit():
        return NUMBERS
    if rest[0].isalpha():
        return "a field's name has at most 100 characters."
    return next(
        (why for sign, why in STRAY.items() if rest.startswith(sign)), f"{rest[0]!r} means nothing in a rule."
    )


def _too_early(text: str, accepts: Set[str]) -> str:
    if not text.strip():
        return "the rule is empty."
    if "OPERATOR" in accepts:
        return COMPARISON
    if "_RPAR" in accepts:
        return 'the rule ends before its "(" is closed.'
    return "the rule ends where a field or a value should follow."


def _unexpected(kind: str, word: str, accepts: Set[str]) -> str:
    if "_AND" in accepts or "$END" in accepts:
        return _after_a_comparison(kind, word)
    if "OPERATOR" in accepts:
        return {"_LPAR": "nothing can be called in a rule.", "_IN": LISTS}.get(kind, COMPARISON)
    if accepts == {"TEXT"}:
        return 'the pattern after "matches" stands in quotation marks.'
    if accepts == {"_LBRACKET", "_LPAR"}:
        return LISTS
    if kind == "_RBRACKET":
        return "the list is empty."
    if kind == "_NOT":
        return 'a second "not" needs parentheses.'
    return f"{word[:20]!r} cannot stand here."


def _after_a_comparison(kind: str, word: str) -> str:
    if kind == "OPERATOR":
        return 'one comparison at a time; join two with "and".'
    if kind == "_COMMA":
        return NUMBERS
    if kind == "_RPAR":
        return 'this ")" closes nothing.'
    return f'"and", "or" or the end should stand here, not {word[:20]!r}.'
