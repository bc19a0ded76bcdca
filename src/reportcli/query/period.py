"""Periods: which days ``2025-06``, ``2025-Q2..`` or ``last 90 days`` cover. It knows nothing of fields and reports."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from reportcli.errors import InvalidPeriod

_Span = tuple[date, date]
_LETTERS = {"d": "day", "w": "week", "m": "month", "y": "year"}
_STEP_MONTHS = {"year": 12, "quarter": 3, "month": 1}
PERIOD_STEPS = tuple(_STEP_MONTHS)


class Relative(NamedTuple):
    """Days that depend on today: a whole day, week, month, quarter or year, ``amount`` before the current one.

    ``rolling`` are as many units back from today, which is the last day.
    """

    amount: int
    unit: str
    rolling: bool = False

    def span(self, today: date | None = None) -> _Span:
        """Return the first and the last day, both included; those before the calendar begins are its first."""
        day = today or date.today()
        try:
            return (self._days_up_to(day), day) if self.rolling else self._whole_unit(day)
        except (ValueError, OverflowError):
            return date.min, day if self.rolling else date.min

    def _days_up_to(self, today: date) -> date:
        """Return the first day: months and years start on the same day of the month, or on its last."""
        if self.unit in ("day", "week"):
            return today - timedelta(self.amount * (7 if self.unit == "week" else 1) - 1)
        year, month = _months_before(today, self.amount * _STEP_MONTHS[self.unit])
        return date(year, month, min(today.day, _month(year, month)[1].day))

    def _whole_unit(self, today: date) -> _Span:
        if self.unit == "day":
            day = today - timedelta(self.amount)
            return day, day
        if self.unit == "week":
            monday = today - timedelta(today.weekday() + 7 * self.amount)
            return monday, monday + timedelta(6)
        months = _STEP_MONTHS[self.unit]
        year, month = _months_before(today, (today.month - 1) % months + months * self.amount)
        return date(year, month, 1), _month(year, month + months - 1)[1]


class Period(NamedTuple):
    """A range of days. ``text`` is its canonical spelling, which parses to the same period.

    Both ends are included; None is open.
    """

    text: str
    first: date | Relative | None = None
    last: date | Relative | None = None

    def span(self, today: date | None = None) -> _Span:
        """Return the first and the last day, both included; ``today`` matters to a relative period only."""
        first = self.first.span(today)[0] if isinstance(self.first, Relative) else self.first
        last = self.last.span(today)[1] if isinstance(self.last, Relative) else self.last
        return first or date.min, last or date.max

    def compared(self, sign: str) -> "Period":
        """Return the period after (``>``, ``>=``) or before (``<``, ``<=``) this one; "" returns this one.

        Raises InvalidPeriod if there is none, or if this period is relative or open.
        """
        if not sign:
            return self
        if not (isinstance(self.first, date) and isinstance(self.last, date)):
            raise InvalidPeriod(sign + self.text, "only a day, week, month, quarter or year can be compared")
        try:
            first = self.last + timedelta(1) if sign == ">" else self.first
            last = self.first - timedelta(1) if sign == "<" else self.last
        except OverflowError as error:
            raise InvalidPeriod(sign + self.text, "no such days") from error
        return Period(f"{first}..", first=first) if sign[0] == ">" else Period(f"..{last}", last=last)


def parse_period(text: str) -> Period:
    """Parse a period. Raises InvalidPeriod."""
    clean = " ".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())
    try:
        return _parse(clean, text)
    except InvalidPeriod as error:
        ends = clean.split("..")
        if meant := error.meant or _readable("..".join(_suggestion(end) or end for end in ends)):
            raise InvalidPeriod(text, error.problem, meant) from error
        raise


def _parse(clean: str, text: str) -> Period:
    if match := re.fullmatch(r"(after|before) (.+)", clean, re.I):
        return _parse_end(match[2], text).compared(">" if match[1].lower() == "after" else "<")
    for pattern in _RANGES:
        if match := re.fullmatch(pattern, clean, re.I):
            ends = {"first": "", "last": ""} | match.groupdict()
            return _join(ends["first"].strip(), ends["last"].strip(), text)
    return _parse_end(re.sub(r"^(in|on|during) ", "", clean, flags=re.I), text)


_DASHES = dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-")
_RANGES = (
    r"(?P<first>.*?)\.\.(?P<last>.*)",
    r"(?:from )?(?P<first>.+) (?:to|until|till|through|-) (?P<last>.+)",
    r"between (?P<first>.+) and (?P<last>.+)",
    r"(?:since|from|starting) (?P<first>.+)",
    r"(?:until|till|up to|through) (?P<last>.+)",
)


def _join(first: str, last: str, whole: str) -> Period:
    """Return the period from one end to the other, of which one may be open."""
    if not (first or last):
        raise InvalidPeriod(whole, "a range needs at least one end")
    if last.startswith("."):
        raise InvalidPeriod(whole, "a range has two dots", _readable(f"{first}..{last.strip('. ')}"))
    start = _parse_end(first, whole) if first else Period("")
    end = _parse_end(last, whole) if last else Period("")
    if isinstance(end.last, Relative) and end.last.rolling:
        raise InvalidPeriod(whole, f"{last} ends today", f"{start.text}..today" if first else end.text)
    period = Period(f"{start.text}..{end.text}", start.first, end.last)
    first_day, last_day = period.span()
    if first_day > last_day:
        raise InvalidPeriod(whole, "start is after end", _readable(f"{last}..{first}"))
    return period


def _readable(text: str) -> str:
    """Return a text if it is a period, in its canonical spelling unless it has slashes; else ""."""
    try:
        period = _parse(text, text)
    except InvalidPeriod:
        return ""
    return text if "/" in text else period.text


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


def _parse_end(text: str, whole: str) -> Period:
    """Return a period that is no range. ``whole`` is the text for errors, of which it may be one end."""
    if relative := _parse_relative(text.lower(), whole):
        return relative
    for pattern in _DATES:
        if match := re.fullmatch(pattern, text, re.I | re.A):
            try:
                spelling, (first, last) = _days_of(**match.groupdict())
            except (ValueError, OverflowError) as error:
                raise InvalidPeriod(whole, f"{text} does not exist ({error})") from error
            return Period(spelling, first, last)
    if text != whole.strip():
        raise InvalidPeriod(whole, f"{text} is not a date")
    raise InvalidPeriod(whole, "not a recognised date")


_UNIT = "(day|week|month|quarter|year)"


def _parse_relative(text: str, whole: str) -> Period | None:
    if text in ("today", "yesterday"):
        day = Relative(int(text == "yesterday"), "day")
        return Period(text, day, day)
    if match := re.fullmatch(rf"(?:the )?(this|current|last|previous) {_UNIT}", text):
        amount = int(match[1] in ("last", "previous"))
        unit = Relative(amount, match[2])
        return Period(f"{'last' if amount else 'this'} {match[2]}", unit, unit)
    match = re.fullmatch(r"(\d{1,5})([dwmy])", text, re.A) or re.fullmatch(
        rf"(?:the )?(?:last |past )?(\d{{1,5}}) {_UNIT}s?", text, re.A
    )
    if not match:
        return None
    amount, unit_name = int(match[1]), _LETTERS.get(match[2], match[2])
    if not amount:
        raise InvalidPeriod(whole, "it has no days", "today")
    if unit_name == "quarter":
        amount, unit_name = 3 * amount, "month"
    back = Relative(amount, unit_name, rolling=True)
    return Period(f"{amount}{unit_name[0]}", back, back)


def _months_before(day: date, months: int) -> tuple[int, int]:
    """Return the year and the month that is some months before that of a day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return year, month + 1


