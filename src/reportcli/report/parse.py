"""A parsed TOML table becomes a Report, or the problems that say why not. It reads no files."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from reportcli.report.fields import ARRAYS, DATE, KINDS, MAP, NUMBER, TABLES, TEXT, TEXTS, YES_NO, Report, is_required


class Problem(NamedTuple):
    """What is wrong with an entry, and the dotted key where it is; the line where that alone says where."""

    key: str
    text: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.key}: {self.text}"


def parse_report(id: str, table: Mapping[str, Any]) -> tuple[Report | None, list[Problem]]:
    """Make a Report of a parsed TOML table; without one, the problems say why. Unknown keys are passed over."""
    report, problems = parse_partial_report(id, table)
    return (None, problems) if problems else (report, problems)


def parse_partial_report(id: str, table: Mapping[str, Any]) -> tuple[Report, list[Problem]]:
    """Make a Report of what is right in a parsed TOML table, and say what is not.

    What is wrong is unknown in the report; where it is required, empty, and a date the first of all.
    """
    problems: list[Problem] = []
    report: Report = _read(Report, {**table, "id": id}, "", problems)
    return report, problems


_declared = cache(fields)
_WRONG = object()


def _read(kind: Any, table: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(table, Mapping):
        problems.append(Problem(path.rstrip("."), f"expected a table, got {quoted(table)}"))
        table, problems = {}, []  # one problem is enough
    values = {}
    for declared in _declared(kind):
        key = path + declared.name
        value = _WRONG
        if declared.name in table:
            value = _read_value(declared.type, table[declared.name], key, problems)
        elif is_required(declared):
            problems.append(Problem(key, "required, but missing"))
        if value is not _WRONG:
            values[declared.name] = value
        elif is_required(declared):
            values[declared.name] = _EMPTY[KINDS[declared.type]]
    return kind(**values)


def _read_value(kind: Any, value: Any, key: str, problems: list[Problem]) -> Any:
    if kind in TABLES:
        return _read(kind, value, key + ".", problems)
    if kind in ARRAYS:
        if not isinstance(value, list):
            problems.append(Problem(key, f"expected an array of tables, got {quoted(value)}"))
            return _WRONG
        return tuple(_read(ARRAYS[kind], item, f"{key}[{place}].", problems) for place, item in enumerate(value))
    expected, fits = _EXPECTED[KINDS[kind]]
    if not fits(value):
        problems.append(Problem(key, f"expected {expected}, got {quoted(value)}"))
        return _WRONG
    if isinstance(value, list):
        return tuple(value)
    return MappingProxyType(dict(value)) if isinstance(value, dict) else value


def _are_texts(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


_EXPECTED: dict[str, tuple[str, Callable[[Any], bool]]] = {
    TEXT: ("a text", lambda value: isinstance(value, str)),
    TEXTS: ("a list of texts", lambda value: isinstance(value, list) and _are_texts(value)),
    NUMBER: ("a whole number from 0 to 2^63 - 1", lambda value: type(value) is int and 0 <= value < 2**63),
    DATE: ("a date such as 2025-06-18, without quotes", lambda value: type(value) is datetime.date),
    YES_NO: ("true or false", lambda value: isinstance(value, bool)),
    MAP: ("a table of texts", lambda value: isinstance(value, dict) and _are_texts(value.values())),
}


_EMPTY: dict[str, Any] = {TEXT: "", TEXTS: (), DATE: datetime.date.min}


def quoted(value: Any) -> str:
    """Return a value of an entry as a problem names it, not too long."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 40 else f'"{value[:39]}…"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a table"
    if isinstance(value, int) and value.bit_length() > _LONGEST:
        return "a huge number"
    return str(value)[:40]


_LONGEST = 128  # bits of a number that is written out; Python refuses to write very long ones
