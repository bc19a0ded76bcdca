"""TODO reportcli.answer.plot."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from reportcli.answer import Record, left_out_note
from reportcli.errors import UnsuitableField
from reportcli.query.subject import Subject
from reportcli.report.derived import DERIVED, is_training_total, model_type
from reportcli.report.field_names import short_name
from reportcli.report.fields import DATE, FIELDS, NUMBER, Field
from reportcli.report.json import to_record


class ReferenceRatio(NamedTuple):
    """A ratio that figures are compared with: so much of ``y`` for each ``x``, and who says so."""

    x: str
    y: str
    value: float
    name: str
    source: str


REFERENCE_RATIOS = (
    ReferenceRatio(
        "derived.parameters", "pretraining.tokens", 20, "20 tokens per parameter",
        "Hoffmann et al. 2022, arXiv:2203.15556",
    ),
)  # fmt: skip


def reference_ratio(x: Field, y: Field) -> ReferenceRatio | None:
    """Return the ratio that two figures are compared with, where there is one."""
    return next((one for one in REFERENCE_RATIOS if (one.x, one.y) == (x.path, y.path)), None)


class Point(NamedTuple):
    """A report as a point: a number or a day on each axis; ``type`` is that of the model that speaks."""

    id: str
    name: str
    type: str | None
    x: Any
    y: Any


class PlottedPoints(NamedTuple):
    """The reports that have a place, and how many have none: ``continuing`` for their kind of training alone."""

    x: Field
    y: Field
    points: tuple[Point, ...]
    continuing: int
    unknown: int


def locate_points(subjects: Iterable[Subject], x: Field, y: Field) -> PlottedPoints:
    """Return the reports that know both fields as points.

    In a figure of training as a whole, a report that continues another model's training has no place.
    """
    points, continuing, silent = [], 0, 0
    of_training = is_training_total(x) or is_training_total(y)
    for report in (subject.report for subject in subjects):
        alone = replace(report, based_on=()) if of_training and report.based_on else report
        place = x.get(alone), y.get(alone)
        if None in place:
            silent += 1
        elif alone is not report:
            continuing += 1
        else:
            points.append(Point(report.id, report.name, model_type(report), *place))
    return PlottedPoints(x, y, tuple(points), continuing, silent)


def require_axis(field: Field) -> Field:
    """Return the field if an axis can show it; raises WrongField for what is no single number or day."""
    if not _is_axis(field):
        raise UnsuitableField(field.path, "as an axis", (short_name(one) for one in DERIVED + FIELDS if _is_axis(one)))
    return field


def _is_axis(field: Field) -> bool:
    return field.kind in (NUMBER, DATE) and not field.in_array


class Plot(NamedTuple):
    """Reports as points between two axes, and a ratio of them to compare with, where one is known."""

    x: Field
    y: Field
    points: tuple[Point, ...]
    notes: tuple[str, ...] = ()
    ratio: ReferenceRatio | None = None
    header: tuple[str, ...] = ("id", "x", "y")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((point.id, point.x, point.y) for point in self.points)

    def records(self) -> Iterator[Record]:
        return (to_record(point) for point in self.points)

    def ids(self) -> Iterator[str]:
        return (point.id for point in self.points)


def build_plot(found: PlottedPoints, notes: Sequence[str] = ()) -> Plot:
    """Answer with the reports that know both fields, as points; notes count the others."""
    x, y, said = found.x, found.y, list(notes)
    if found.continuing:
        said.append(left_out_note(found.continuing, "that started from another model's training"))
    if found.unknown:
        said.append(left_out_note(found.unknown, f"without {x.label} or {y.label}"))
    return Plot(x, y, found.points, tuple(said), reference_ratio(x, y))