_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_MONTH_NAME = f"(?P<name>{'|'.join(f'{month[:3]}|{month}' for month in _MONTHS)}|sept)"
_YEAR, _MONTH, _DAY, _GAP = r"(?P<year>\d{4})", r"(?P<month>\d\d?)", r"(?P<day>\d\d?)", "[ .,-]*"
_DATES = (
    _YEAR,
    rf"{_YEAR}[ ./-]?Q(?P<quarter>\d)",
    rf"Q(?P<quarter>\d)[ ./-]?{_YEAR}",
    rf"{_YEAR}[ ./-]?W(?P<week>\d\d?)",
    rf"{_YEAR}[./-]{_MONTH}",
    rf"{_MONTH}[./-]{_YEAR}",
    *(rf"{_YEAR}{separator}{_MONTH}{separator}{_DAY}" for separator in ("-", "/", "[.]")),
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
    rf"{_MONTH}/{_DAY}/{_YEAR}",
    rf"{_MONTH_NAME}{_GAP}{_YEAR}",
    rf"{_YEAR}{_GAP}{_MONTH_NAME}",
    rf"{_MONTH_NAME}{_GAP}{_DAY}(?:st|nd|rd|th)?[ .,-]+{_YEAR}",
    rf"{_DAY}(?:st|nd|rd|th)?{_GAP}(?:of )?{_MONTH_NAME}{_GAP}{_YEAR}",
    rf"{_YEAR}{_GAP}{_MONTH_NAME}{_GAP}{_DAY}",
)  # fmt: skip


