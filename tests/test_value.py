"""Values for a reader: numbers are rounded first and named after, at every edge."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reportcli.answer.listing import parse_columns
from reportcli.query.conditions import Between, conditions_of
from reportcli.query.parser import parse_query
from reportcli.render.value import format_number

PARAMETERS, CONTEXT, RATIO, FLOPS = parse_columns(["parameters", "context", "tokens_per_parameter", "flops"])
SCALES = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
EDGES = [10**exponent + more for exponent in range(2, 19) for more in (-1, 0, 1)]


def number_of(text: str) -> float:
    """Return the number that a text names, with K, M, B and T as powers of ten."""
    digits, suffix = re.fullmatch(r"([\d.,]+(?:e-?\d+)?)([KMBT]?)", text).groups()  # type: ignore[union-attr]
    return float(digits.replace(",", "")) * SCALES[suffix]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"), (999_999, "999,999"), (10**6, "1M"), (999_499_999, "999M"), (999_500_000, "1B"),
        (999_900_000_000, "1T"), (999_400_000_000, "999B"), (36 * 10**12, "36T"), (999_900_000_000_000, "1e15"),
        (16_800_000_000, "16.8B"), (0.05, "0.05"), (9.96, "10"), (99.6, "100"), (99.4, "99"), (999_999.7, "1M"),
        (0.000012, "1.2e-5"), (20.0, "20"), (4.752e24, "4.8e24"), (9.96e23, "1e24"),
    ],
)  # fmt: skip
def test_a_number_is_rounded_before_it_is_named(number: int | float, text: str) -> None:
    assert format_number(number, PARAMETERS) == text


@given(st.sampled_from(EDGES) | st.integers(0, 10**18) | st.floats(1e-9, 1e26))
@example(999_500_000)
@example(99.5)
def test_a_number_keeps_its_value_and_has_few_digits(number: int | float) -> None:
    for field in (PARAMETERS, RATIO, FLOPS):
        text = format_number(number, field)
        assert number_of(text) == pytest.approx(number, rel=0.06)
        assert "e+" not in text
        whole = re.split(r"[.eKMBT]", text)[0].replace(",", "")
        assert len(whole) <= 3 or (re.fullmatch(r"[\d,]{5,7}", text) and number < 10**6)


@given(st.sampled_from(EDGES), st.sampled_from(EDGES))
def test_a_greater_number_is_not_named_a_smaller_one(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert number_of(format_number(low, PARAMETERS)) <= number_of(format_number(high, PARAMETERS))


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (512, "512"), (1000, "1K"), (1024, "1K"), (1023, "1,023"), (4096, "4K"), (40_960, "40K"), (128_000, "128K"),
        (131_072, "128K"), (256_000, "256K"), (262_144, "256K"), (10**6, "1M"), (1 << 20, "1M"), (1_500_000, "1.5M"),
        (1_572_864, "1.5M"), (10**7, "10M"), (65_535, "65,535"), (1 << 30, "1024M"),
    ],
)  # fmt: skip
def test_a_context_length_has_the_name_that_people_use(length: int, text: str) -> None:
    assert format_number(length, CONTEXT) == text


@given(st.integers(1, 950), st.sampled_from([1, 1000, 1024, 10**6, 1 << 20]))
def test_the_name_of_a_context_length_finds_it(factor: int, unit: int) -> None:
    length = factor * unit
    query = parse_query(f"context:{format_number(length, CONTEXT).replace(',', '')}")
    ranges = [part for part, _ in conditions_of(query)]
    assert any(isinstance(part, Between) and part.accepts(length) for part in ranges)
