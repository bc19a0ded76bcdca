"""One value as a reader wants to see it: 36T, 128K, yes; and any text made safe to show."""

import re
from typing import Any

from reportcli.report.derived import Stated
from reportcli.report.fields import DECIMAL, NUMBERS, Field
from reportcli.text import is_displayable

NOT_DISCLOSED, SHORT_NOT_DISCLOSED = "not disclosed", "n.d."  # of a field that the report was read for in vain
_SMALL = 1e-3  # numbers below it are written as 2.2e-4
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
        parts = filter(None, (format_value(field, item) for item in value))
        return ", ".join(dict.fromkeys(parts) if field.in_array else parts)  # of runs or models, each value once
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        is_estimate = field.info.computed and not isinstance(value, Stated)
        return ("≈ " if is_estimate else "") + format_number(value, field)
    if hasattr(value, "items"):
        return ", ".join(f"{escape_controls(key)}: {escape_controls(text)}" for key, text in value.items())
    return escape_controls(str(value))


def format_number(value: int | float, field: Field) -> str:
    """Return a number for a reader: 235B parameters, a context length of 128K, 9.4e23 FLOP; rounded before it is named.

    A context length of 128K is 128,000 or 131,072 tokens, one of 1M 1,000,000 or 1,048,576.
    """
    if field.info.context and value >= 1000 and value == int(value):
        return _format_context(int(value))
    if field.info.in_bytes:
        return _format_bytes(value)
    rounded = _round(value, 3)
    if rounded >= 10**15:
        return f"{value:.1e}".replace("e+", "e").replace(".0e", "e")
    for scale, suffix in _SCALES:
        if rounded >= scale:
            return f"{rounded / scale:g}{suffix}"
    if isinstance(value, int) or _round(value, 2) >= 100:
        return f"{value:,.0f}"
    is_stated = field.kind == DECIMAL and not field.info.computed  # a learning rate keeps all its digits
    text = f"{value:g}" if is_stated else f"{value:.2g}"
    return re.sub(r"\.?0*e-0*", "e-", f"{float(text):e}") if 0 < value < _SMALL else text


def _format_bytes(count: int | float) -> str:
    """Return a number of bytes with three digits: 68.6 KiB."""
    for exponent, suffix in ((3, "GiB"), (2, "MiB"), (1, "KiB")):
        if count >= 1024**exponent:
            return f"{float(f'{count / 1024**exponent:.3g}'):g} {suffix}"
    return f"{count:,} B"


def _round(value: int | float, digits: int) -> float:
    """Return a number with so many significant digits; whole numbers below a million stay as they are."""
    return value if isinstance(value, int) and value < 10**6 else float(f"{value:.{digits - 1}e}")


def _format_context(tokens: int) -> str:
    """Return a length in thousands or in powers of two, whichever divides it; else in digits."""
    for base in (1000, 1024):
        for exponent, suffix in ((2, "M"), (1, "K")):
            number = tokens * 100 / base**exponent  # with two digits after the point at most
            if tokens >= base**exponent and number == int(number) and (exponent > 1 or number % 100 == 0):
                return f"{number / 100:.10g}{suffix}"
    return f"{tokens:,}"


def is_numeric(field: Field) -> bool:
    """Return whether a column of this field is aligned to the right."""
    return field.kind in NUMBERS
