"""One value as a reader wants to see it: 36T, 128K, yes; and any text made safe to show."""

from typing import Any

from reportcli.report.fields import NUMBER, Field
from reportcli.text import is_displayable

_SCALES = ((10**12, "T"), (10**9, "B"), (10**6, "M"))


def escape_controls(text: str) -> str:
    """Return the text with every character escaped that a terminal would obey instead of show; line ends are spaces."""
    return text if text.isprintable() else "".join(map(_displayable, text))


def escape_path(path: str) -> str:
    """Return the path with every character escaped that is not seen as it is, line ends and tabs included."""
    if path.isprintable():
        return path
    return "".join(char if is_displayable(char) else f"\\x{ord(char):02x}" for char in path)


def _displayable(char: str) -> str:
    return char if is_displayable(char) else " " if char.isspace() else f"\\x{ord(char):02x}"


def format_value(field: Field, value: Any) -> str:
    """Return a value for a reader; "" where it is unknown. A computed figure has ≈ before it."""
    if value is None or value == ():
        return ""
    if isinstance(value, tuple):
        return ", ".join(part for part in (format_value(field, item) for item in value) if part)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return ("≈ " if field.info.computed else "") + format_number(value, field)
    if hasattr(value, "items"):
        return ", ".join(f"{escape_controls(key)}: {escape_controls(text)}" for key, text in value.items())
    return escape_controls(str(value))


def format_number(value: int | float, field: Field) -> str:
    """Return a number for a reader: 235B parameters, a context length of 128K (powers of two), 9.4e23 FLOP."""
    if field.info.context and value >= 1024:
        return _format_context(int(value))
    if value >= 10**15:
        return f"{value:.1e}".replace("e+", "e")
    for scale, suffix in _SCALES:
        if value >= scale:
            return f"{value / scale:.3g}{suffix}" if value < 1000 * scale else f"{value / scale:,.0f}{suffix}"
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"
    return f"{value:,}"


def _format_context(tokens: int) -> str:
    for scale, suffix in ((1 << 20, "M"), (1 << 10, "K"), (10**6, "M"), (1000, "K")):
        if tokens >= scale and tokens % scale == 0:
            return f"{tokens // scale}{suffix}"
    return f"{tokens:,}"


def is_numeric(field: Field) -> bool:
    """Return whether a column of this field is aligned to the right."""
    return field.kind == NUMBER
