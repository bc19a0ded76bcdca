"""What to say of the periods and ranges that a query asks for: what the other date finds, what is nearest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from reportcli.query.conditions import And, Not, Or, Query, Within, all_of, any_of, conditions_of
from reportcli.query.period import Period, Relative
from reportcli.query.subject import Hit

_OTHER_DATE = "first_published"


class DatedReports(Protocol):
    """What is asked of the index."""

    def total(self, query: Query, by_model: bool = False) -> tuple[int, int]:
        """Return how many reports, or ``by_model`` models, fit a query, and of how many this is unknown."""

    def undisclosed(self, query: Query) -> int:
        """Return of how many of the latter a field asked is undisclosed."""

    def dates(self, field: str) -> Mapping[date, int]:
        """Return the days that a field holds."""

    def matching(self, query: Query, limit: int | None = None, ranked: bool = True) -> Sequence[Hit]:
        """Return the reports that fit a query."""


def date_notes(query: Query, reports: DatedReports) -> list[str]:
    """Return what is to be said of the periods that a query asks for: () where it asks for none."""
    asked = [part for part, negated in conditions_of(query) if isinstance(part, Within) and not negated]
    if not asked:
        return []
    notes = _notes_on_other_date(query, reports) if any(part.field == "date" for part in asked) else []
    return [*_notes_on_empty_period(query, reports), *notes]


def _notes_on_other_date(query: Query, reports: DatedReports) -> list[str]:
    """Count the reports that were first published in a period but are dated otherwise, and the other way round."""
    other = _of_other_date(query)
    total = reports.total(query)[0]
    more = reports.total(all_of([other, Not(query)]))[0]
    fewer = reports.total(all_of([query, Not(other)]))[0]
    notes = []
    if more:
        which = "report was" if more == 1 else "reports were"
        notes.append(f"{more:,} {'more ' if total else ''}{which} first published in this period")
    if fewer:
        which = f"{fewer:,} of these reports {'was' if fewer == 1 else 'were'}" if total > 1 else "it was"
        notes.append(f"{which} first published outside this period")
    return notes


def _of_other_date(query: Query) -> Query:
    """Return the same question, asked of the day of the first version."""
    if isinstance(query, And):
        return all_of(map(_of_other_date, query.parts))
    if isinstance(query, Or):
        return any_of(map(_of_other_date, query.parts))
    if isinstance(query, Not):
        return Not(_of_other_date(query.part))
    return replace(query, field=_OTHER_DATE) if isinstance(query, Within) and query.field == "date" else query


def _notes_on_empty_period(query: Query, reports: DatedReports) -> list[str]:
    """Say what is newest and nearest, where the period that all must be in holds nothing."""
    parts = query.parts if isinstance(query, And) else (query,)
    asked = [part for part in parts if isinstance(part, Within)]
    if len({part.field for part in asked}) != 1 or reports.total(all_of(asked))[0]:
        return []
    field = asked[0].field
    if not (days := reports.dates(field)):
        return []
    first, last, text = _common_period([part.period for part in asked])
    newest = max(days)
    nearest = min(days, key=lambda day: max((first - day).days, (day - last).days))
    said = {"newest": newest} if nearest == newest else {"nearest": nearest, "newest": newest}
    places = (f"the {what} is {_report_of(field, day, reports)} ({day})" for what, day in said.items())
    return [f"{text} holds nothing; {', '.join(places)}"]


def _common_period(periods: Sequence[Period]) -> tuple[date, date, str]:
    """Return the first and the last day that lie in all periods, and how they are called."""
    spans = [period.span() for period in periods]
    first, last = max(span[0] for span in spans), min(span[1] for span in spans)
    ends = f"{'' if first == date.min else first}..{'' if last == date.max else last}" if first != last else str(first)
    if len(periods) > 1:
        return first, last, ends
    (period,) = periods
    if isinstance(period.first, Relative) and period.first.rolling:
        return first, last, f"{first}.."
    return first, last, ends if isinstance(period.first or period.last, Relative) else period.text


def _report_of(field: str, day: date, reports: DatedReports) -> str:
    hits = reports.matching(Within(field, Period(str(day), day, day)), 1, ranked=False)
    return hits[0].report.name
