"""Text from anywhere, made harmless for a terminal and for a log (H6)."""

CONTROL = (*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0))
DIRECTION = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
HARMFUL = dict.fromkeys((*CONTROL, *DIRECTION))
ESCAPED = {code: f"\\u{code:04x}" for code in HARMFUL if code >= 0x7F}  # json itself escapes what is below


def harmless(text: str) -> str:
    """`text` without the control and direction characters that could rewrite a terminal; tab and newline stay."""
    return text.translate(HARMFUL)


def harmless_json(text: str) -> str:
    """JSON that says the same, with those characters written as escapes: they stand in its strings alone."""
    return text.translate(ESCAPED)
