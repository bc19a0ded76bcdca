"""Axes: where values lie, and ticks at round values with labels that do not touch."""

import datetime
import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reportcli.answer.listing import parse_columns
from reportcli.render.terminal.axis import choose_ticks, make_scale, spans_decades
from reportcli.report.fields import Field

B = 10**9


def field(name: str) -> Field:
    return parse_columns([name])[0]


FIELD = field("parameters")
NUMBERS = st.integers(1, 10**18) | st.floats(1e-6, 1e30)


@given(st.lists(NUMBERS, min_size=1, max_size=20), st.integers(2, 200), st.booleans())
def test_values_lie_on_their_scale_in_their_order(values: list[int | float], cells: int, logarithmic: bool) -> None:
    axis = make_scale(FIELD, values, cells, logarithmic)
    positions = [axis.position(value) for value in sorted(values)]
    assert all(0 <= position <= cells - 1 for position in positions)
    assert positions == sorted(positions)
    for value in values:
        assert math.isclose(axis.value(axis.position(value)), value, rel_tol=1e-6, abs_tol=1e-9 * max(values))


@given(st.lists(NUMBERS, min_size=1, max_size=20), st.integers(10, 200), st.booleans())
def test_ticks_lie_inside_in_order_and_their_labels_do_not_touch(
    values: list[int | float], cells: int, logarithmic: bool
) -> None:
    axis = make_scale(FIELD, values, cells, logarithmic)
    ticks = choose_ticks(axis, cells, beside=True)
    assert all(0 <= tick.position < cells for tick in ticks)
    for left, right in pairwise(ticks):
        assert right.position - left.position > (len(left.label) + len(right.label)) / 2


@given(st.lists(NUMBERS, min_size=2, max_size=20), st.booleans())
def test_an_upright_axis_has_few_ticks(values: list[int | float], logarithmic: bool) -> None:
    assert len(choose_ticks(make_scale(FIELD, values, 20, logarithmic), 6, beside=False)) <= 6


@pytest.mark.parametrize(
    ("name", "values", "cells", "labels"),
    [
        ("parameters", (3 * B, 671 * B), 70, ["5B", "10B", "20B", "50B", "100B", "200B", "500B"]),
        ("parameters", (3 * B, 671 * B), 40, ["3B", "10B", "30B", "100B", "300B"]),
        ("parameters", (B, 10**13), 30, ["1B", "10B", "100B", "1T", "10T"]),
        ("context_length", (4_096, 1_048_576), 70, ["4K", "8K", "16K", "32K", "64K", "128K", "256K", "512K", "1M"]),
        ("flops", (1e22, 1e26), 40, ["1e22", "1e23", "1e24", "1e25", "1e26"]),
        ("layers", (20, 80), 40, ["20", "30", "40", "50", "60", "70", "80"]),
        ("sparsity", (0.05, 1.0), 40, ["0.2", "0.4", "0.6", "0.8", "1"]),
    ],
)
def test_ticks_are_round_values_in_the_units_of_the_field(
    name: str, values: tuple[float, float], cells: int, labels: list[str]
) -> None:
    axis = make_scale(field(name), values, cells, spans_decades(field(name), values))
    assert [tick.label for tick in choose_ticks(axis, cells, beside=True)] == labels


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        ((2025, 1, 15), (2025, 5, 20), ["2025-02", "2025-03", "2025-04", "2025-05"]),
        ((2024, 6, 15), (2025, 6, 20), ["2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3"]),
        ((2020, 6, 15), (2025, 6, 20), ["2021", "2022", "2023", "2024", "2025"]),
        ((2011, 6, 15), (2025, 6, 20), ["2012", "2014", "2016", "2018", "2020", "2022", "2024", "2026"]),
        ((1950, 3, 1), (2026, 1, 20), ["1950", "1960", "1970", "1980", "1990", "2000", "2010", "2020"]),
        ((1, 1, 1), (9999, 12, 31), ["2000", "4000", "6000", "8000"]),
        ((2025, 6, 5), (2025, 6, 12), ["2025-06-06", "2025-06-08", "2025-06-10", "2025-06-12"]),
    ],
)
def test_an_axis_of_days_has_its_ticks_where_periods_begin(
    first: tuple[int, int, int], last: tuple[int, int, int], labels: list[str]
) -> None:
    axis = make_scale(field("date"), [datetime.date(*first), datetime.date(*last)], 60, logarithmic=False)
    ticks = choose_ticks(axis, 60, beside=True)
    assert [tick.label for tick in ticks] == labels
    assert all(0 <= tick.position < 60 for tick in ticks)


@given(st.dates(), st.integers(1, 40_000), st.integers(30, 200))
@example(datetime.date(2000, 1, 2), 23, 30)
def test_an_axis_of_days_always_has_ticks(first: datetime.date, span: int, cells: int) -> None:
    last = datetime.date.fromordinal(min(first.toordinal() + span, datetime.date.max.toordinal()))
    ticks = choose_ticks(make_scale(field("date"), [first, last], cells, logarithmic=False), cells, beside=True)
    assert ticks
    assert len({tick.label for tick in ticks}) == len(ticks)


def test_a_scale_is_logarithmic_where_values_span_more_than_two_decades() -> None:
    assert spans_decades(FIELD, [1, 101])
    assert not spans_decades(FIELD, [1, 100])
    assert not spans_decades(FIELD, [0, 10**9])
    assert not spans_decades(field("date"), [datetime.date(1, 1, 1), datetime.date(2025, 1, 1)])


@pytest.mark.parametrize("value", [0, 1, 7 * B, datetime.date(2025, 1, 1), datetime.date(1, 1, 1)])
def test_one_value_alone_lies_in_the_middle(value: Any) -> None:
    axis = make_scale(field("date") if isinstance(value, datetime.date) else FIELD, [value], 11, logarithmic=False)
    assert axis.position(value) == pytest.approx(5)
