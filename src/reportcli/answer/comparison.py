"""Reports, or single models, side by side: which fields are compared, and where they differ."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.answer.details import as_selected_model
from reportcli.query.names import ReportMatch
from reportcli.report.derived import DERIVED
from reportcli.report.fields import FIELDS, Field, Report
from reportcli.report.json import to_record
from reportcli.text import fold_name

GROUPS = ("identity", "size", "architecture", "pretraining", "posttraining", "techniques")
_COMPARED = tuple(one for group in GROUPS for one in FIELDS + DERIVED if one.group == group)


class ComparisonRow(NamedTuple):
    """One field of several reports; ``differs`` is None where a side does not say and the others agree."""

    field: Field
    values: tuple[Any, ...]
    differs: bool | None


class Comparison(NamedTuple):
    """Reports or single models side by side; ``names`` are their ids, a model's name where one was asked for."""

    names: tuple[str, ...]
    reports: tuple[Report, ...]
    lines: tuple[ComparisonRow, ...]
    notes: tuple[str, ...] = ()
    chosen: bool = False  # whether the user named the fields

    @property
    def header(self) -> tuple[str, ...]:
        return ("field", *self.names)

    @property
    def titles(self) -> tuple[str, ...]:
        """The names for a reader: that of the report, or of the model that was asked for."""
        pairs = zip(self.names, self.reports, strict=True)
        return tuple(report.name if name == report.id else name for name, report in pairs)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((line.field.path, *line.values) for line in self.lines)

    def records(self) -> Iterator[Record]:
        for line in self.lines:
            values = dict(zip(self.names, map(to_record, line.values), strict=True))
            yield {"field": line.field.path, "values": values, "differs": line.differs}

    def ids(self) -> Iterator[str]:
        return (report.id for report in self.reports)


def compare_reports(
    found: Sequence[ReportMatch],
    fields: Sequence[Field] = (),
    *,
    differences: bool = False,
    notes: tuple[str, ...] = (),
) -> Comparison:
    """Set reports side by side, in the given fields, else in all that are compared and that one side knows at least.

    With ``differences`` only what differs is kept.
    """
    reports = tuple(map(as_selected_model, found))
    sides = Counter(one.report.id for one in found)
    names = _distinct([_name(one, sides[one.report.id] > 1) for one in found])
    lines = [_line(one, reports) for one in fields or _COMPARED] if reports else []
    known = [line for line in lines if fields or any(value is not None and value != () for value in line.values)]
    shown = [line for line in known if line.differs or not differences]
    if left_out := len(known) - len(shown):
        notes = (*notes, f"{left_out} identical {'row' if left_out == 1 else 'rows'} hidden")
    return Comparison(names, reports, tuple(shown), notes, bool(fields))


def _line(field: Field, reports: Sequence[Report]) -> ComparisonRow:
    values = tuple(map(field.get, reports))
    return ComparisonRow(field, values, _differs(values))


def _name(found: ReportMatch, several: bool) -> str:
    """Return what a side is called: by its model where that is told apart, from the report or from others of it."""
    if found.model and (several or found.model.name != found.report.name):
        return found.model.name
    return found.report.id


def models_of(found: ReportMatch) -> list[ReportMatch]:
    """Return every model of a report, the largest first; a model that goes by another name than the report alone."""
    called = {fold_name(name) for name in (found.report.id, found.report.name, *found.report.aliases)}
    if found.model and fold_name(found.model.name) not in called:
        return [found]
    models = sorted(found.report.models, key=lambda model: -(model.parameters or 0))
    return [ReportMatch(found.report, model) for model in models] or [found]


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    result: list[str] = []
    for name in names:
        numbered = (f"{name} ({place})" for place in range(2, len(names) + 2))
        result.append(name if name not in result else next(one for one in numbered if one not in [*result, *names]))
    return tuple(result)


def _differs(values: Sequence[Any]) -> bool | None:
    known = [
        frozenset(value) if isinstance(value, tuple) else value for value in values if value is not None and value != ()
    ]
    if any(value != known[0] for value in known):
        return True
    return None if len(known) < len(values) else False
