"""What the Python API gives back, as plain values: a report as one of its models, and the results of a question."""

import copyreg
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, cast, overload

from reportcli.answer import Answer
from reportcli.answer.details import full_record
from reportcli.answer.table import Table
from reportcli.query.names import ReportMatch
from reportcli.report import fields
from reportcli.report.derived import Derived, as_model, derive, flagship_model

Item_co = TypeVar("Item_co", covariant=True)
Row = dict[str, Any]
_SHOWN = 5  # items in the text of results
_RECORDED = ("hits", "field_rows", "runs", "points", "entries")  # what answers hold, a thing for each record

copyreg.pickle(MappingProxyType, lambda mapping: (MappingProxyType, (dict(mapping),)))  # for dataclasses.asdict


class Report(fields.Report):
    """A technical report, with the figures of its flagship, or of the model that was asked for.

    Its attributes are the fields of an entry (``catalog.fields()`` lists them): ``report.pretraining.tokens``. Unknown
    is None or an empty tuple.
    """

    _whole = cast(fields.Report | None, None)  # as the catalogue has it; without annotation, since it is no field
    _model = cast(fields.Model | None, None)  # None is the flagship

    @property
    def parameters(self) -> int | None:
        """The parameters of the model, in total."""
        return self.derived.parameters

    @property
    def derived(self) -> Derived:
        """The figures of the model and what follows from them, such as ``training_flops`` and ``kv_cache``."""
        return derive(self._whole or self, self._model)

    def to_dict(self) -> Row:
        """Return the JSON record, as ``reportcli show --json`` prints it."""
        return full_record(self._whole or self, self._model)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<Report {self.id}: {self.derived.model or self.name}, {self.date}>"


def report_as(whole: fields.Report, model: fields.Model | None = None) -> Report:
    """Return a report of the catalogue as one of its models, or as its flagship."""
    report = Report(**vars(as_model(whole, model)))
    vars(report).update(_whole=whole, _model=model)
    return report


def match_of(report: Report) -> ReportMatch:
    """Return what a name of this report, or of the model that it is shown as, would mean."""
    whole = report._whole or report
    return ReportMatch(whole, None if report._model == flagship_model(whole) else report._model)


class _Kept(NamedTuple):
    """What an answer says: its records, and its table for a notebook."""

    entries: list[Row]
    table: str

    def records(self) -> Iterator[Row]:
        return iter(self.entries)


class Results(Sequence[Item_co]):
    """What was found, in order: reports, or rows as dicts. ``notes`` say what else is to be known of it.

    A slice, such as ``results[:5]``, is results again.
    Results are whole: they can be kept, copied, pickled and shared by threads, also after the catalogue is closed.
    """

    def __init__(self, items: Iterable[Item_co], answer: Answer) -> None:
        self._items = tuple(items)
        self._answer: Answer | _Kept = answer
        self.notes = answer.notes

    def to_records(self) -> list[Row]:
        """Return the JSON records, as the command prints them: ``pandas.DataFrame(results.to_records())``.

        ``pandas.DataFrame(results)`` of reports has a column for each key of an entry, whatever ``columns`` say.
        """
        records = list(self._answer.records())
        return deepcopy(records) if isinstance(self._answer, (Table, _Kept)) else records

    def _repr_html_(self) -> str:
        """Return a table for a notebook, of the first rows if there are many."""
        if isinstance(self._answer, _Kept):
            return self._answer.table
        from reportcli.render.html import table

        return table(self._answer)

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, place: int) -> Item_co: ...
    @overload
    def __getitem__(self, place: slice) -> "Results[Item_co]": ...
    def __getitem__(self, place: int | slice) -> "Item_co | Results[Item_co]":
        return Results(self._items[place], self._part(place)) if isinstance(place, slice) else self._items[place]

    def _part(self, place: slice) -> Answer:
        """Return the answer with some of its records: of the same kind where that can be, else as a plain table."""
        answer: Any = self._answer
        for name in _RECORDED if not isinstance(answer, _Kept) else ():
            if hasattr(answer, name):
                return cast(Answer, answer._replace(**{name: tuple(getattr(answer, name))[place]}))
        records = tuple(answer.records())[place]
        nested = {key for record in records for key, value in record.items() if _is_nested(value)}
        keys = dict.fromkeys(key for record in records for key in record if key not in nested)
        return Table(tuple(keys), records, self.notes)

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy keeps: what the answer says in place of the answer, which leads to the index."""
        return vars(self) | {"_answer": _Kept(self.to_records(), self._repr_html_())}

    def __repr__(self) -> str:
        more = f", … {len(self) - _SHOWN:,} more" if len(self) > _SHOWN else ""
        return f"Results([{', '.join(map(repr, self._items[:_SHOWN]))}{more}])"


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))
