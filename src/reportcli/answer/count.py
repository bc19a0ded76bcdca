"""Many reports at once: how many have which value, in all or period by period; where they lie between two fields.

Numbers are counted in bins: powers of ten, context lengths in doublings; dates by year, quarter or month.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from math import floor, log10
from typing import Any, NamedTuple

from reportcli.answer import Record, left_out_note, unknown_note
from reportcli.errors import UnsuitableField
from reportcli.query.conditions import Is, IsKnown, Query, Words, conditions_of, value_text
from reportcli.query.period import parse_period, period_containing, periods_between
from reportcli.query.subject import Subject
from reportcli.report.fields import DATE, MAP, NUMBER, YES_NO, Field
from reportcli.text import fold_name, padded_words


class Bin(NamedTuple):
    """Numbers from ``low`` on that are less than ``high``. It is spelled as a query spells a range."""

    low: int | float
    high: int | float

    def __str__(self) -> str:
        return "0" if self.high == 1 and not self.low else f"{_spelled(self.low)}..{_spelled(self.high)}"


Value = str | bool | Bin | None  # None: the catalogue does not say


class ValueCount(NamedTuple):
    """A value, and the number of reports that have it in each period; one number where they are not told apart."""

    value: Value
    counts: tuple[int, ...]

    @property
    def text(self) -> str:
        """The value as a row names it."""
        if self.value is None:
            return "unknown"
        return value_text(self.value) if isinstance(self.value, bool) else str(self.value)

    @property
    def total(self) -> int:
        return sum(self.counts)


class Counts(NamedTuple):
    """What was counted: values in their order, periods from the first to the last, and what the counts rest on."""

    field: Field
    lines: tuple[ValueCount, ...]
    periods: tuple[str, ...] | None  # None: not told apart
    reports: int  # that stand in one line at least
    unknown: int  # that stand in none, since the catalogue does not say
    date_field: Field | None  # tells the periods apart
    undated: int  # that belong to no period


def require_countable(field: Field) -> Field:
    """Return the field if it can be counted; raises WrongField for a table of texts."""
    if field.kind == MAP:
        raise UnsuitableField(field.path, "for counting", ("techniques", "organizations", "type", "parameters"))
    return field


def count_values(
    subjects: Iterable[Subject],
    field: Field,
    wanted: Sequence[Query] = (),
    step: str = "",
    date_field: Field | None = None,
) -> Counts:
    """Count the reports that have each value of a field; a report counts once for each of its values.

    With conditions on the field only the values that fit one count. ``step`` (year, quarter or month of the date
    ``dated``) counts each period for itself; of a field of dates it says how finely they are told apart instead.
    """
    group = _grouping(field, step)
    wanted = [leaf for condition in wanted for leaf, _ in conditions_of(condition)]
    periodic = date_field if step and field.kind != DATE else None
    cells: dict[tuple[Value, str], int] = {}
    days: list[date] = []
    reports = silent = undated = 0
    asks_unknown = not wanted or IsKnown(field.path, False) in wanted
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
        period = period_containing(day, step) if day else ""
        for value in values:
            cells[value, period] = cells.get((value, period), 0) + 1
    periods = _periods(days, step) if days else ()
    columns = periods if periodic else ("",)
    found = {value for value, _ in cells}
    values = found | (_asked_for(found, field, wanted) if wanted else set(_between(found, field, step)))
    lines = [ValueCount(value, tuple(cells.get((value, column), 0) for column in columns)) for value in values]
    ordered = tuple(sorted(lines, key=_order(field)))
    return Counts(field, ordered, periods if periodic else None, reports, silent, periodic, undated)


def _periods(days: Collection[date], step: str) -> tuple[str, ...]:
    """Return the periods from the first day to the last; of too many, those that hold one of the days."""
    every = tuple(islice(periods_between(min(days), max(days), step), _MOST_PERIODS + 1))
    return every if len(every) <= _MOST_PERIODS else tuple(sorted({period_containing(day, step) for day in days}))


_MOST_PERIODS = 1_200  # the months of a century: one date that is far off must not make rows without end


def _grouping(field: Field, step: str) -> Callable[[Any], Value]:
    if field.kind == DATE:
        return lambda day: period_containing(day, step or "month")
    if field.kind == NUMBER:
        return doubling_bin if field.info.context else decade_bin
    return lambda value: value


def decade_bin(number: int | float) -> Bin:
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


def doubling_bin(length: int) -> Bin:
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
    return any(one.occurs_in(padded_words(value)) if isinstance(one, Words) else one.accepts(value) for one in wanted)


def _asked_for(found: Collection[Value], field: Field, wanted: Sequence[Query]) -> set[Value]:
    """Return the values of a closed field that were asked for and that no report has."""
    known = {value_text(value) for value in found}
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
        reached = doubling_bin(int(reached.high)) if field.info.context else decade_bin(reached.high)


def _order(field: Field) -> Callable[[ValueCount], Any]:
    """Return what sorts: bins and dates upwards, other values by how many reports have them; unknown is last."""
    if field.kind in (NUMBER, DATE):
        return lambda line: (line.value is None, line.value or ())
    return lambda line: (line.value is None, -line.total, fold_name(str(line.value)), str(line.value))


class CountTable(NamedTuple):
    """How many reports have each value of a field; with periods, in each of them, those without any included."""

    field: Field
    lines: tuple[ValueCount, ...]
    periods: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        return ("value", "count") if self.periods is None else ("value", "period", "count")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        for line in self.lines:
            if self.periods is None:
                yield line.text, line.total
            else:
                yield from ((line.text, *cell) for cell in zip(self.periods, line.counts, strict=True))

    def records(self) -> Iterator[Record]:
        """Yield each row; ``value`` is null where the catalogue does not say, numbers have the ends of their bin."""
        for line in self.lines:
            bin = line.value if isinstance(line.value, tuple) else None
            known: Record = {"value": str(bin) if bin else line.value}
            if self.field.kind == NUMBER:
                known |= {"low": bin and bin.low, "high": bin and bin.high}
            for row in [(line.total,)] if self.periods is None else zip(self.periods, line.counts, strict=True):
                yield known | dict(zip(self.header[1:], row, strict=True))

    def ids(self) -> Iterator[str]:
        """Yield the values that some report has."""
        return (line.text for line in self.lines if line.total)


def build_count_table(
    found: Counts, notes: Sequence[str] = (), reverse: bool = False, limit: int | None = None
) -> CountTable:
    """Answer with what was counted; a value that is unknown stands last also where the others are turned round."""
    lines = found.lines
    if reverse:
        known = [line for line in lines if line.value is not None]
        lines = (*reversed(known), *lines[len(known) :])
    said = list(notes)
    if limit is not None and limit < len(lines):
        said.append(f"{limit:,} of {len(lines):,} values")
    if (sum_of_all := sum(line.total for line in lines)) > found.reports:
        said.append(f"counts add up to {sum_of_all:,} because reports can have several values")
    if found.unknown:
        said.append(unknown_note(found.unknown))
    if found.date_field and found.undated:
        said.append(left_out_note(found.undated, f"without {found.date_field.label}"))
    return CountTable(found.field, lines[:limit], found.periods, tuple(said))
