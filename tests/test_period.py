"""Every way to write a period, the days it covers, and every way to get it wrong."""

import calendar
import contextlib
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportcli.errors import InvalidPeriod
from reportcli.query.period import Period, parse_period

TODAY = date(2025, 6, 18)

ABSOLUTE = [
    ("2025", "2025-01-01", "2025-12-31", "2025"), ("2024", "2024-01-01", "2024-12-31", "2024"),
    ("0001", "0001-01-01", "0001-12-31", "0001"), ("9999", "9999-01-01", "9999-12-31", "9999"),
    ("2025-06", "2025-06-01", "2025-06-30", "2025-06"), ("2025-02", "2025-02-01", "2025-02-28", "2025-02"),
    ("2024-02", "2024-02-01", "2024-02-29", "2024-02"), ("2000-02", "2000-02-01", "2000-02-29", "2000-02"),
    ("1900-02", "1900-02-01", "1900-02-28", "1900-02"), ("2024-12", "2024-12-01", "2024-12-31", "2024-12"),
    ("2025-Q1", "2025-01-01", "2025-03-31", "2025-Q1"), ("2025-Q2", "2025-04-01", "2025-06-30", "2025-Q2"),
    ("2025-q3", "2025-07-01", "2025-09-30", "2025-Q3"), ("2025-Q4", "2025-10-01", "2025-12-31", "2025-Q4"),
    ("2025-W20", "2025-05-12", "2025-05-18", "2025-W20"), ("2025-w20", "2025-05-12", "2025-05-18", "2025-W20"),
    ("2025-W01", "2024-12-30", "2025-01-05", "2025-W01"), ("2025-W52", "2025-12-22", "2025-12-28", "2025-W52"),
    ("2020-W53", "2020-12-28", "2021-01-03", "2020-W53"), ("2026-W53", "2026-12-28", "2027-01-03", "2026-W53"),
    ("2025-06-18", "2025-06-18", "2025-06-18", "2025-06-18"),
    ("2024-02-29", "2024-02-29", "2024-02-29", "2024-02-29"),
    ("06/18/2025", "2025-06-18", "2025-06-18", "2025-06-18"), ("6/8/2025", "2025-06-08", "2025-06-08", "2025-06-08"),
    ("01/02/2025", "2025-01-02", "2025-01-02", "2025-01-02"),
    ("2025-01..2025-06", "2025-01-01", "2025-06-30", "2025-01..2025-06"),
    ("2024..2025-06", "2024-01-01", "2025-06-30", "2024..2025-06"),
    ("2025-06-18..2025", "2025-06-18", "2025-12-31", "2025-06-18..2025"),
    ("2025-06-18..2025-06", "2025-06-18", "2025-06-30", "2025-06-18..2025-06"),
    ("2025-Q1..2025-W20", "2025-01-01", "2025-05-18", "2025-Q1..2025-W20"),
    ("2024-02..2024-02", "2024-02-01", "2024-02-29", "2024-02..2024-02"),
    ("01/31/2025..2025-q2", "2025-01-31", "2025-06-30", "2025-01-31..2025-Q2"),
    (" 2025-01 .. 2025-06 ", "2025-01-01", "2025-06-30", "2025-01..2025-06"),
    (" 2025-06\n", "2025-06-01", "2025-06-30", "2025-06"), ("2025-05..", "2025-05-01", None, "2025-05.."),
    ("2025-06-18..", "2025-06-18", None, "2025-06-18.."), ("..2024", None, "2024-12-31", "..2024"),
    ("2025-6", "2025-06-01", "2025-06-30", "2025-06"), ("2025/06", "2025-06-01", "2025-06-30", "2025-06"),
    ("06/2025", "2025-06-01", "2025-06-30", "2025-06"), ("2025-6-1", "2025-06-01", "2025-06-01", "2025-06-01"),
    ("2025/06/18", "2025-06-18", "2025-06-18", "2025-06-18"), ("20250618", "2025-06-18", "2025-06-18", "2025-06-18"),
    ("2025Q2", "2025-04-01", "2025-06-30", "2025-Q2"), ("q2 2025", "2025-04-01", "2025-06-30", "2025-Q2"),
    ("2025-W2", "2025-01-06", "2025-01-12", "2025-W02"), ("２０２５", "2025-01-01", "2025-12-31", "2025"),
    ("June 2025", "2025-06-01", "2025-06-30", "2025-06"), ("2025 Sept", "2025-09-01", "2025-09-30", "2025-09"),
    ("may-2025", "2025-05-01", "2025-05-31", "2025-05"), ("2025\u201106", "2025-06-01", "2025-06-30", "2025-06"),
    ("June 18th, 2025", "2025-06-18", "2025-06-18", "2025-06-18"),
    ("18 Jun 2025", "2025-06-18", "2025-06-18", "2025-06-18"),
    ("since 2025-06", "2025-06-01", None, "2025-06.."), ("until May 2025", None, "2025-05-31", "..2025-05"),
    ("after 2025-06", "2025-07-01", None, "2025-07-01.."), ("before 2025", None, "2024-12-31", "..2024-12-31"),
    ("2025-01 to 2025-06", "2025-01-01", "2025-06-30", "2025-01..2025-06"),
    ("from May 2025 until June 2025", "2025-05-01", "2025-06-30", "2025-05..2025-06"),
    ("between 2024 and 2025", "2024-01-01", "2025-12-31", "2024..2025"),
    ("2025-01 – 2025-06", "2025-01-01", "2025-06-30", "2025-01..2025-06"),
    ("in 2025", "2025-01-01", "2025-12-31", "2025"), ("..2025-05", None, "2025-05-31", "..2025-05"),
    ("..12/24/2024", None, "2024-12-24", "..2024-12-24"),
]  # fmt: skip

