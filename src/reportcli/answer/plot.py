"""Reports, or their models, as points between two fields, and the ratio that they are compared with."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from reportcli.answer import Record, left_out_note
from reportcli.errors import UnsuitableField
from reportcli.query.subject import FIELDS_BY_PATH, Subject
from reportcli.report.derived import DERIVED, is_training_total
from reportcli.report.field_names import short_name
from reportcli.report.fields import DATE, FIELDS, NUMBERS, Field
from reportcli.report.json import to_record
from reportcli.report.techniques import Vocabulary

_ID, _NAME, _TYPE, _MODEL, _BASED_ON = (
    FIELDS_BY_PATH[path] for path in ("id", "name", "architecture.type", "derived.model", "based_on")
)


class ReferenceRatio(NamedTuple):
    """A ratio that figures are compared with: ``value`` of ``y`` for each ``x`` (paths of fields), and its source."""

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
    """Return the ratio that two fields are compared with, if there is one."""
    return next((ratio for ratio in REFERENCE_RATIOS if (ratio.x, ratio.y) == (x.path, y.path)), None)


class Point(NamedTuple):
    """A report, or one of its models, as a point: a number or a day on each axis; ``type`` is that of the model."""

    id: str
    name: str
    type: str | None
    x: Any
    y: Any
    model: str | None = None  # whose figures these are
    is_flagship: bool = True

    @property
    def label(self) -> str:
        """The name for a reader: that of the report, and of the model if it is not the flagship."""
        return self.name if self.is_flagship else f"{self.name} · {self.model}"


class PlottedPoints(NamedTuple):
    """The reports that know both fields; how many continue another model's training, and how many lack a field."""

    x: Field
    y: Field
    points: tuple[Point, ...]
    continuing: int
    unknown: int


def locate_points(subjects: Iterable[Subject], x: Field, y: Field) -> PlottedPoints:
    """Return the reports that know both fields as points.

    A report that continues another model's training has no figures of training as a whole, and is counted apart if
    that is the only reason.
    """
    points, continuing, unknown = [], 0, 0
    is_of_training = is_training_total(x) or is_training_total(y)
    for subject in subjects:
        continues = is_of_training and bool(subject.stored(_BASED_ON))
        values = _values_as_if_new(subject, x, y) if continues else (subject.stored(x), subject.stored(y))
        if None in values:
            unknown += 1
        elif continues:
            continuing += 1
        else:
            names = (subject.stored(_ID), subject.stored(_NAME), subject.stored(_TYPE))
            points.append(Point(*names, *values, subject.stored(_MODEL), subject.is_flagship))
    return PlottedPoints(x, y, tuple(points), continuing, unknown)


def _values_as_if_new(subject: Subject, x: Field, y: Field) -> tuple[Any, Any]:
    """Return what a report that continues another model's training would have if it did not."""
    if any(axis.derived and is_training_total(axis) for axis in (x, y)):
        subject = Subject(replace(subject.report, based_on=()), Vocabulary, subject.model)
    return subject.stored(x), subject.stored(y)


def require_axis(field: Field) -> Field:
    """Return the field if it can be an axis. Raises UnsuitableField for what is no single number or day."""
    if not _is_axis(field):
        axes = (short_name(other) for other in DERIVED + FIELDS if _is_axis(other))
        raise UnsuitableField(field.path, "as an axis", axes)
    return field


def _is_axis(field: Field) -> bool:
    return field.kind in (*NUMBERS, DATE) and not (field.in_array or field.info.seen_as)


class Plot(NamedTuple):
    """Reports as points between two axes, with a ratio to compare them with, if there is one.

    A record is ``{"id": …, "name": …, "type": …, "x": …, "y": …, "model": …}``.
    """

    x: Field
    y: Field
    points: tuple[Point, ...]
    notes: tuple[str, ...] = ()
    ratio: ReferenceRatio | None = None
    header: tuple[str, ...] = ("id", "x", "y")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((point.id, point.x, point.y) for point in self.points)

    def records(self) -> Iterator[Record]:
        for point in self.points:
            record = to_record(point)
            del record["is_flagship"]
            yield record

    def ids(self) -> Iterator[str]:
        return iter(dict.fromkeys(point.id for point in self.points))


def build_plot(located: PlottedPoints, notes: Sequence[str] = (), limit: int | None = None) -> Plot:
    """Answer with reports as points, at most ``limit``; notes count those that are left out."""
    x, y, points, all_notes = located.x, located.y, located.points[:limit], list(notes)
    if len(points) < len(located.points):
        all_notes.insert(0, f"{len(points):,} of {len(located.points):,} points")
    if located.continuing:
        all_notes.append(left_out_note(located.continuing, "that started from another model's training"))
    if located.unknown:
        all_notes.append(left_out_note(located.unknown, f"without {x.label} or {y.label}"))
    return Plot(x, y, points, tuple(all_notes), reference_ratio(x, y))
