"""Many reports at once: how many have which value, in all or period by period; where they lie between two fields.

Numbers are counted in bins: powers of ten, context lengths in doublings; dates by year, quarter or month.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from math import floor, log10
from typing import Any, NamedTuple

from reportcli.derived import DERIVED, is_of_training, short_name, type_of
from reportcli.errors import WrongField
from reportcli.period import containing, parse_period, steps
from reportcli.query import Is, Known, Query, Subject, Words, fact, leaves
from reportcli.report import DATE, FIELDS, MAP, NUMBER, YES_NO, Field
from reportcli.words import fold_name, spaced


class Bin(NamedTuple):
    """Numbers from ``low`` on that are less than ``high``. It is spelled as a query spells a range."""

    low: int | float
    high: int | float

    def __str__(self) -> str:
        return "0" if self.high == 1 and not self.low else f"{_spelled(self.low)}..{_spelled(self.high)}"


Value = str | bool | Bin | None  # None: the catalogue does not say


class Counted(NamedTuple):
    """A value, and the number of reports that have it in each period; one number where they are not told apart."""

    value: Value
    counts: tuple[int, ...]

    @property
    def text(self) -> str:
        """The value as a row names it."""
        if self.value is None:
            return "unknown"
        return fact(self.value) if isinstance(self.value, bool) else str(self.value)

    @property
    def total(self) -> int:
        return sum(self.counts)


class Counts(NamedTuple):
    """What was counted: values in their order, periods from the first to the last, and what the counts rest on."""

    field: Field
    lines: tuple[Counted, ...]
    periods: tuple[str, ...] | None  # None: not told apart
    reports: int  # that stand in one line at least
    silent: int  # that stand in none, since the catalogue does not say
    dated: Field | None  # tells the periods apart
    undated: int  # that belong to no period


def countable(field: Field) -> Field:
    """Return the field if it can be counted; raises WrongField for a table of texts."""
    if field.kind == MAP:
        raise WrongField(field.path, "for counting", ("techniques", "organizations", "type", "parameters"))
    return field


def count(
    subjects: Iterable[Subject], field: Field, wanted: Sequence[Query] = (), step: str = "", dated: Field | None = None
) -> Counts:
    """Count the reports that have each value of a field; a report counts once for each of its values.

    With conditions on the field only the values that fit one count. ``step`` (year, quarter or month of the date
    ``dated``) counts each period for itself; of a field of dates it says how finely they are told apart instead.
    """
    group = _grouping(field, step)
    wanted = [leaf for condition in wanted for leaf, _ in leaves(condition)]
    periodic = dated if step and field.kind != DATE else None
    cells: dict[tuple[Value, str], int] = {}
    days: list[date] = []
    reports = silent = undated = 0
    asks_unknown = not wanted or Known(field.path, False) in wanted
    for subject in subjects:
        day = periodic and periodic.get(subject.report)
        if periodic and day is None:
            undated += 1
            continue
        known = subject.values(field)
        values: set[Value] = {group(value) for value in known if not wanted or _fits(value, wanted)}
        if not known and asks_unknown:
            values = {None}
        reports += bool(values)
        silent += not (known or values)
        if day:
            days.append(day)
        period = containing(day, step) if day else ""
        for value in values:
            cells[value, period] = cells.get((value, period), 0) + 1
    periods = _periods(days, step) if days else ()
    columns = periods if periodic else ("",)
    found = {value for value, _ in cells}
    values = found | (_asked_for(found, field, wanted) if wanted else set(_between(found, field, step)))
    lines = [Counted(value, tuple(cells.get((value, column), 0) for column in columns)) for value in values]
    ordered = tuple(sorted(lines, key=_order(field)))
    return Counts(field, ordered, periods if periodic else None, reports, silent, periodic, undated)


def _periods(days: Collection[date], step: str) -> tuple[str, ...]:
    """Return the periods from the first day to the last; of too many, those that hold one of the days."""
    every = tuple(islice(steps(min(days), max(days), step), _MOST_PERIODS + 1))
    return every if len(every) <= _MOST_PERIODS else tuple(sorted({containing(day, step) for day in days}))


_MOST_PERIODS = 1_200  # the months of a century: one date that is far off must not make rows without end


def _grouping(field: Field, step: str) -> Callable[[Any], Value]:
    if field.kind == DATE:
        return lambda day: containing(day, step or "month")
    if field.kind == NUMBER:
        return doubling if field.about.context else decade
    return lambda value: value


def decade(number: int | float) -> Bin:
    """Return the powers of ten that a number lies between; 0 has a bin of its own."""
    if not number:
        return Bin(0, 1)
    power = _float_power if isinstance(number, float) else _power
    exponent = floor(log10(number))
    exponent += (number >= power(exponent + 1)) - (number < power(exponent))  # where the logarithm was rounded
    return Bin(power(exponent), power(exponent + 1))


def _power(exponent: int) -> int | float:
    return int(10**exponent)


def _float_power(exponent: int) -> int | float:
    return float(f"1e{exponent}")


def doubling(length: int) -> Bin:
    """Return the lengths 1K, 2K, 4K … 512K, 1M, 2M … that a context length lies between.

    They count in thousands, so that 128,000 and 131,072, which are both called 128K, lie in the same bin.
    """
    if length < 1000:
        return Bin(0, 1000)
    unit = 1000 ** ((len(str(length)) - 1) // 3)
    low = unit << ((length // unit).bit_length() - 1)
    return Bin(low, min(2 * low, 1000 * unit))


def _spelled(number: int | float) -> str:
    for exponent, letter in ((12, "T"), (9, "B"), (6, "M"), (3, "K")):
        if 10**exponent <= number < 10**15:
            return f"{int(number) // 10**exponent}{letter}"
    return f"{number:g}".replace("e+", "e")


def _fits(value: Any, wanted: Sequence[Any]) -> bool:
    return any(one.inside(spaced(value)) if isinstance(one, Words) else one.holds(value) for one in wanted)


def _asked_for(found: Collection[Value], field: Field, wanted: Sequence[Query]) -> set[Value]:
    """Return the values of a closed field that were asked for and that no report has."""
    known = {fact(value) for value in found}
    missing = [one.value for one in wanted if isinstance(one, Is) and one.value not in known]
    return {value == "yes" if field.kind == YES_NO else value for value in missing}


def _between(found: Collection[Value], field: Field, step: str) -> Iterator[Value]:
    """Yield the bins from the least to the greatest that was found, so that a gap is seen."""
    if field.kind == DATE:
        days = [parse_period(value).span()[0] for value in found if isinstance(value, str)]
        yield from _periods(days, step or "month") if days else ()
    bins = [value for value in found if isinstance(value, Bin) and value.low]
    reached = min(bins, default=None)
    while reached and reached < max(bins):
        yield reached
        reached = doubling(int(reached.high)) if field.about.context else decade(reached.high)


def _order(field: Field) -> Callable[[Counted], Any]:
    """Return what sorts: bins and dates upwards, other values by how many reports have them; unknown is last."""
    if field.kind in (NUMBER, DATE):
        return lambda line: (line.value is None, line.value or ())
    return lambda line: (line.value is None, -line.total, fold_name(str(line.value)), str(line.value))


class Point(NamedTuple):
    """A report as a point: a number or a day on each axis; ``type`` is that of the model that speaks."""

    id: str
    name: str
    type: str | None
    x: Any
    y: Any


class Points(NamedTuple):
    """The reports that have a place, and how many have none: ``continuing`` for their kind of training alone."""

    x: Field
    y: Field
    points: tuple[Point, ...]
    continuing: int
    silent: int


def locate(subjects: Iterable[Subject], x: Field, y: Field) -> Points:
    """Return the reports that know both fields as points.

    In a figure of training as a whole, a report that continues another model's training has no place.
    """
    points, continuing, silent = [], 0, 0
    of_training = is_of_training(x) or is_of_training(y)
    for report in (subject.report for subject in subjects):
        alone = replace(report, based_on=()) if of_training and report.based_on else report
        place = x.get(alone), y.get(alone)
        if None in place:
            silent += 1
        elif alone is not report:
            continuing += 1
        else:
            points.append(Point(report.id, report.name, type_of(report), *place))
    return Points(x, y, tuple(points), continuing, silent)


def axis(field: Field) -> Field:
    """Return the field if an axis can show it; raises WrongField for what is no single number or day."""
    if not _is_axis(field):
        raise WrongField(field.path, "as an axis", (short_name(one) for one in DERIVED + FIELDS if _is_axis(one)))
    return field


def _is_axis(field: Field) -> bool:
    return field.kind in (NUMBER, DATE) and not field.many
