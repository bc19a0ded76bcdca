"""Values of single fields of many reports, models or runs, read without the reports themselves."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from reportcli.index.schema import CODE, RUN_STEP, model_of, report_of, run_of, stored_run
from reportcli.query.subject import FIELDS_BY_PATH, HAS_RL, MODEL_FIELDS, RL_FIELDS, RUN_FIELDS, Subject, known_values
from reportcli.report.fields import DATE, MAP, NUMBERS, TEXTS, YES_NO, Field, Report

Rows = list[tuple[Any, ...]]


def has_cells(field: Field) -> bool:
    """Return whether a field is stored by report: texts and yes/no, if they are no sentences."""
    is_text = field.kind not in (*NUMBERS, DATE, MAP)
    return is_text and not (field.derived or field.path in MODEL_FIELDS or field.info.max_length)


def cell_of(report: Report, field: Field) -> str | int | None:
    """Return what is stored of a field of a report: a text as it is, several as JSON; None where it has no value."""
    value = field.get(report)
    if isinstance(value, tuple):
        return _encode(value) if value else None
    return None if value is None else int(value) if field.kind == YES_NO else str(value)


_encode = json.JSONEncoder(ensure_ascii=False).encode


class Column:
    """The values of a field, by the number of the report, model or run that has them.

    ``stored`` and ``values`` are what a subject answers; None where only the report tells.
    """

    def __init__(
        self, field: Field, stored: Mapping[int, Any] | None, values: Mapping[int, tuple[Any, ...]] | None
    ) -> None:
        self.stored = stored
        self._field = field
        self._values = values
        self.missing: Any = () if field.kind == TEXTS or field.in_array else None
        self.is_of_rl = field.path in RL_FIELDS
        self.number_of = _NUMBER_OF.get(field.path, report_of)

    @cached_property
    def values(self) -> Mapping[int, tuple[Any, ...]]:
        """The different known values of each."""
        if self._values is None:
            return {number: known_values(self._field, value) for number, value in (self.stored or {}).items()}
        return self._values

    @cached_property
    def reports(self) -> set[int]:
        """The reports of which a value is known, of any model or run."""
        return {report_of(number) for number, values in self.values.items() if values}


_NUMBER_OF = dict.fromkeys(MODEL_FIELDS, model_of) | dict.fromkeys(RUN_FIELDS, run_of)


class Columns(dict[str, Column | None]):
    """The columns of an index by the paths of fields, each read once; None for a field that has none.

    ``rows`` asks the index.
    """

    def __init__(self, rows: Callable[[str, Sequence[Any]], Rows]) -> None:
        self._rows = rows

    def __missing__(self, path: str) -> Column | None:
        field, code = FIELDS_BY_PATH[path], CODE[path]
        column = None
        if has_cells(field):
            column = _column_of_cells(field, self._rows("SELECT report, value FROM cell WHERE field = ?", [code]))
        elif field.kind in (*NUMBERS, DATE) or path in MODEL_FIELDS:
            column = _column_of_values(field, self._rows("SELECT model, value FROM value WHERE field = ?", [code]))
        self[path] = column
        return column


def _column_of_cells(field: Field, rows: Rows) -> Column:
    cells: dict[int, Any] = dict(rows)
    if field.kind == YES_NO:
        cells = {number: bool(cell) for number, cell in rows}
    elif field.kind == TEXTS or field.in_array:
        lists = json.loads(f"[{','.join(cell for _, cell in rows)}]")
        cells = {number: _as_tuples(items) for (number, _), items in zip(rows, lists, strict=True)}
    if field.path not in RUN_FIELDS:
        return Column(field, cells, None)
    return Column(
        field,
        None,
        {
            report + RUN_STEP * place: known_values(field, (item,))
            for report, items in cells.items()
            for place, item in enumerate(items)
        },
    )


def _as_tuples(items: list[Any]) -> tuple[Any, ...]:
    return tuple(tuple(item) if isinstance(item, list) else item for item in items)


def _column_of_values(field: Field, rows: Rows) -> Column:
    if field.kind == DATE:
        rows = [(number, date.fromordinal(day)) for number, day in rows]
    elif field.kind == YES_NO:
        rows = [(number, value == "yes") for number, value in rows]
    if not (field.in_array or field.info.seen_as):
        return Column(field, dict(rows), None)
    values: dict[int, tuple[Any, ...]] = {}
    for stored, value in rows:
        number = stored_run(stored) if field.path in RUN_FIELDS else stored
        values[number] = (*values.get(number, ()), value)
    return Column(field, None, values)


class ColumnSubject(Subject):
    """A report as one of its models and runs, whose values are looked up in columns.

    The report itself is read where these do not have what is asked.
    """

    def __init__(self, columns: Columns, of_run: bool, read: Callable[[int], Subject], number: int) -> None:
        self._number = number
        self._columns = columns
        self._is_as_run = of_run
        self._read = read

    def __getattr__(self, name: str) -> Any:
        """Become the subject that is read, which has every attribute."""
        self.__dict__ = vars(self._read(self._number)) | self.__dict__
        return self.__dict__[name]

    @property
    def report_key(self) -> int:
        return report_of(self._number)

    @property
    def is_flagship(self) -> bool:
        return model_of(self._number) == report_of(self._number)

    @property
    def has_rl(self) -> bool:
        return self.stored(HAS_RL) is not False

    def stored(self, field: Field) -> Any:
        column = self._columns[field.path]
        if column is None or column.stored is None:
            return super().stored(field)
        if column.is_of_rl and self._lacks(field):
            return column.missing
        return column.stored.get(column.number_of(self._number), column.missing)

    def values(self, field: Field) -> tuple[Any, ...]:
        column = self._columns[field.path]
        if column is None or (field.path in RUN_FIELDS and not self._is_as_run):
            return super().values(field)
        if column.is_of_rl and field.path not in RUN_FIELDS and self._lacks(field):
            return ()
        return column.values.get(column.number_of(self._number), ())

    def is_known(self, field: Field) -> bool:
        column = self._columns[field.path]
        return super().is_known(field) if column is None else report_of(self._number) in column.reports
