"""Whether an inline style writes in the colour of its own ground, in whatever notation."""

import colorsys
import re
from collections.abc import Mapping

from tools.wordlists import lists_of

Colour = tuple[int, int, int]

_HEX = re.compile(
    r"#(?:([0-9a-f])([0-9a-f])([0-9a-f])[0-9a-f]?|([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})(?:[0-9a-f]{2})?)"
)
_RGB = re.compile(r"rgba?\((\d{1,3}%?)[, ]+(\d{1,3}%?)[, ]+(\d{1,3}%?)(?:[,/ ]+[\d.]+%?)?\)")
_HSL = re.compile(r"hsla?\((\d{1,3})(?:deg)?[, ]+(\d{1,3})%[, ]+(\d{1,3})%(?:[,/ ]+[\d.]+%?)?\)")
_CLEAR = re.compile(r"transparent|(?:rgb|hsl)a?\([^)]*[,/ ]\s*0?\.?0+%?\s*\)|#[0-9a-f]{3}0|#[0-9a-f]{6}00")
_ALPHA = re.compile(r"(?:rgb|hsl)a\(|/|#[0-9a-f]{4}$|#[0-9a-f]{8}$|transparent")


def hides_by_colour(style: str) -> bool:
    """Whether text under `style` is transparent, or has the colour of the ground that `style` gives it."""
    if "color" not in style.lower():
        return False
    said = _declared(style)
    ink, ground = said.get("color", ""), said.get("background-color") or said.get("background", "")
    if _is_clear(ink):
        return "text" not in said.get("background-clip", said.get("-webkit-background-clip", ""))
    written = colour_of(ink)
    return written is not None and not _is_clear(ground) and written == colour_of(ground)


def colour_of(text: str) -> Colour | None:
    """Red, green and blue from 0 to 255; None where `text` is no colour alone."""
    text = _named().get(text, text)
    if found := _HEX.fullmatch(text):
        digits = [part * (2 // len(part)) for part in found.groups() if part]
        return int(digits[0], 16), int(digits[1], 16), int(digits[2], 16)
    if found := _RGB.fullmatch(text):
        return _part(found[1]), _part(found[2]), _part(found[3])
    if found := _HSL.fullmatch(text):
        hue, lightness, saturation = int(found[1]) / 360, int(found[3]) / 100, int(found[2]) / 100
        red, green, blue = colorsys.hls_to_rgb(hue % 1, min(lightness, 1), min(saturation, 1))
        return round(red * 255), round(green * 255), round(blue * 255)
    return None


def _declared(style: str) -> Mapping[str, str]:
    pairs = (one.partition(":") for one in style.lower().replace("!important", "").split(";"))
    return {name.strip(): " ".join(value.split()).replace("( ", "(").replace(" )", ")") for name, _, value in pairs}


def _is_clear(text: str) -> bool:
    return bool(_ALPHA.search(text) and _CLEAR.fullmatch(text))


def _part(text: str) -> int:
    return min(255, round(int(text[:-1]) * 2.55) if text.endswith("%") else int(text))


def _named() -> Mapping[str, str]:
    return dict(zip(lists_of("visible")["colour_names"], lists_of("visible")["colour_values"], strict=True))
