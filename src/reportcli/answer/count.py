"""How many reports have each value of a field, in all or period by period.

Numbers are counted in bins: powers of ten, context lengths by value; dates by year, quarter or month. A report is
counted in each bin in which one of its models falls, so that the text of a bin is a query that finds as many.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import groupby, islice
from math import floor, inf, log10, nextafter
from operator import attrgetter
from typing import Any, NamedTuple

from reportcli.answer import Record, left_out_note, unknown_note
from reportcli.errors import UnsuitableField
from reportcli.query.conditions import Is, IsKnown, Query, Words, conditions_of, value_text
from reportcli.query.period import parse_period, period_containing, periods_between
from reportcli.query.subject import MODEL_FIELDS, RUN_FIELDS, Subject
from reportcli.report.fields import DATE, MAP, NUMBERS, YES_NO, Field
from reportcli.text import fold_name, padded_words


class Bin(NamedTuple):
    """The numbers from ``low`` up to, but not including, ``high``; as a text, what a query would ask for."""

    low: int | float
    high: int | float
    text: str = ""  # where it is no range

    def __str__(self) -> str:
        return self.text or f"{_bound_text(self.low)}..<{_bound_text(self.high)}"


Value = str | bool | Bin | None  # None: unknown


class ValueCount(NamedTuple):
    """A value, and the number of reports that have it in each period; a single number without periods."""

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
    """The counts of each value in their order, the periods from the first to the last, and what was left out."""

    field: Field
    value_counts: tuple[ValueCount, ...]
    periods: tuple[str, ...] | None  # None: counted in all
    reports: int  # with at least one of the values
    unknown: int  # with none of them, since the field is unknown
    date_field: Field | None  # that the periods are of
    undated: int  # that belong to no period


def require_countable(field: Field) -> Field:
    """Return the field if it can be counted. Raises UnsuitableField for a table of texts."""
    if field.kind == MAP:
        raise UnsuitableField(field.path, "for counting", ("techniques", "organizations", "type", "parameters"))
    return field


def count_values(
    subjects: Iterable[Subject],
    field: Field,
    conditions: Sequence[Query] = (),
    step: str = "",
    date_field: Field | None = None,
) -> Counts:
    """Count the reports that have each value of a field; a report counts once for each of its values.

    A report is given as each of its models, or runs, that are to be counted, one after another; where the field is of
    neither, one of them is enough.
    With conditions on the field, only the values are counted that fit one of them. ``step`` (year, quarter or month of
    ``date_field``) counts each period by itself; for a field of dates it is the size of the bins instead.
    """
    conditions = [leaf for condition in conditions for leaf, _ in conditions_of(condition)]
    period_field = date_field if step and field.kind != DATE else None
    group = cache(_grouping(field, step))
    cells: defaultdict[tuple[Value, str], int] = defaultdict(int)
    days: list[date] = []
    reports = unknown = undated = 0
    for models in _by_report(subjects):
        day = period_field and models[0].stored(period_field)
        if period_field and day is None:
            undated += 1
            continue
        values, is_known = _values(models, field, conditions, group)
        reports += bool(values)
        unknown += not (values or is_known)
        if day:
            days.append(day)
        period = period_containing(day, step) if day else ""
        for value in values:
            cells[value, period] += 1
    periods = _periods(days, step) if days else ()
    columns = periods if period_field else ("",)
    counted = {value for value, _ in cells}
    values = counted | (_uncounted(counted, field, conditions) if conditions else set(_gaps(counted, field, step)))
    value_counts = (ValueCount(value, tuple(cells[value, column] for column in columns)) for value in values)
    ordered = tuple(sorted(value_counts, key=_sort_key(field)))
    return Counts(field, ordered, periods if period_field else None, reports, unknown, period_field, undated)


def _by_report(subjects: Iterable[Subject]) -> Iterator[list[Subject]]:
    return (list(models) for _, models in groupby(subjects, key=attrgetter("report_key")))


def _values(
    models: Sequence[Subject], field: Field, conditions: Sequence[Query], group: Callable[[Any], Value]
) -> tuple[set[Value], bool]:
    """Return the values that a report is counted for, and whether any is known.

    Numbers and dates are their bins; None is counted where no model of the report has a value.
    """
    known = [value for model in models for value in model.values(field)]
    is_known = bool(known) or models[0].is_known(field)
    if not is_known and (not conditions or IsKnown(field.path, False) in conditions):
        return {None}, False
    return {group(value) for value in known if not conditions or _fits(value, conditions)}, bool(known)


def _periods(days: Collection[date], step: str) -> tuple[str, ...]:
    """Return the periods from the first day to the last; of too many, those that contain one of the days."""
    every = tuple(islice(periods_between(min(days), max(days), step), _MOST_PERIODS + 1))
    return every if len(every) <= _MOST_PERIODS else tuple(sorted({period_containing(day, step) for day in days}))


_MOST_PERIODS = 1_200  # the months of a century: a single wrong date must not make endless rows


def _grouping(field: Field, step: str) -> Callable[[Any], Value]:
    if field.kind == DATE:
        return lambda day: period_containing(day, step or "month")
    if field.kind in NUMBERS:
        return context_bin if field.info.context else value_bin if field.info.by_value else decade_bin
    return lambda value: value


def decade_bin(number: int | float) -> Bin:
    """Return the bin between two powers of ten that contains a number; 0 has a bin of its own."""
    if not number:
        return Bin(0, 1, "0")
    power = _float_power if isinstance(number, float) else _power
    exponent = floor(log10(number))
    exponent += (number >= power(exponent + 1)) - (number < power(exponent))  # where the logarithm was rounded
    return Bin(power(exponent), power(exponent + 1))


def _power(exponent: int) -> int | float:
    return int(10**exponent)


def _float_power(exponent: int) -> int | float:
    return float(f"1e{exponent}")


def value_bin(number: int | float) -> Bin:
    """Return the bin of one number alone."""
    return Bin(
        number, number + 1 if isinstance(number, int) else nextafter(number, inf), str(number).removesuffix(".0")
    )


def context_bin(length: int) -> Bin:
    """Return the bin of a context length: by its own name, with the length that has the same name.

    128,000 and 131,072 are both called 128K. A length whose name would stand for one with another name is in digits.
    """
    low, high, text = _named_lengths(length)
    if _named_lengths(low) == _named_lengths(high):
        return Bin(low, high + 1, text)
    return Bin(length, length + 1, str(length))


def _named_lengths(length: int) -> tuple[int, int, str]:
    """Return the least and the greatest length with the name of a length, and the name."""
    for decimal, binary, suffix in ((10**6, 1 << 20, "M"), (10**3, 1 << 10, "K")):
        for unit in (decimal, binary):
            if length and length % unit == 0:
                count = length // unit
                return count * decimal, count * binary, f"{count}{suffix}"
    return length, length, str(length)


def _bound_text(number: int | float) -> str:
    for exponent, suffix in ((12, "T"), (9, "B"), (6, "M"), (3, "K")):
        if 10**exponent <= number < 10**15:
            return f"{int(number) // 10**exponent}{suffix}"
    return f"{number:g}".replace("e+", "e")


def _fits(value: Any, conditions: Sequence[Any]) -> bool:
    return any(
        condition.match(padded_words(value)) is not None if isinstance(condition, Words) else condition.accepts(value)
        for condition in conditions
    )


def _uncounted(counted: Collection[Value], field: Field, conditions: Sequence[Query]) -> set[Value]:
    """Return the values of a closed field that were asked for and that no report has."""
    texts = {value_text(value) for value in counted}
    missing = [leaf.value for leaf in conditions if isinstance(leaf, Is) and leaf.value not in texts]
    return {value == "yes" if field.kind == YES_NO else value for value in missing}


def _gaps(counted: Collection[Value], field: Field, step: str) -> Iterator[Value]:
    """Yield the bins or periods from the least to the greatest value, so that gaps are seen."""
    if field.kind == DATE:
        days = [parse_period(value).span()[0] for value in counted if isinstance(value, str)]
        yield from _periods(days, step or "month") if days else ()
    is_by_value = field.info.context or field.info.by_value
    bins = [value for value in counted if isinstance(value, Bin) and value.low and not is_by_value]
    reached = min(bins, default=None)
    while reached and reached < max(bins):
        yield reached
        reached = decade_bin(reached.high)


def _sort_key(field: Field) -> Callable[[ValueCount], Any]:
    """Return the order of values: bins and dates ascending, others by their count; unknown is last."""
    if field.kind in (*NUMBERS, DATE):
        return lambda counted: (counted.value is None, counted.value or ())
    return lambda counted: (
        counted.value is None, -counted.total, fold_name(str(counted.value)), str(counted.value),
    )  # fmt: skip


class CountTable(NamedTuple):
    """How many reports have each value of a field; with periods, in each of them, also where the count is 0."""

    field: Field
    value_counts: tuple[ValueCount, ...]
    periods: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        return ("value", "count") if self.periods is None else ("value", "period", "count")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        for counted in self.value_counts:
            yield from ((counted.text, *cell) for cell in self._cells(counted))

    def _cells(self, counted: ValueCount) -> Iterator[tuple[Any, ...]]:
        """Yield the count of a value, or each period with the count in it."""
        if self.periods is None:
            return iter([(counted.total,)])
        return zip(self.periods, counted.counts, strict=True)

    def records(self) -> Iterator[Record]:
        """Yield a record for each row; ``value`` is null where it is unknown, numbers have the ends of their bin."""
        for counted in self.value_counts:
            bounds = counted.value if isinstance(counted.value, Bin) else None
            record: Record = {"value": str(bounds) if bounds else counted.value}
            if self.field.kind in NUMBERS:
                record |= {"low": bounds and bounds.low, "high": bounds and bounds.high}
            for cell in self._cells(counted):
                yield record | dict(zip(self.header[1:], cell, strict=True))

    def ids(self) -> Iterator[str]:
        """Yield the values that at least one report has."""
        return (counted.text for counted in self.value_counts if counted.total)


def build_count_table(
    counts: Counts, notes: Sequence[str] = (), reverse: bool = False, limit: int | None = None
) -> CountTable:
    """Answer with the counts of a field; ``reverse`` leaves an unknown value last, ``limit`` is a number of values."""
    value_counts = counts.value_counts
    if reverse:
        known = [counted for counted in value_counts if counted.value is not None]
        value_counts = (*reversed(known), *value_counts[len(known) :])
    all_notes = list(notes)
    if limit is not None and limit < len(value_counts):
        all_notes.append(f"{limit:,} of {len(value_counts):,} values")
    if (sum_of_all := sum(counted.total for counted in value_counts)) > counts.reports:
        path = counts.field.path
        several = "models" if path in MODEL_FIELDS else "runs" if path in RUN_FIELDS else "values"
        all_notes.append(f"counts add up to {sum_of_all:,} because reports can have several {several}")
    if counts.unknown:
        all_notes.append(unknown_note(counts.unknown))
    if counts.date_field and counts.undated:
        all_notes.append(left_out_note(counts.undated, f"without {counts.date_field.label}"))
    return CountTable(counts.field, value_counts[:limit], counts.periods, tuple(all_notes))