RELATIVE = [
    ("last 90 days", "2025-03-21", "90d"),
    ("Last 1 Day", "2025-06-18", "1d"),
    ("last 7 days", "2025-06-12", "7d"),
    ("last  2   weeks", "2025-06-05", "2w"),
    ("last 3 months", "2025-03-18", "3m"),
    ("last 1 month", "2025-05-18", "1m"),
    ("last 2 years", "2023-06-18", "2y"),
    ("90d", "2025-03-21", "90d"),
    ("12w", "2025-03-27", "12w"),
    ("6m", "2024-12-18", "6m"),
    ("12M", "2024-06-18", "12m"),
    ("18m", "2023-12-18", "18m"),
    ("1y", "2024-06-18", "1y"),
    ("the past 2 quarters", "2024-12-18", "6m"),
    ("90 days", "2025-03-21", "90d"),
    ("2025..today", "2025-01-01", "2025..today"),
]

WHOLE_UNITS = [
    ("today", "2025-06-18", "2025-06-18"), ("yesterday", "2025-06-17", "2025-06-17"),
    ("this week", "2025-06-16", "2025-06-22"), ("last week", "2025-06-09", "2025-06-15"),
    ("this month", "2025-06-01", "2025-06-30"), ("last month", "2025-05-01", "2025-05-31"),
    ("This Quarter", "2025-04-01", "2025-06-30"), ("previous quarter", "2025-01-01", "2025-03-31"),
    ("this year", "2025-01-01", "2025-12-31"), ("last year", "2024-01-01", "2024-12-31"),
    ("since last month", "2025-05-01", "9999-12-31"), ("..yesterday", "0001-01-01", "2025-06-17"),
    ("last year..last month", "2024-01-01", "2025-05-31"),
]  # fmt: skip

IMPOSSIBLE = [
    "2025-13", "2025-00", "0000", "0000-01", "2025-02-29", "2025-04-31", "2025-06-00", "2025-06-32", "1900-02-29",
    "31/02/2025", "18/06/2025", "02/30/2025", "00/01/2025", "2025-Q5", "2025-Q0", "2025-W54", "2025-W53", "2025-W00",
    "9999-W52", "2025-06..2025-01", "2025..2024", "2025-06-18..2025-06-17", "2025-13..2025-14", "2025-01..2025-13",
    "2025-13..", "..31/02/2025",
]  # fmt: skip