def _days_of(
    year: str, quarter: str = "", week: str = "", month: str = "", name: str = "", day: str = ""
) -> tuple[str, _Span]:
    """Return the canonical spelling of a date and its first and last day. Raises ValueError or OverflowError."""
    number = int(year)
    if quarter:
        return f"{year}-Q{quarter}", _quarter(number, int(quarter))
    if week:
        monday = date.fromisocalendar(number, int(week), 1)
        return f"{year}-W{int(week):02}", (monday, date.fromisocalendar(number, int(week), 7))
    if not (month or name):
        return year, (date(number, 1, 1), date(number, 12, 31))
    if int(month or 1) > 12 >= int(day or 13):
        raise ValueError("the month comes first")
    which = int(month) if month else 1 + [known[:3] for known in _MONTHS].index(name[:3].lower())
    if not day:
        return f"{year}-{which:02}", _month(number, which)
    only_day = date(number, which, int(day))
    return only_day.isoformat(), (only_day, only_day)


def _quarter(year: int, quarter: int) -> _Span:
    if not 1 <= quarter <= 4:
        raise ValueError("quarter must be in 1..4")
    return date(year, quarter * 3 - 2, 1), _month(year, quarter * 3)[1]


def _month(year: int, month: int) -> _Span:
    from calendar import monthrange

    first = date(year, month, 1)
    return first, first.replace(day=monthrange(year, month)[1])


def _suggestion(text: str) -> str:
    """Return the period that was probably meant by a text that is none; "" if there is no telling."""
    year = date.today().year
    for pattern, right in _MISSPELLINGS:
        if match := re.fullmatch(pattern, text, re.I | re.A):
            return _readable(match.expand(right).replace("YEAR", str(year)))
    return ""


_MISSPELLINGS = (
    (r"(\d\d?)/(\d\d?)/(\d{4})", r"\2/\1/\3"),  # read month first, always
    (r"(\d\d?)/(\d\d?)/(\d\d)", r"\1/\2/20\3"),
    (r"(\d\d?)\.(\d\d?)\.(\d{4})", r"\2/\1/\3"),
    (r"(0?\d|1[0-2])-(\d\d?)-(\d{4})", r"\1/\2/\3"),
    (r"(\d\d)-(\d\d)-(\d{4})", r"\2/\1/\3"),
    (r"(\d{4})([01]\d)", r"\1-\2"),
    (r"(\d{4}-\d\d-\d\d)[T ].*", r"\1"),
    (r"(\d{4}(?:-(?:Q\d|W\d\d|\d\d(?:-\d\d)?))?)[ /_-](\d{4}(?:-(?:Q\d|W\d\d|\d\d(?:-\d\d)?))?)", r"\1..\2"),
    (r"(\d+) (day|week|month|year)s? ago", r"\1 \2s"),
    (r"([a-z]{3,9})", r"\1-YEAR"),
    (r"(Q\d|W\d\d)", r"YEAR-\1"),
)
