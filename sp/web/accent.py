"""The one colour that comes from configuration, made readable on light and on dark (WCAG 1.4.3)."""

from __future__ import annotations

from colorsys import hls_to_rgb, rgb_to_hls
from typing import Final

RGB = tuple[int, int, int]

BLACK: Final[RGB] = (0, 0, 0)
WHITE: Final[RGB] = (255, 255, 255)
LIGHT_GROUND: Final[RGB] = (0xF4, 0xF6, 0xF8)
DARK_SURFACE: Final[RGB] = (0x16, 0x1D, 0x27)
"""The grounds that links stand on: --ground and --surface of style.css."""
ON_LIGHT: Final = 4.5
ON_DARK: Final = 6.5
"""Contrast for text; a coloured text on dark needs more than the standard's 4.5 to read well."""
STEPS: Final = 50


def make_theme(colour: str) -> str:
    """Return the style sheet of an accent `#rrggbb`: four custom properties."""
    given = (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))
    light = _readable(given, LIGHT_GROUND, 0.0, ON_LIGHT)
    dark = _readable(given, DARK_SURFACE, 1.0, ON_DARK)
    properties = {
        "--accent-light": light,
        "--accent-light-strong": _mix(light, BLACK, 0.2),
        "--accent-dark": dark,
        "--accent-dark-strong": _mix(dark, WHITE, 0.35),
    }
    lines = "".join(f"  {name}: {_written(value)};\n" for name, value in properties.items())
    return f":root {{\n{lines}}}\n"


def contrast(one: RGB, other: RGB) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _readable(colour: RGB, ground: RGB, towards: float, wanted: float) -> RGB:
    """Return the colour, made lighter or darker only as far as it must be on this ground."""
    hue, lightness, saturation = rgb_to_hls(*(part / 255 for part in colour))
    for step in range(STEPS + 1):
        moved = lightness + (towards - lightness) * step / STEPS
        shown = _from_hls(hue, moved, saturation)
        if contrast(shown, ground) >= wanted:
            return shown
    raise AssertionError  # black is read on every light ground, white on every dark one


def _from_hls(hue: float, lightness: float, saturation: float) -> RGB:
    red, green, blue = (round(part * 255) for part in hls_to_rgb(hue, lightness, saturation))
    return red, green, blue


def _mix(colour: RGB, other: RGB, share: float) -> RGB:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _luminance(colour: RGB) -> float:
    """Return the relative luminance (WCAG 2.2)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB
        for part in (value / 255 for value in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _written(colour: RGB) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
