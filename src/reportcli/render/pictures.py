"""Which picture a terminal gets of each answer; loading this loads rich."""

from collections.abc import Callable, Mapping
from typing import Any

from reportcli.answer.comparison import Comparison
from reportcli.answer.listing import Listing
from reportcli.answer.outcome import Checkup, Done, Info
from reportcli.answer.overview import Lineage, Plot, Tally, Timeline
from reportcli.answer.sheet import Sheets
from reportcli.answer.table import Table, Term
from reportcli.render import pages, tables
from reportcli.render.screen import Picture


def _tally(answer: Tally, width: int, colour: bool) -> Picture:
    from reportcli.render import tallies

    return tallies.tally(answer, width, colour)


def _timeline(answer: Timeline, width: int, colour: bool) -> Picture:
    from reportcli.render import timelines

    return timelines.timeline(answer, width, colour)


def _plot(answer: Plot, width: int, colour: bool) -> Picture:
    from reportcli.render import plots

    return plots.plot(answer, width, colour)


def _lineage(answer: Lineage, width: int, colour: bool) -> Picture:
    from reportcli.render import trees

    return trees.lineage(answer, width, colour)


PICTURES: Mapping[type, Callable[[Any, int, bool], Picture]] = {
    Listing: tables.listing,
    Comparison: tables.comparison,
    Sheets: pages.sheets,
    Table: tables.plain,
    Term: pages.term,
    Tally: _tally,
    Timeline: _timeline,
    Plot: _plot,
    Lineage: _lineage,
    Checkup: tables.checkup,
    Done: tables.done,
    Info: tables.info,
}
