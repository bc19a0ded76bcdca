"""From values to places on an axis, linear, logarithmic or along days, with ticks at round values. It draws nothing."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import islice, pairwise
from typing import Any, NamedTuple

from reportcli.query.period import PERIOD_STEPS, parse_period, periods_between
from reportcli.render.value import format_number
from reportcli.report.fields import DATE, Field

_TWO_DECADES = 100  # from the least to the greatest value: what spans more is shown on a logarithmic scale
_MARGIN = 0.04  # of the axis, free at either end
_HALF, _ROUND = (1, 3), (1, 2, 5)  # digits of round numbers
_APART = 2  # columns between the labels of two ticks
_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()


class Scale(NamedTuple):
    """An axis of so many cells; ``low`` and ``high`` are its ends, as logarithms where it is logarithmic."""

    field: Field
    low: float
    high: float
    cells: int
    logarithmic: bool

    def place(self, value: Any) -> float:
        """Return where a value lies, from 0 to ``cells`` - 1."""
        known = value.toordinal() if isinstance(value, date) else math.log10(value) if self.logarithmic else value
        return (known - self.low) / (self.high - self.low) * (self.cells - 1)

    def value(self, place: float) -> float:
        """Return the number that lies at a place."""
        known = self.low + place / (self.cells - 1) * (self.high - self.low)
        return 10**known if self.logarithmic else known


class Tick(NamedTuple):
    """A round value, where it lies, and how it is written."""

    place: int
    label: str


def make_scale(field: Field, values: Sequence[Any], cells: int, logarithmic: bool) -> Scale:
    """Return the axis on which the values lie, with a margin around them."""
    known = [
        value.toordinal() if isinstance(value, date) else math.log10(value) if logarithmic else value
        for value in values
    ]
    low, high = min(known), max(known)
    margin = (high - low) * _MARGIN or (0.5 if logarithmic else abs(low) / 2 or 1)
    return Scale(field, low - margin, high + margin, max(cells, 2), logarithmic)


def spans_decades(field: Field, values: Sequence[Any]) -> bool:
    """Return whether a logarithmic scale shows the values better: all are positive, and some a hundred times others."""
    return field.kind != DATE and min(values) > 0 and max(values) > _TWO_DECADES * min(values)


def choose_ticks(scale: Scale, most: int, beside: bool) -> list[Tick]:
    """Return the finest ticks, at most so many; ``beside``: their labels stand beside one another and do not touch."""
    best: list[Tick] = []
    for ways in _ways(scale):
        for values in ways:
            found = [Tick(round(scale.place(value)), label) for value, label in values]
            if len(best) < len(found) <= most and not (beside and _touch(found)):
                best = found
        if len(best) > 1:
            break
    return best


def _touch(found: Sequence[Tick]) -> bool:
    return any(two.place - one.place < _APART + (len(one.label) + len(two.label)) / 2 for one, two in pairwise(found))


def _ways(scale: Scale) -> Iterator[Iterator[list[tuple[Any, str]]]]:
    """Yield groups of ways to set ticks, the better group first; each way is what stands at its ticks."""
    if scale.field.kind == DATE:
        yield map(partial(_beginnings, scale), PERIOD_STEPS)
    elif scale.logarithmic:
        yield (_shown(scale, values) for values in _powers(scale))
        yield (_shown(scale, values) for values in _multiples(scale))
    else:
        yield (_shown(scale, values) for values in _multiples(scale))


def _shown(scale: Scale, values: Iterable[int | float]) -> list[tuple[Any, str]]:
    inside = (value for value in values if 0 <= scale.place(value) <= scale.cells - 1)
    return [(value, _label(value, scale.field)) for value in inside]


def _beginnings(scale: Scale, step: str) -> list[tuple[Any, str]]:
    first, last = (date.fromordinal(min(max(round(end), _FIRST), _LAST)) for end in (scale.low, scale.high))
    among = islice(periods_between(first, last, step), scale.cells)  # more have no room
    days = ((parse_period(text).span()[0], text) for text in among)
    return [(day, text) for day, text in days if day >= first]


def _powers(scale: Scale) -> Iterator[list[int | float]]:
    """Yield powers of ten alone, every few, or with others between; of a context length, powers of two."""
    base = 2 if scale.field.info.context else 10
    first, last = (math.floor(end / math.log10(base)) for end in (scale.low, scale.high))
    for every in range(1, last - first + 2):
        yield [_power(base, exponent) for exponent in range(first, last + 1) if exponent % every == 0]
    for between in (_HALF, _ROUND) if base == 10 else ():
        yield [digit * _power(10, exponent) for exponent in range(first, last + 1) for digit in between]


def _multiples(scale: Scale) -> Iterator[list[int | float]]:
    """Yield multiples of 1, 2 and 5 of the powers of ten."""
    low, high = scale.value(0), scale.value(scale.cells - 1)
    finest = math.floor(math.log10(high - low)) - 2
    for exponent in range(finest, finest + 4):
        for digit in _ROUND:
            step = digit * _power(10, exponent)
            yield [place * step for place in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _power(base: int, exponent: int) -> int | float:
    return base**exponent if exponent >= 0 else float(f"1e{exponent}")


def _label(value: int | float, field: Field) -> str:
    return format_number(int(value) if value == int(value) else value, field).replace(".0e", "e")
