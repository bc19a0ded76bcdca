"""The rows of a spreadsheet in CSV → records of entries: rows of one paper are models of one report."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reportcli.curate.mapping import LINKS, Column, ColumnMapping, mapping_by_names, read_mapping
from reportcli.curate.records import Record, Source
from reportcli.curate.refused import REASON
from reportcli.curate.template import first_sentence
from reportcli.errors import InvalidNumber, UsageError
from reportcli.query.names import parse_arxiv_number
from reportcli.query.numbers import parse_number
from reportcli.report.fields import DATE, DECIMAL, NUMBERS, TEXTS, YES_NO, YES_NO_VALUES

SHIPPED = (Path(__file__).with_name("epoch.toml"),)  # mappings of spreadsheets that are recognized by their header
_HUB = "huggingface.co"
_CODE = ("github.com", "gitlab.com", "bitbucket.org")

Row = Mapping[str, str]


def spreadsheet_records(source: Source, mapping: ColumnMapping | None = None) -> Iterator[Record]:
    """Yield a record for each report of a CSV file. Without a mapping, that of its header is taken.

    Raises UsageError for what is no CSV, or where no column is the name.
    """
    rows, header = _rows(source)
    chosen = mapping or _mapping_of(header)
    _reject_missing(source, chosen, header)
    groups = _groups(rows, chosen.group)
    for count, group in enumerate(groups, 1):
        lines = " and ".join(str(line) for line, _ in group[:3]) + (" …" if len(group) > 3 else "")
        record = _record(f"{source.name}:{lines}", [row for _, row in group], chosen)
        yield record._replace(share=count / len(groups))


def _rows(source: Source) -> tuple[list[tuple[int, Row]], Sequence[str]]:
    """Return each row with its line, and the header. What parts cells is the most frequent of , ; and tab in it."""
    reader = _reader(source)
    rows: list[tuple[int, Row]] = []
    try:
        header = reader.fieldnames or ()
        for row in reader:
            cells = {str(name): cell if isinstance(cell, str) else "" for name, cell in row.items() if name != REASON}
            if any(map(str.strip, cells.values())):
                rows.append((reader.line_num, cells))
    except csv.Error as error:
        raise UsageError(f"{source.name}:{reader.line_num}: not CSV: {error}", "save it as CSV in UTF-8") from error
    twice = [name for name in header if name and header.count(name) > 1]
    if twice:
        raise UsageError(f"{source.name} has two columns called {twice[0]!r}", "rename one of them")
    return rows, [name for name in header if name != REASON]


def _reader(source: Source) -> "csv.DictReader[str]":
    delimiter = max(",;\t", key=source.text.partition("\n")[0].count)
    csv.field_size_limit(1_000_000)
    return csv.DictReader(io.StringIO(source.text, newline=""), delimiter=delimiter, restkey="", strict=True)


def _mapping_of(header: Sequence[str]) -> ColumnMapping:
    """Return the mapping that is shipped for a header, or else that of the names of its columns."""
    shipped = (mapping for mapping in map(read_mapping, SHIPPED) if set(mapping.header) <= set(header))
    return next(shipped, None) or mapping_by_names(header)


def notes_on(source: Source, mapping: ColumnMapping | None) -> tuple[str, ...]:
    """Return what is to be said of a spreadsheet that was read: columns that are left out, and that are not there."""
    header = [name for name in _reader(source).fieldnames or () if name != REASON]
    chosen = mapping or _mapping_of(header)
    others = (
        name
        for columns in chosen.columns.values()
        for each in columns
        for name in (each.times, each.where, each.before)
    )
    used = dict.fromkeys((*chosen.columns, *chosen.group, *others))
    unused = [name for name in header if name and name not in used]
    missing = [name for name in used if name and name not in header] if mapping else []  # ours is for several tables
    return (*_named("columns left out", unused), *_named(f"no such columns in {source.name}", missing))


def _named(problem: str, columns: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence that names some columns, at most eight; none where there are none."""
    more = f" and {len(columns) - _MOST_NAMED} more" if len(columns) > _MOST_NAMED else ""
    return (f"{problem}: {', '.join(columns[:_MOST_NAMED])}{more}",) if columns else ()


_MOST_NAMED = 8


def _reject_missing(source: Source, mapping: ColumnMapping, header: Sequence[str]) -> None:
    """Raise UsageError where no column is the name."""
    if not any(each.path == "name" for name in header for each in mapping.columns.get(name, ())):
        hint = 'write a mapping such as `[columns]`, `Model = "name"`, and give it with --map'
        raise UsageError(f"{source.name}: no column is the name of a report", hint)


