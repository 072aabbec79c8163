"""From a rule's text to its expression, with a sentence for whatever cannot be read."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import cast

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.lark import PostLex

from memory.errors import Invalid
from tools.linear_patterns import Pattern, linear_pattern
from tools.rule_expressions import AllOf, AnyOf, Compare, Expression, Field, Literal, Matches, Not, OneOf
from tools.rule_mistakes import mistake
from tools.rule_values import EQUALITY

GRAMMAR = Path(__file__).with_name("rules.lark")
LONGEST_RULE = 2000  # characters
DEEPEST_RULE = 50  # parentheses within parentheses
MOST_PATTERNS = 20  # `matches` in one rule

Operand = Field | Literal


def parse(text: str) -> Expression:
    """The expression that `text` says; `Invalid` with the position of the first mistake."""
    if len(text) > LONGEST_RULE:
        raise _invalid(LONGEST_RULE, f"the rule has {len(text):,} characters; {LONGEST_RULE:,} are allowed.")
    try:
        return cast(Expression, _parser().parse(text))
    except UnexpectedInput as error:
        raise _invalid(*mistake(text, error)) from None


@cache
def _parser() -> Lark:
    return Lark(
        GRAMMAR.read_text(encoding="utf-8"), parser="lalr", lexer="basic", postlex=_Bounds(), transformer=_Build()
    )


def _invalid(position: int, sentence: str) -> Invalid:
    return Invalid(sentence, where=f"character {position + 1}")


def _at(token: Token, sentence: str) -> Invalid:
    return _invalid(token.start_pos or 0, sentence)


class _Bounds(PostLex):
    """Bounds the depth of the expression, and so of every walk over it, and what its patterns may cost."""

    always_accept = ()

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        depth = patterns = 0
        for token in stream:
            depth += {"_LPAR": 1, "_RPAR": -1}.get(token.type, 0)
            patterns += token.type == "_MATCHES"
            if depth > DEEPEST_RULE:
                raise _at(token, f"parentheses stand within parentheses more than {DEEPEST_RULE} deep.")
            if patterns > MOST_PATTERNS:
                raise _at(token, f'"matches" stands here more than {MOST_PATTERNS} times; join patterns with |.')
            yield token


@v_args(inline=True)
class _Build(Transformer[Token, Expression]):
    """Each method is named for the part of the grammar that it builds."""

    def start(self, expression: Expression) -> Expression:
        return expression

    def any_of(self, *parts: Expression) -> Expression:
        return AnyOf(parts)

    def all_of(self, *parts: Expression) -> Expression:
        return AllOf(parts)

    def negation(self, part: Expression) -> Expression:
        return Not(part)

    def compare(self, left: Operand, operator: Token, right: Operand) -> Expression:
        sign = "==" if operator == "=" else str(operator)
        sides = (left, right)
        if not any(isinstance(side, Field) for side in sides):
            raise _at(operator, "two fixed values are compared; name a field on one side.")
        ordered = sign not in EQUALITY
        if ordered and any(isinstance(side, Literal) and isinstance(side.literal, bool) for side in sides):
            raise _at(operator, "true and false have no order; compare them with == or !=.")
        return Compare(left, sign, right)

    def one_of(self, field: Field, *choices: Literal) -> Expression:
        return OneOf(tuple(Compare(field, "==", choice) for choice in choices))

    def none_of(self, field: Field, *choices: Literal) -> Expression:
        return Not(self.one_of(field, *choices))

    def matches(self, field: Field, pattern: Token) -> Expression:
        return Matches(field, _compiled(pattern))

    def matches_not(self, field: Field, pattern: Token) -> Expression:
        return Not(self.matches(field, pattern))

    def field(self, name: Token) -> Field:
        return Field(name.lower())

    def number(self, digits: Token) -> Literal:
        return Literal(Decimal(digits.replace("_", "")))

    def text(self, quoted: Token) -> Literal:
        return Literal(_unquoted(quoted))

    def truth(self, word: Token) -> Literal:
        return Literal(word.lower() == "true")


def _unquoted(token: Token) -> str:
    """The text between the quotation marks, as it stands: there are no escapes."""
    if not token[1:-1].strip():
        raise _at(token, "a blank field is unknown, so nothing can be compared with an empty text.")
    return str(token[1:-1])


def _compiled(token: Token) -> Pattern:
    try:
        return linear_pattern(_unquoted(token), ignore_case=True)
    except Invalid as error:
        raise _at(token, str(error)) from None
