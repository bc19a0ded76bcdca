"""An entry as its rules see it: as far as it can be read, with its texts by dotted keys. Reads no files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta, timezone
from typing import Any, NamedTuple

from reportcli.errors import did_you_mean
from reportcli.report.declare import Record
from reportcli.report.fields import ENTRY_FIELDS, Field, Report
from reportcli.report.parse import Problem, parse_partial_report
from reportcli.report.techniques import Vocabulary
from reportcli.text import closest_spellings

Problems = Iterator[Problem]
_FIELDS = {field.path: field for field in ENTRY_FIELDS}


def latest_today() -> date:
    """Return the day that it is where it is latest, at UTC+14: a later one is in the future everywhere."""
    return datetime.now(timezone(timedelta(hours=14))).date()


class ParsedEntry(NamedTuple):
    """An entry as far as it can be read, and what else its rules may look at."""

    file_name: str
    text: str
    table: Mapping[str, Any]
    report: Report  # made of the values of the right types
    type_problems: Sequence[Problem]
    texts: Sequence[tuple[str, Field, str]]  # dotted key, field and text of every text
    vocabulary: Vocabulary | None  # None where it cannot be read
    today: date

    def has(self, path: str) -> bool:
        """Return whether the entry has a field or a table, with whatever value; of an array, whether one table has."""
        return has_field(self.table, path)


def parse_entry(
    file_name: str, text: str, table: Mapping[str, Any], vocabulary: Vocabulary | None, today: date
) -> ParsedEntry:
    """Return an entry as far as it can be read; ``table`` is what ``parse_toml`` made of the text."""
    report, problems = parse_partial_report(file_name.removesuffix(".toml"), table)
    texts = [(key, field, text) for key, field, text in values_by_key(report) if isinstance(text, str)]
    return ParsedEntry(file_name, text, table, report, problems, texts, vocabulary, today)


def values_by_key(part: Record, path: str = "", key: str = "") -> Iterator[tuple[str, Field, Any]]:
    """Yield each known value of a report with its dotted key and its field; of lists and tables of texts, each item.

    The key has the places in lists and arrays: ``posttraining.rl[0].rewards[1]``.
    """
    for declared in fields(part):  # type: ignore[arg-type]
        value = getattr(part, declared.name)
        inner_path, inner_key = path + declared.name, key + declared.name
        field = _FIELDS.get(inner_path)
        for item_key, item in _items(inner_key, value):
            if isinstance(item, Record):
                yield from values_by_key(item, f"{inner_path}.", f"{item_key}.")
            elif field is not None and item is not None:
                yield item_key, field, item


def _items(key: str, value: Any) -> Iterable[tuple[str, Any]]:
    """Return the items of a value with their keys; what has no items is its own."""
    if isinstance(value, tuple):
        return ((f"{key}[{index}]", item) for index, item in enumerate(value))
    if isinstance(value, Mapping):
        return ((f"{key}.{name}", item) for name, item in value.items())
    return ((key, value),)


def has_field(table: Any, path: str) -> bool:
    """Return whether a parsed table has a field or a table, by its path; of an array, whether one of its tables has."""
    name, _, rest = path.partition(".")
    tables = table if isinstance(table, list) else [table]
    return any(isinstance(one, Mapping) and name in one and (not rest or has_field(one[name], rest)) for one in tables)


def suggestion(text: str, names: Iterable[str]) -> str:
    """Return "; did you mean …?" with the closest of some names; "" where none is close."""
    question = did_you_mean(closest_spellings(text, names)[:1])
    return f"; {question}" if question else ""
