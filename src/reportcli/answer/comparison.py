"""Reports, or single models, side by side: which fields are compared, and where they differ."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.answer.details import as_selected_model
from reportcli.query.names import ReportMatch
from reportcli.query.subject import names_undisclosed
from reportcli.report.derived import DERIVED
from reportcli.report.fields import FIELDS, Field, Report
from reportcli.report.json import to_record
from reportcli.text import fold_name

_FIRST = (  # what matters most
    "derived.parameters", "derived.active_parameters", "pretraining.tokens", "derived.context_length",
    "posttraining.rl_family", "posttraining.rl_algorithm", "posttraining.kl_penalty",
)  # fmt: skip
_LAST = ("tags",)
RL_RUNS = "RL runs"  # the group whose rows have a value for each run
_GROUPS = ("size", "architecture", "pretraining", "posttraining", RL_RUNS, "techniques", "identity")
_TITLES = {"pretraining": "pre-training", "posttraining": "post-training", "posttraining.rl": "RL"}


def _group(field: Field) -> str:
    if field.table == "posttraining.rl" and field.group:
        return RL_RUNS
    return "" if field.path in _FIRST else field.group


def _compared_fields() -> tuple[Field, ...]:
    """Return the fields that are compared: first what matters most, then group by group, tags last."""
    by_path = {field.path: field for field in FIELDS + DERIVED if field.group}
    others = [field for group in _GROUPS for field in by_path.values() if _group(field) == group]
    others.sort(key=lambda field: field.path in _LAST)
    return (*map(by_path.__getitem__, _FIRST), *others)


_COMPARED = _compared_fields()


class ComparisonRow(NamedTuple):
    """One field with its value on each side; ``differs`` is None if a value is unknown and the others agree.

    ``label`` is its name for a reader, which no other row has; ``undisclosed`` are the sides that were read for it, and
    do not state it.
    """

    field: Field
    values: tuple[Any, ...]
    differs: bool | None
    label: str
    undisclosed: tuple[bool, ...]

    @property
    def group(self) -> str:
        """The title of the group that the row belongs to; "" for what matters most."""
        group = _group(self.field)
        return _TITLES.get(group, group)


class Comparison(NamedTuple):
    """Reports or single models side by side; ``names`` are their ids, or the name of a model where one was asked for.

    A record is ``{"field": path, "values": {name: value}, "differs": true, false or null}``.
    """

    names: tuple[str, ...]
    reports: tuple[Report, ...]
    field_rows: tuple[ComparisonRow, ...]
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
        return ((row.field.path, *row.values) for row in self.field_rows)

    def records(self) -> Iterator[Record]:
        for row in self.field_rows:
            values = dict(zip(self.names, map(to_record, row.values), strict=True))
            yield {"field": row.field.path, "values": values, "differs": row.differs}

    def ids(self) -> Iterator[str]:
        return (report.id for report in self.reports)


def compare_reports(
    matches: Iterable[ReportMatch],
    fields: Sequence[Field] = (),
    *,
    differences: bool = False,
    notes: tuple[str, ...] = (),
) -> Comparison:
    """Set reports side by side, each once, in the given fields, or else in all compared ones that a side knows.

    With ``differences`` the fields are left out that are known to be the same on all sides.
    """
    matches = list({_meant(match): match for match in matches}.values())
    reports = tuple(map(as_selected_model, matches))
    sides = Counter(match.report.id for match in matches)
    names = _distinct_names([_side_name(match, sides[match.report.id] > 1) for match in matches])
    rows = [(field, tuple(map(field.get, reports))) for field in fields or _COMPARED] if reports else []
    shown = [row for row in rows if fields or any(map(_is_known, row[1]))]
    labels = distinct_labels([field for field, _ in shown])
    known = [
        ComparisonRow(
            field, values, _differs(values), label, tuple(map(_is_undisclosed, reports, repeat(field), values))
        )
        for (field, values), label in zip(shown, labels, strict=True)
    ]
    kept = [row for row in known if row.differs is not False or not differences]
    if hidden := len(known) - len(kept):
        notes = (*notes, f"{hidden} identical {'row' if hidden == 1 else 'rows'} hidden")
    return Comparison(names, reports, tuple(kept), notes, bool(fields))


def _meant(match: ReportMatch) -> tuple[str, str]:
    return match.report.id, match.model.name if match.model else ""


def notes_on_names(named: Sequence[ReportMatch]) -> list[str]:
    """Return the note that several names mean one report or model, if they do."""
    count = len(set(map(_meant, named)))
    return [f"{len(named)} names mean {count} report{'s' if count > 1 else ''}"] if count < len(named) else []


def distinct_labels(fields: Sequence[Field]) -> list[str]:
    """Return the labels of fields; of several with the same, each but derived ones begins with its table."""
    counts = Counter(field.label for field in fields)
    labels = []
    for field in fields:
        table = field.path.rpartition(".")[0]
        is_shared = counts[field.label] > 1 and not field.derived
        labels.append(f"{_TITLES.get(table, table)} {field.label}".strip() if is_shared else field.label)
    return labels


def _side_name(match: ReportMatch, is_one_of_several: bool) -> str:
    """Return the id of the report, or the name of the model if that is another or tells sides of one report apart."""
    if match.model and (is_one_of_several or names_a_model(match)):
        return match.model.name
    return match.report.id


def names_a_model(match: ReportMatch) -> bool:
    """Return whether a single model was asked for by its own name, which is not that of its report."""
    report_names = {fold_name(name) for name in (match.report.id, match.report.name, *match.report.aliases)}
    return match.model is not None and fold_name(match.model.name) not in report_names


def models_of(match: ReportMatch) -> list[ReportMatch]:
    """Return every model of a report, the largest first; if a single model was asked for by its own name, only that."""
    if names_a_model(match):
        return [match]
    models = sorted(match.report.models, key=lambda model: -(model.parameters or 0))
    return [ReportMatch(match.report, model) for model in models] or [match]


def _distinct_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names, with a number after one that stood before: ``A``, ``A (2)``."""
    result: list[str] = []
    for name in names:
        numbered = (f"{name} ({number})" for number in range(2, len(names) + 2))
        taken = [*result, *names]
        result.append(name if name not in result else next(other for other in numbered if other not in taken))
    return tuple(result)


def _is_known(value: Any) -> bool:
    """Return whether a value is known; of a field of several tables, whether one of them has it."""
    return any(map(_is_known, value)) if isinstance(value, tuple) else value is not None


def _is_undisclosed(report: Report, field: Field, value: Any) -> bool:
    return not _is_known(value) and names_undisclosed(report, field)


def _differs(values: Sequence[Any]) -> bool | None:
    known = [
        frozenset(filter(_is_known, value)) if isinstance(value, tuple) else value
        for value in values
        if _is_known(value)
    ]
    if any(value != known[0] for value in known):
        return True
    return None if len(known) < len(values) else False