def _groups(rows: Sequence[tuple[int, Row]], columns: Sequence[str]) -> list[list[tuple[int, Row]]]:
    """Return the rows of each report: those with the same value in one of the columns, in the order of the first."""
    groups: list[list[tuple[int, Row]]] = []
    by_value: dict[tuple[str, str], list[tuple[int, Row]]] = {}
    for line, row in rows:
        values = [(name, text) for name in columns if (text := row.get(name, "").strip())]
        group = next((by_value[value] for value in values if value in by_value), None)
        if group is None:
            group = []
            groups.append(group)
        group.append((line, row))
        for value in values:
            by_value.setdefault(value, group)
    return groups


class _BadCell(Exception):
    """A cell does not hold what its column is mapped to."""


def _record(place: str, rows: Sequence[Row], mapping: ColumnMapping) -> Record:
    """Return the record of the rows of a report: its own fields from the first that has them, and a model a row.

    A model has no name where no cell says one.
    """
    values: dict[str, Any] = {}
    names: dict[str, str] = {}
    try:
        for row in rows:
            model: dict[str, Any] = {}
            for name, columns in mapping.columns.items():
                for column in columns:
                    names.setdefault(column.path, name)
                    if text := " ".join(row.get(name, "").split()):
                        _put(
                            model if column.path.startswith("models.") else values,
                            column,
                            _cell(column, name, text, row),
                        )
            if model:
                values.setdefault("models", []).append(model)
    except _BadCell as error:
        return Record(place, {}, problem=str(error), rows=rows)
    if "name" in values:
        values.setdefault("title", values["name"])
    if mapping.source:
        tables = [table for table in ("models", "architecture", "pretraining", "posttraining") if table in values]
        values["sources"] = dict.fromkeys(tables, mapping.source) | values.get("sources", {})
    entry_id = values.pop("id", "")
    return Record(place, values, entry_id, rows=rows, names=names)


def _put(values: dict[str, Any], column: Column, value: Any) -> None:
    """Add the value of a cell: a list grows, what is spoken of a field too; of anything else the first value stays."""
    if value in (None, []):
        return
    if column.path == LINKS:
        for key, address in value:
            _put(values, Column(f"links.{key}", None), address)
        return
    *tables, key = column.path.removeprefix("models.").split(".")
    for table in tables:
        values = values.setdefault(table, {})
    if column.key:
        before = values.setdefault(key, {}).get(column.key)
        if value != before:
            values[key][column.key] = f"{before}; {value}" if before else value
    elif isinstance(value, list):
        values[key] = list(dict.fromkeys((*values.get(key, ()), *value)))
    else:
        values.setdefault(key, value)
    if column.first_sentence:
        values.setdefault("confidence", {}).setdefault(key, "first sentence of the abstract, not our own words")


def _cell(column: Column, name: str, text: str, row: Row) -> Any:
    """Return the value of a cell; None where it does not count. Raises _BadCell."""
    if column.where and column.contains.lower() not in row.get(column.where, "").lower():
        return None
    if column.path == LINKS:
        return list(_links(text))
    items = [item.strip() for item in text.split(column.separator)] if column.separator else [text]
    if column.values is not None:
        known = {key.lower(): value for key, value in column.values.items()}
        items = [known[item.lower()] for item in items if item.lower() in known]
        if not items:
            return None
    field = column.field
    if field is None or column.key:
        return items[0]
    if field.kind == TEXTS:
        return [item for item in items if item]
    if field.kind in NUMBERS:
        return _number(column, name, text, row)
    if field.kind == DATE:
        return _day(name, text)
    if field.kind == YES_NO:
        if text.lower() not in YES_NO_VALUES:
            raise _BadCell(f"{name}: expected yes or no, got {text!r}")
        return YES_NO_VALUES[text.lower()]
    if column.first_sentence:
        return first_sentence(text)
    return f"{row.get(column.before, '').strip()} {items[0]}".strip() if column.before else items[0]


def _number(column: Column, name: str, text: str, row: Row) -> int | float | None:
    """Return the number of a cell in the unit of its field, and times that of another column."""
    assert column.field is not None
    number: float = column.factor
    for of, cell in ((name, text), *([(column.times, row.get(column.times, "").strip())] if column.times else [])):
        if not cell:
            return None
        try:
            number *= parse_number(column.field, cell)
        except InvalidNumber as error:
            raise _BadCell(f"{of}: {error.problem}") from error
    return round(number) if column.field.kind != DECIMAL else float(number)


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _BadCell(f"{name}: expected a day such as 2025-06-18, got {text!r}") from None


def _links(text: str) -> Iterator[tuple[str, Any]]:
    """Yield the links of an entry that the addresses of a cell are, by their form."""
    for address in re.findall(r"https?://[^\s,;]+", text):
        host = urlsplit(address).netloc.lower().removeprefix("www.")
        if paper := parse_arxiv_number(address):
            yield "arxiv", paper[0]
        elif host == _HUB:
            yield "huggingface", [address]
        elif host in _CODE:
            yield "code", [address]
        elif address.lower().endswith(".pdf"):
            yield "pdf", address
        else:
            yield "page", [address]
