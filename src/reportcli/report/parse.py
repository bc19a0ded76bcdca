"""A parsed TOML table → a Report, or the problems that prevent it. It reads no files."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from reportcli.report.fields import (
    ARRAYS,
    DATE,
    DECIMAL,
    KINDS,
    MAP,
    NUMBER,
    TABLES,
    TEXT,
    TEXTS,
    YES_NO,
    Report,
    is_required,
)


class Problem(NamedTuple):
    """What is wrong with an entry, and at which dotted key; ``line`` is 0 where the key alone says where."""

    key: str
    text: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.key}: {self.text}"


def parse_report(report_id: str, table: Mapping[str, Any]) -> tuple[Report | None, list[Problem]]:
    """Return the Report of a parsed TOML table, or None and every problem. Unknown keys are ignored."""
    report, problems = parse_partial_report(report_id, table)
    return (None, problems) if problems else (report, problems)


def parse_partial_report(report_id: str, table: Mapping[str, Any]) -> tuple[Report, list[Problem]]:
    """Return a Report of what is valid in a parsed TOML table, and every problem.

    What is invalid is unknown in the report; a required field is empty then, a required date the year 1.
    """
    problems: list[Problem] = []
    report: Report = _read_table(Report, {**table, "id": report_id}, "", problems)
    return report, problems


_declared_fields = cache(fields)
_INVALID = object()


def _read_table(kind: Any, table: Any, path: str, problems: list[Problem]) -> Any:
    """Return a value of a dataclass, and add to the problems, whose keys begin with ``path``."""
    if not isinstance(table, Mapping):
        problems.append(Problem(path.rstrip("."), f"expected a table, got {quoted(table)}"))
        table, problems = {}, []  # one problem is enough; those of the missing keys are dropped
    values = {}
    for declared in _declared_fields(kind):
        key = path + declared.name
        value = _INVALID
        if declared.name in table:
            value = _read_value(declared.type, table[declared.name], key, problems)
        elif is_required(declared):
            problems.append(Problem(key, "required, but missing"))
        if value is not _INVALID:
            values[declared.name] = value
        elif is_required(declared):
            values[declared.name] = _EMPTY[KINDS[declared.type]]
    return kind(**values)


def _read_value(kind: Any, value: Any, key: str, problems: list[Problem]) -> Any:
    if kind in TABLES:
        return _read_table(kind, value, key + ".", problems)
    if kind in ARRAYS:
        if not isinstance(value, list):
            problems.append(Problem(key, f"expected an array of tables, got {quoted(value)}"))
            return _INVALID
        return tuple(_read_table(ARRAYS[kind], item, f"{key}[{index}].", problems) for index, item in enumerate(value))
    expected, is_valid, converted = _EXPECTED[KINDS[kind]]
    if not is_valid(value):
        problems.append(Problem(key, f"expected {expected}, got {quoted(value)}"))
        return _INVALID
    return converted(value) if converted else value


def _are_all_text(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


def _is_whole(value: Any) -> bool:
    """Return whether a value is a whole number; ``7e3``, which TOML reads as 7000.0, is one too."""
    return (type(value) is int or (type(value) is float and value.is_integer())) and 0 <= value < 2**63


_EXPECTED: dict[str, tuple[str, Callable[[Any], bool], Callable[[Any], Any] | None]] = {
    TEXT: ("a string", lambda value: isinstance(value, str), None),
    TEXTS: ("a list of strings", lambda value: isinstance(value, list) and _are_all_text(value), tuple),
    NUMBER: ("a whole number from 0 to 2^63 - 1", _is_whole, int),
    DECIMAL: ("a number from 0 to 1e300", lambda value: type(value) in (int, float) and 0 <= value <= 1e300, float),
    DATE: ("a date such as 2025-06-18, without quotes", lambda value: type(value) is datetime.date, None),
    YES_NO: ("true or false", lambda value: isinstance(value, bool), None),
    MAP: (
        "a table of strings",
        lambda value: isinstance(value, dict) and _are_all_text(value.values()),
        lambda value: MappingProxyType(dict(value)),
    ),
}


_EMPTY: dict[str, Any] = {TEXT: "", TEXTS: (), DATE: datetime.date.min}


def quoted(value: Any) -> str:
    """Return a value of an entry as a message shows it: in quotes if it is text, shortened to 40 characters."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 40 else f'"{value[:39]}…"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a table"
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        return "a huge number"
    return str(value)[:40]


_MAX_BITS = 128  # of a number that is shown; Python refuses to print very long ones
