"""Values of single fields of many reports, models or runs, read without the reports themselves."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from reportcli.index.schema import CODE, RUN_STEP, model_of, report_of, run_of, stored_run
from reportcli.query.subject import MODEL_FIELDS, RUN_FIELDS, Subject, known_values
from reportcli.report.fields import DATE, MAP, NUMBERS, TEXTS, YES_NO, Field, Report


def has_cells(field: Field) -> bool:
    """Return whether a field is stored by report: texts and yes/no, if they are no sentences."""
    is_text = field.kind not in (*NUMBERS, DATE, MAP)
    return is_text and not (field.derived or field.path in MODEL_FIELDS or field.info.max_length)


def cell_of(report: Report, field: Field) -> str | int | None:
    """Return what is stored of a field of a report: a text as it is, several as JSON; None where it has no value."""
    value = field.get(report)
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False) if value else None
    return None if value is None else int(value) if field.kind == YES_NO else str(value)


def has_figures(field: Field) -> bool:
    """Return whether the known values of a field are stored by model, by run, or by report."""
    return field.kind in (*NUMBERS, DATE) or field.path in MODEL_FIELDS


class Columns:
    """The values of fields, each field read once. ``rows`` asks the index.

    Cells are the values of reports, of fields of runs those of a run, by its number. Figures are the different known
    values of what a field is of: a model, a run, or a report.
    """

    def __init__(self, rows: Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]) -> None:
        self._rows = rows
        self._latest: dict[str, dict[int, Any]] = {}
        self._reports: dict[str, set[int]] = {}

    def cells(self, field: Field) -> Mapping[int, Any]:
        """Return the cells of a field by number."""
        if field.path not in self._latest:
            rows = self._rows("SELECT report, value FROM cell WHERE field = ?", [CODE[field.path]])
            self._latest[field.path] = dict(rows)
            if field.kind == TEXTS or field.in_array:
                lists = json.loads(f"[{','.join(cell for _, cell in rows)}]")
                several = {number: _as_tuples(items) for (number, _), items in zip(rows, lists, strict=True)}
                self._latest[field.path] = _by_run(several) if field.path in RUN_FIELDS else several
        return self._latest[field.path]

    def figures(self, field: Field) -> Mapping[int, tuple[Any, ...]]:
        """Return the figures of a field by number."""
        if field.path not in self._latest:
            rows = self._rows("SELECT model, value FROM value WHERE field = ?", [CODE[field.path]])
            figures: dict[int, tuple[Any, ...]] = {}
            for stored, value in rows:
                number = stored_run(stored) if field.path in RUN_FIELDS else stored
                value = date.fromordinal(value) if field.kind == DATE else value
                figures[number] = (*figures[number], value) if number in figures else (value,)
            self._latest[field.path] = figures
        return self._latest[field.path]

    def is_known(self, field: Field, report: int) -> bool:
        """Return whether any model or run of a report has a value of a field."""
        if field.path not in self._reports:
            column = self.cells(field) if has_cells(field) else self.figures(field)
            self._reports[field.path] = {
                report_of(number) for number, value in column.items() if known_values(field, value)
            }
        return report in self._reports[field.path]


def _as_tuples(items: list[Any]) -> tuple[Any, ...]:
    return tuple(tuple(item) if isinstance(item, list) else item for item in items)


def _by_run(cells: Mapping[int, tuple[Any, ...]]) -> dict[int, tuple[Any, ...]]:
    """Return the values of each run, as those of an array of one."""
    return {report + RUN_STEP * place: (item,) for report, items in cells.items() for place, item in enumerate(items)}


class ColumnSubject(Subject):
    """A report as one of its models and runs, whose values are looked up in columns.

    The report itself is read where these do not have what is asked.
    """

    def __init__(self, number: int, columns: Columns, of_run: bool, read: Callable[[int], Subject]) -> None:
        self._number = number
        self._columns = columns
        self._is_as_run = of_run
        self._read = read

    def __getattr__(self, name: str) -> Any:
        """Become the subject that is read, which has every attribute."""
        self.__dict__ = vars(self._read(self._number)) | self.__dict__
        return self.__dict__[name]

    @property
    def is_flagship(self) -> bool:
        return model_of(self._number) == report_of(self._number)

    def stored(self, field: Field) -> Any:
        if field.path in RUN_FIELDS or (field.path in MODEL_FIELDS and field.in_array):
            return super().stored(field)
        if has_cells(field):
            missing = () if field.kind == TEXTS or field.in_array else None
            value = self._columns.cells(field).get(report_of(self._number), missing)
            return bool(value) if field.kind == YES_NO and value is not None else value
        if has_figures(field) and not (field.in_array or field.info.seen_as):
            return next(iter(self._figures(field)), None)
        return super().stored(field)

    def values(self, field: Field) -> tuple[Any, ...]:
        if field.path in RUN_FIELDS and not self._is_as_run:
            return super().values(field)
        if has_figures(field):
            return self._figures(field)
        if has_cells(field) and field.path in RUN_FIELDS:
            return known_values(field, self._columns.cells(field).get(run_of(self._number), ()))
        return known_values(field, self.stored(field))

    def _figures(self, field: Field) -> tuple[Any, ...]:
        of = model_of if field.path in MODEL_FIELDS else run_of if field.path in RUN_FIELDS else report_of
        return self._columns.figures(field).get(of(self._number), ())

    def is_known(self, field: Field) -> bool:
        if has_cells(field) or has_figures(field):
            return self._columns.is_known(field, report_of(self._number))
        return super().is_known(field)
