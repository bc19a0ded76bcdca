"""From values to positions on an axis, linear, logarithmic or along days, with ticks at round values."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import chain, islice, pairwise
from typing import Any, NamedTuple

from reportcli.query.period import PERIOD_STEPS, parse_period, periods_between
from reportcli.render.value import format_number
from reportcli.report.fields import DATE, Field

_TWO_DECADES = 100  # the greatest value over the least: above it a logarithmic scale is better
_MARGIN = 0.04  # of the axis, free at either end
_HALVES, _ROUND = (1, 3), (1, 2, 5)  # digits of round numbers
_YEARS = tuple(digit * 10**exponent for exponent in range(4) for digit in _ROUND)[1:]  # between ticks
_MONTHS, _DAYS = (2, 4, 6), (1, 2, 5, 10, 20)  # between ticks, where no longer step fits
_LABEL_GAP = 2  # columns between the labels of two ticks
_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()


class Scale(NamedTuple):
    """An axis of so many cells; ``low`` and ``high`` are its ends, as logarithms where it is logarithmic."""

    field: Field
    low: float
    high: float
    cells: int
    logarithmic: bool

    def position(self, value: Any) -> float:
        """Return where a value lies, from 0 to ``cells`` - 1."""
        return (_number(value, self.logarithmic) - self.low) / (self.high - self.low) * (self.cells - 1)

    def value(self, position: float) -> float:
        """Return the number that lies at a position."""
        number = self.low + position / (self.cells - 1) * (self.high - self.low)
        return 10**number if self.logarithmic else number


class Tick(NamedTuple):
    """A round value: its position and its label."""

    position: int
    label: str


def make_scale(field: Field, values: Sequence[Any], cells: int, logarithmic: bool) -> Scale:
    """Return an axis for the values, with a margin around them."""
    numbers = [_number(value, logarithmic) for value in values]
    low, high = min(numbers), max(numbers)
    margin = (high - low) * _MARGIN or (0.5 if logarithmic else abs(low) / 2 or 1)
    return Scale(field, low - margin, high + margin, max(cells, 2), logarithmic)


def _number(value: Any, logarithmic: bool) -> float:
    number: float = value.toordinal() if isinstance(value, date) else math.log10(value) if logarithmic else value
    return number


def spans_decades(field: Field, values: Sequence[Any]) -> bool:
    """Return whether a logarithmic scale is better: all values are positive, and some over a hundred times others."""
    return field.kind != DATE and min(values) > 0 and max(values) > _TWO_DECADES * min(values)


def choose_ticks(scale: Scale, most: int, beside: bool) -> list[Tick]:
    """Return the finest ticks, at most so many; with ``beside`` their labels are on one line and must not touch."""
    best: list[Tick] = []
    for candidates in _candidate_groups(scale):
        for values in candidates:
            ticks = [Tick(round(scale.position(value)), label) for value, label in values]
            if len(best) < len(ticks) <= most and not (beside and _touch(ticks)):
                best = ticks
        if len(best) > 1:
            break
    return best


def _touch(ticks: Sequence[Tick]) -> bool:
    return any(
        right.position - left.position < _LABEL_GAP + (len(left.label) + len(right.label)) / 2
        for left, right in pairwise(ticks)
    )


def _candidate_groups(scale: Scale) -> Iterator[Iterator[list[tuple[Any, str]]]]:
    """Yield groups of candidates, the better group first; a candidate is the values with their labels."""
    if scale.field.kind == DATE:
        yield chain(map(partial(_period_starts, scale), PERIOD_STEPS), map(partial(_year_starts, scale), _YEARS))
        yield (_period_starts(scale, "month")[::every] for every in _MONTHS)
        yield map(partial(_days, scale), _DAYS)
    elif scale.logarithmic:
        yield (_labeled(scale, values) for values in _powers(scale))
        yield (_labeled(scale, values) for values in _multiples(scale))
    else:
        yield (_labeled(scale, values) for values in _multiples(scale))


def _labeled(scale: Scale, values: Iterable[int | float]) -> list[tuple[Any, str]]:
    """Return the values that lie on the scale, with their labels."""
    inside = (value for value in values if 0 <= scale.position(value) <= scale.cells - 1)
    return [(value, _label(value, scale.field)) for value in inside]


def _period_starts(scale: Scale, step: str) -> list[tuple[Any, str]]:
    first, last = _first_and_last(scale)
    periods = islice(periods_between(first, last, step), scale.cells)  # more cannot fit
    days = ((parse_period(text).span()[0], text) for text in periods)
    return [(day, text) for day, text in days if day >= first]


def _year_starts(scale: Scale, every: int) -> list[tuple[Any, str]]:
    first, last = _first_and_last(scale)
    years = range(-(-first.year // every) * every, last.year + 1, every)
    days = (date(year, 1, 1) for year in islice(years, scale.cells))
    return [(day, f"{day.year:04}") for day in days if day >= first]


def _days(scale: Scale, every: int) -> list[tuple[Any, str]]:
    first, last = (day.toordinal() for day in _first_and_last(scale))
    days = map(date.fromordinal, islice(range(first - first % -every, last + 1, every), scale.cells))
    return [(day, day.isoformat()) for day in days]


def _first_and_last(scale: Scale) -> tuple[date, date]:
    first, last = (min(max(end, _FIRST), _LAST) for end in (scale.low, scale.high))
    return date.fromordinal(math.ceil(first)), date.fromordinal(math.floor(last))


def _powers(scale: Scale) -> Iterator[list[int | float]]:
    """Yield all powers of ten, every second, every third …, or with others between; of a context length, of two."""
    base = 2 if scale.field.info.context else 10
    first, last = (math.floor(end / math.log10(base)) for end in (scale.low, scale.high))
    for every in range(1, last - first + 2):
        yield [_power(base, exponent) for exponent in range(first, last + 1) if exponent % every == 0]
    for digits in (_HALVES, _ROUND) if base == 10 else ():
        yield [digit * _power(10, exponent) for exponent in range(first, last + 1) for digit in digits]


def _multiples(scale: Scale) -> Iterator[list[int | float]]:
    """Yield multiples of 1, 2 and 5 times a power of ten."""
    low, high = scale.value(0), scale.value(scale.cells - 1)
    finest = math.floor(math.log10(high - low)) - 2
    for exponent in range(finest, finest + 4):
        for digit in _ROUND:
            step = digit * _power(10, exponent)
            yield [factor * step for factor in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _power(base: int, exponent: int) -> int | float:
    return base**exponent if exponent >= 0 else float(f"1e{exponent}")


def _label(value: int | float, field: Field) -> str:
    return format_number(int(value) if value == int(value) else value, field)