UNREADABLE = [
    "", " ", "..", " .. ", "...", "2025...", "2025..2026..2027", "25", "18.06.2025", "06/18/25", "202506", "2025-Q12",
    "2025-06-18T10:00", "-2025", "2025-", "last days", "last 90", "last -1 days", "90", "90x", "d", "123456d", "1.5y",
    "2025..90d", "0d", "last 0 days", "3 months ago", "june", "Q2", "2024-2025", "next month", "since",
    "last month-2025",
]  # fmt: skip


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize(("text", "first", "last", "canonical"), ABSOLUTE)
def test_a_period_has_a_first_and_a_last_day(text: str, first: str | None, last: str | None, canonical: str) -> None:
    period = Period(canonical, day(first), day(last))
    assert parse_period(text) == parse_period(canonical) == period
    assert period.span() == period.span(TODAY) == (day(first) or date.min, day(last) or date.max)


@pytest.mark.parametrize(("text", "first", "canonical"), RELATIVE)
def test_a_relative_period_ends_today(text: str, first: str, canonical: str) -> None:
    period = parse_period(text)
    assert parse_period(canonical) == period
    assert period.text == canonical
    assert period.span(TODAY) == (day(first), TODAY)
    assert period.span(date(2030, 1, 1))[1] == date(2030, 1, 1)


@pytest.mark.parametrize(("text", "first", "last"), WHOLE_UNITS)
def test_the_last_month_is_the_whole_month_before_this_one(text: str, first: str, last: str) -> None:
    period = parse_period(text)
    assert period.span(TODAY) == (day(first), day(last))
    assert parse_period(period.text) == period


@pytest.mark.parametrize(
    ("text", "today", "first"),
    [
        ("6m", "2026-11-25", "2026-05-25"),
        ("1m", "2025-05-31", "2025-04-30"),
        ("1m", "2025-03-31", "2025-02-28"),
        ("1m", "2024-03-31", "2024-02-29"),
        ("1m", "2025-03-29", "2025-02-28"),
        ("8m", "2025-07-31", "2024-11-30"),
        ("1m", "2025-01-31", "2024-12-31"),
        ("12m", "2024-02-29", "2023-02-28"),
        ("1y", "2024-02-29", "2023-02-28"),
        ("4y", "2024-02-29", "2020-02-29"),
    ],
)
def test_months_and_years_back_start_on_a_day_that_exists(text: str, today: str, first: str) -> None:
    assert parse_period(text).span(day(today)) == (day(first), day(today))


def test_a_period_longer_than_the_calendar_starts_with_it() -> None:
    for text in ("99999d", "99999w", "99999m", "99999y", "2025y"):
        assert parse_period(text).span(date(200, 1, 1)) == (date.min, date(200, 1, 1))
    for text in ("yesterday", "last month", "last year"):
        assert parse_period(text).span(date.min) == (date.min, date.min)


@given(st.integers(1, 9999), st.integers(1, 12))
def test_a_month_ends_on_its_last_day(year: int, month: int) -> None:
    period = parse_period(f"{year:04d}-{month:02d}")
    assert period.first == date(year, month, 1)
    assert period.last == date(year, month, calendar.monthrange(year, month)[1])


@given(st.dates())
def test_an_american_date_is_read_month_first(today: date) -> None:
    text = f"{today.month}/{today.day}/{today.year:04d}"
    assert parse_period(text) == Period(today.isoformat(), today, today)


@given(st.dates(max_value=date(9999, 12, 26)))
def test_a_day_is_in_its_week(today: date) -> None:
    year, week, weekday = today.isocalendar()
    period = parse_period(f"{year:04d}-W{week:02d}")
    assert period.first is not None
    assert (today - period.first).days == weekday - 1


DATES = st.one_of(
    st.integers(1, 9999).map("{:04d}".format),
    st.dates().map(lambda day: f"{day.year:04d}-{day.month:02d}"),
    st.builds("{:04d}-{}{}".format, st.integers(1, 9999), st.sampled_from("Qq"), st.integers(1, 4)),
    st.builds("{:04d}-{}{:02d}".format, st.integers(1, 9998), st.sampled_from("Ww"), st.integers(1, 52)),
    st.dates().map(date.isoformat),
    st.dates().map(lambda day: f"{day.month:02d}/{day.day:02d}/{day.year:04d}"),
)
WELL_FORMED = st.one_of(
    DATES,
    DATES.map("{}..".format),
    DATES.map("..{}".format),
    st.tuples(DATES, DATES).map(lambda ends: "..".join(sorted(ends, key=lambda end: str(parse_period(end).first)))),
    st.builds("{}{}".format, st.integers(1, 99_999), st.sampled_from("dwmyDWMY")),
    st.builds("last {} {}".format, st.integers(1, 99_999), st.sampled_from(["day", "days", "weeks", "Months", "year"])),
)


