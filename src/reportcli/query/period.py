"""Periods: which days ``2025-06``, ``2025-Q2..`` or ``last 90 days`` cover. It knows nothing of fields and reports."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from reportcli.errors import InvalidPeriod

_Span = tuple[date, date]
_UNITS = {"d": "days", "w": "weeks", "m": "months", "y": "years"}
_STEP_MONTHS = {"year": 12, "quarter": 3, "month": 1}
PERIOD_STEPS = tuple(_STEP_MONTHS)


class Period(NamedTuple):
    """A range of days. ``text`` is its canonical spelling, which parses to the same period.

    An absolute period has a first and a last day, both included (None is open); a relative one goes ``amount`` units
    back from today.
    """

    text: str
    first: date | None = None
    last: date | None = None
    amount: int = 0
    unit: str = ""

    def span(self, today: date | None = None) -> _Span:
        """Return the first and the last day, both included; ``today`` matters to a relative period only."""
        if not self.unit:
            return self.first or date.min, self.last or date.max
        end = today or date.today()
        return _go_back(end, self.amount, self.unit), end

    def compared(self, sign: str) -> "Period":
        """Return the period after (``>``, ``>=``) or before (``<``, ``<=``) this one; "" returns this one.

        Raises InvalidPeriod if there is none, or if this period is relative or open.
        """
        if not sign:
            return self
        if not (self.first and self.last):
            raise InvalidPeriod(sign + self.text, "only a day, week, month, quarter or year can be compared")
        try:
            first = self.last + timedelta(1) if sign == ">" else self.first
            last = self.first - timedelta(1) if sign == "<" else self.last
        except OverflowError as error:
            raise InvalidPeriod(sign + self.text, "no such days") from error
        return Period(f"{first}..", first=first) if sign[0] == ">" else Period(f"..{last}", last=last)


def parse_period(text: str) -> Period:
    """Parse a period. Raises InvalidPeriod."""
    clean = " ".join(text.split())
    if relative := _parse_relative(clean):
        return relative
    first, dots, last = (part.strip() for part in clean.partition(".."))
    if not dots:
        start, end, spelling = _parse_date(first, text)
        return Period(spelling, start, end)
    if not (first or last):
        raise InvalidPeriod(text, "a range needs at least one end")
    start, _, since = _parse_date(first, text) if first else (date.min, date.min, "")
    _, end, until = _parse_date(last, text) if last else (date.max, date.max, "")
    if start > end:
        raise InvalidPeriod(text, f"start is after end; did you mean {last}..{first}")
    return Period(f"{since}..{until}", start if first else None, end if last else None)


def period_containing(day: date, step: str) -> str:
    """Return the year, quarter or month that contains a day, spelled as a period."""
    year, month = f"{day.year:04}", day.month
    return {"year": year, "quarter": f"{year}-Q{(month + 2) // 3}", "month": f"{year}-{month:02}"}[step]


def periods_between(first: date, last: date, step: str) -> Iterator[str]:
    """Return every year, quarter or month from the one of the first day to the one of the last."""
    step_months = _STEP_MONTHS[step]
    start, end = ((12 * day.year + day.month - 1) // step_months * step_months for day in (first, last))
    months = range(start, end + 1, step_months)  # since the year 0
    return (period_containing(date(month // 12, month % 12 + 1, 1), step) for month in months)


def _parse_relative(text: str) -> Period | None:
    match = re.fullmatch(r"(\d{1,5})([dwmy])", text, re.I) or re.fullmatch(
        r"last (\d{1,5}) (day|week|month|year)s?", text, re.I
    )
    if not match:
        return None
    amount, unit = int(match[1]), match[2][0].lower()
    return Period(f"{amount}{unit}", amount=amount, unit=_UNITS[unit])


def _go_back(day: date, amount: int, unit: str) -> date:
    """Return the day some units earlier: the last of a month that has no such day, the first of the calendar."""
    try:
        if unit in ("days", "weeks"):
            return day - timedelta(**{unit: amount})
        months = day.year * 12 + day.month - 1 - amount * (12 if unit == "years" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(day.day, _month(year, month + 1)[1].day))
    except (ValueError, OverflowError):
        return date.min


def _parse_date(text: str, whole: str) -> tuple[date, date, str]:
    """Return the first and last day of a date with any precision, and its canonical spelling.

    ``whole`` is the text for errors, of which the date may be one end.
    """
    for pattern, days_of in _DATE_PATTERNS:
        if match := re.fullmatch(pattern, text, re.I | re.A):
            numbers = [int(group) for group in match.groups()]
            try:
                first, last = days_of(*numbers)
            except (ValueError, OverflowError) as error:
                raise InvalidPeriod(whole, f"{text} does not exist ({error})") from error
            return first, last, first.isoformat() if "/" in text else text.upper()
    if dates := re.fullmatch(r"([\d/QW-]+) (?:to |- )?([\d/QW-]+)", text, re.I):
        raise InvalidPeriod(whole, f"write a range as {dates[1]}..{dates[2]}")
    raise InvalidPeriod(whole, f"{text} is not a date" if text != whole.strip() else "not a recognised date")


def _year(year: int) -> _Span:
    return date(year, 1, 1), date(year, 12, 31)


def _quarter(year: int, quarter: int) -> _Span:
    if not 1 <= quarter <= 4:
        raise ValueError("quarter must be in 1..4")
    return date(year, quarter * 3 - 2, 1), _month(year, quarter * 3)[1]


def _month(year: int, month: int) -> _Span:
    from calendar import monthrange

    first = date(year, month, 1)
    return first, first.replace(day=monthrange(year, month)[1])


def _week(year: int, week: int) -> _Span:
    return date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7)


def _day(year: int, month: int, day: int) -> _Span:
    only_day = date(year, month, day)
    return only_day, only_day


def _american_day(month: int, day: int, year: int) -> _Span:
    if month > 12 >= day:
        raise ValueError(f"the month comes first: {day:02}/{month:02}/{year}")
    return _day(year, month, day)


_DATE_PATTERNS: tuple[tuple[str, Callable[..., _Span]], ...] = (
    (r"(\d{4})", _year),
    (r"(\d{4})-Q(\d)", _quarter),
    (r"(\d{4})-W(\d\d)", _week),
    (r"(\d{4})-(\d\d)", _month),
    (r"(\d{4})-(\d\d)-(\d\d)", _day),
    (r"(\d\d?)/(\d\d?)/(\d{4})", _american_day),
)
