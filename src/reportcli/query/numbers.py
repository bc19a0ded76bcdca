"""Numbers and ranges as people type them → a condition, or an error that says what was probably meant."""

import re
from collections.abc import Callable
from typing import NamedTuple

from reportcli.errors import InvalidNumber
from reportcli.query.conditions import Between, Query, any_of
from reportcli.report.fields import Field

_DECIMAL_EXPONENTS = {"": 0, "k": 3, "m": 6, "b": 9, "t": 12}
_BINARY_EXPONENTS = {"k": 10, "m": 20}
_BYTES_EXPONENTS = {"kib": 10, "mib": 20, "gib": 30}
_MAX_DIGITS = 60
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d[\d_]*)"
_NUMBER = rf"({_DIGITS}|)(?:\.(\d+))?(?:e([+-]?\d{{1,3}}))?([kmg]ib|[kmbt]?)"
_PLAIN = rf"(?:{_DIGITS})?(?:\.\d+)?"
_UNIT = "([kmg]ib|[kmbt])"


class _Number(NamedTuple):
    """The least and the greatest number that a text stands for: of a context, 128k is 128,000 and 131,072."""

    low: int | float
    high: int | float


def parse_number_condition(field: Field, text: str) -> Query:
    """Parse ``100B``, ``>100B`` or a range such as ``10B..20B`` or ``1B..<10B``. Raises InvalidNumber."""
    try:
        return _parse(field, text.replace(" ", ""))
    except InvalidNumber as error:
        raise InvalidNumber(error.problem, error.meant or _meant(field, text.replace(" ", ""))) from error


def parse_number(field: Field, text: str) -> int | float:
    """Parse one number as people type it, such as ``15T`` or ``2.2e-4``; a context of ``128k`` is 131,072.

    Raises InvalidNumber.
    """
    plain = "".join(text.split())
    if number := _number(plain, field):
        return number.high
    meant = _corrected(plain)
    raise InvalidNumber(f"{text} is not a number", meant if _number(meant, field) else "")


def _parse(field: Field, text: str) -> Query:
    comparison = re.fullmatch(r"(>=|<=|>|<|=?)(.+)", text, re.S)
    sign, number = comparison.groups() if comparison else ("", "")
    first, dots, last = number.partition("..")
    if dots and not sign and not last.startswith("."):
        return _range(field, first, last)
    value = None if dots else _number(number, field)
    if value is None:
        raise InvalidNumber(f"{text} is not a number or a range")
    return _compare(field.path, sign, value)


def _range(field: Field, first: str, last: str) -> Query:
    """Return the condition of a range; a unit on the right end holds for a smaller left end without one."""
    text = f"{first}..{last}"
    right_open, last = last.startswith("<"), last.removeprefix("<")
    with_unit = _with_unit_of(first, last)
    low, high = _number(with_unit, field), _number(last, field)
    if (first and not low) or (last and not high) or not (low or high) or (right_open and not high):
        raise InvalidNumber(f"{text} is not a number or a range")
    end = high and (high.low if right_open else high.high)
    if low and end is not None and low.low > end:
        raise InvalidNumber("the range is reversed", f"{last}..{first}")
    if low and right_open and low.low == end:
        raise InvalidNumber("the range is empty", f"{first}..{last}")
    note = "" if with_unit == first else f"{text} is read as {with_unit}..{'<' * right_open}{last}"
    return Between(field.path, low and low.low, end, right_open and not low, bool(right_open and low), note)


def _with_unit_of(first: str, last: str) -> str:
    """Return the left end of a range with the unit of the right end, if it is smaller and has none."""
    with_unit = re.fullmatch(f"({_PLAIN}){_UNIT}", last, re.I | re.A)
    if not with_unit or not re.fullmatch(_PLAIN, first, re.A):
        return first
    left, right = (float(re.sub("[,_]", "", end) or "nan") for end in (first, with_unit[1]))
    return first + with_unit[2] if 0 < left < right else first


def _number(text: str, field: Field) -> _Number | None:
    match = re.fullmatch(_NUMBER, text, re.I | re.A)
    if not match or len(text) > _MAX_DIGITS or not (match[1] or match[2]):
        return None
    fraction, suffix = match[2] or "", match[4].lower()
    digits = int(re.sub("[,_]", "", match[1]) + fraction)
    exponent = int(match[3] or 0) - len(fraction)
    if suffix in _BYTES_EXPONENTS:
        count = _scaled(digits * 2 ** _BYTES_EXPONENTS[suffix], exponent)
        return _Number(count, count) if field.info.in_bytes else None
    low = _scaled(digits, exponent + _DECIMAL_EXPONENTS[suffix])
    if low >= 10**_MAX_DIGITS:
        return None
    if field.info.context and suffix in _BINARY_EXPONENTS:
        return _Number(low, _scaled(digits * 2 ** _BINARY_EXPONENTS[suffix], exponent))
    return _Number(low, low)


def _scaled(digits: int, exponent: int) -> int | float:
    """Return digits · 10^exponent, as an int where it is whole."""
    whole, rest = divmod(digits * 10 ** max(exponent, 0), 10 ** max(-exponent, 0))
    return float(f"{digits}e{exponent}") if rest else whole


def _compare(field_path: str, sign: str, number: _Number) -> Query:
    """Return the condition that compares with a number, which is two of them for a context of 128k."""
    low, high = number
    match sign:
        case ">":
            return Between(field_path, high, None, exclusive=True)
        case "<":
            return Between(field_path, None, low, exclusive=True)
        case ">=":
            return Between(field_path, low, None)
        case "<=":
            return Between(field_path, None, high)
    return any_of(Between(field_path, end, end) for end in dict.fromkeys((low, high)))


def _meant(field: Field, text: str) -> str:
    """Return the number or range that was probably meant by a text that is none; "" if there is no telling."""
    plain = _corrected(text)
    for candidate in (plain, re.sub(r"(?<=[\dkmbt])(?:-|to)(?=[.\d])", "..", plain, count=1, flags=re.I)):
        try:
            _parse(field, candidate)
        except InvalidNumber:
            continue
        return candidate
    return ""


def _corrected(text: str) -> str:
    for pattern, right in _MISSPELLINGS:
        text = re.sub(pattern, right, text, flags=re.I)
    return text


_MISSPELLINGS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"(?<=\d)thousand", "k"),
    (r"(?<=\d)(m|b|tr?)(?:illion|n)s?", lambda word: word[1][0].upper()),
    (r"[\u2010-\u2015\u2212]", "-"),
    (r"\.{3,}|\u2026", ".."),
    (r"^[~\u2248]", ""),
    (r"^(?:\u2265|=>)(.*)", r"\1.."),
    (r"^(?:\u2264|=<)(.*)", r"..\1"),
    (r"^(.*\w)\+$", r"\1.."),
    (r"(?<!\d)\d{1,3}(?:\.\d{3}){2,}(?!\d)", lambda number: number[0].replace(".", ",")),
    (r"\d+(?:,\d+)+(?![\d,])", lambda number: _with_decimal_point(number[0])),
)


def _with_decimal_point(number: str) -> str:
    if re.fullmatch(_DIGITS, number):
        return number
    return number.replace(",", "." if number.count(",") == 1 else "")