@given(WELL_FORMED, st.dates())
def test_any_period_has_a_canonical_text_and_starts_before_it_ends(text: str, today: date) -> None:
    period = parse_period(text)
    assert parse_period(period.text) == period
    first, last = period.span(today)
    assert first <= last


@pytest.mark.parametrize("text", IMPOSSIBLE + UNREADABLE)
def test_what_is_not_a_period_is_rejected(text: str) -> None:
    with pytest.raises(InvalidPeriod):
        parse_period(text)


@pytest.mark.parametrize(
    ("text", "problem", "right"),
    [
        ("2025-13", "2025-13 does not exist", ""),
        ("31/02/2025", "31/02/2025 does not exist (the month comes first)", ""),
        ("18/06/2025", "18/06/2025 does not exist (the month comes first)", "06/18/2025"),
        ("2025..18/06/2025", "18/06/2025 does not exist (the month comes first)", "2025..06/18/2025"),
        ("13/13/2025", "13/13/2025 does not exist", ""),
        ("2025-06..2025-01", "start is after end", "2025-01..2025-06"),
        ("today..last month", "start is after end", "last month..today"),
        ("2025-05 2025-06", "not a recognised date", "2025-05..2025-06"),
        ("2024-2025", "not a recognised date", "2024..2025"),
        ("2025...2026", "a range has two dots", "2025..2026"),
        ("2025…", "a range has two dots", "2025.."),
        ("..", "a range needs at least one end", ""),
        ("2025..soon", "soon is not a date", ""),
        ("soon", "not a recognised date", ""),
        ("2025..90d", "90d ends today", "2025..today"),
        ("0d", "it has no days", "today"),
        ("18.06.2025", "not a recognised date", "06/18/2025"),
        ("18-06-2025", "not a recognised date", "06/18/2025"),
        ("06/18/25", "not a recognised date", "06/18/2025"),
        ("202506", "not a recognised date", "2025-06"),
        ("2025-06-18T10:00", "not a recognised date", "2025-06-18"),
        ("3 months ago", "not a recognised date", "3m"),
        ("june", "not a recognised date", f"{date.today().year}-06"),
        ("Q2", "not a recognised date", f"{date.today().year}-Q2"),
    ],
)
def test_an_invalid_period_says_what_is_wrong_and_how_to_write_it(text: str, problem: str, right: str) -> None:
    with pytest.raises(InvalidPeriod) as raised:
        parse_period(text)
    assert raised.value.problem.startswith(problem)
    assert raised.value.message.startswith(f"{text!r} is not a period: {problem}")
    assert raised.value.meant == right
    assert right in raised.value.hint
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("text", IMPOSSIBLE + UNREADABLE)
def test_every_hint_is_a_period(text: str) -> None:
    with pytest.raises(InvalidPeriod) as raised:
        parse_period(text)
    hint = raised.value.hint
    for right in re.split(", | or ", re.sub("^write |^did you mean |[?]$", "", hint)):
        assert parse_period(right.strip("'"))


@given(st.one_of(st.text(), st.text(alphabet="0123456789-/.QWdwmy lastdy", max_size=24)))
def test_any_text_is_a_period_or_an_invalid_one(text: str) -> None:
    with contextlib.suppress(InvalidPeriod):
        assert parse_period(text).text


def test_a_period_is_compared() -> None:
    spans = {
        "": (date(2025, 6, 1), date(2025, 6, 30)),
        ">": (date(2025, 7, 1), date.max),
        ">=": (date(2025, 6, 1), date.max),
        "<": (date.min, date(2025, 5, 31)),
        "<=": (date.min, date(2025, 6, 30)),
    }
    for sign, span in spans.items():
        compared = parse_period("2025-06").compared(sign)
        assert compared.span() == span
        assert parse_period(compared.text) == compared


@pytest.mark.parametrize(("sign", "text"), [(">", "9999"), ("<", "0001"), (">", "90d"), ("<=", "2025-05..")])
def test_open_relative_and_outermost_periods_cannot_be_compared(sign: str, text: str) -> None:
    with pytest.raises(InvalidPeriod):
        parse_period(text).compared(sign)
