"""Sets of the numbers of reports, or of models, that fit a query, and how and, or and not join them."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from reportcli.index.schema import report_of


class Sets(NamedTuple):
    """Numbers of the reports, or of the models, that fit, and of those that fit or of which this is unknown."""

    fits: set[int]
    may_fit: set[int]
    of_models: bool = False

    def as_reports(self) -> "Sets":
        """Return the reports that fit, and those that may: those of which a model does."""
        if not self.of_models:
            return self
        return Sets(set(map(report_of, self.fits)), set(map(report_of, self.may_fit)))


class Everything:
    """The numbers of all reports, and of all models, which are read when a question is asked of models.

    A report without models is asked as itself.
    """

    def __init__(self, reports: set[int], other_models: Callable[[], Iterable[int]]) -> None:
        self.reports = reports
        self._other_models = other_models  # all but the flagships

    @cached_property
    def models(self) -> set[int]:
        """The numbers of all models."""
        return self.reports.union(model for model in self._other_models() if report_of(model) in self.reports)

    def as_models(self, sets: Sets) -> Sets:
        """Return the sets of all models of the reports in sets of reports."""
        if sets.of_models:
            return sets
        fits, may_fit = ({model for model in self.models if report_of(model) in part} for part in sets[:2])
        return Sets(fits, may_fit, True)

    def without(self, sets: Sets) -> Sets:
        """Return what does not fit; unknown stays unknown."""
        every = self.models if sets.of_models else self.reports
        return Sets(every - sets.may_fit, every - sets.fits, sets.of_models)

    def intersection(self, parts: Sequence[Sets]) -> Sets:
        """Return what is in all sets; reports that do not fit need not be made models first."""
        of_reports = [part for part in parts if not part.of_models]
        of_models = [part for part in parts if part.of_models]
        fits = self.reports.intersection(*(part.fits for part in of_reports))
        may_fit = self.reports.intersection(*(part.may_fit for part in of_reports))
        if not of_models:
            return Sets(fits, may_fit)
        fitting = set.intersection(*(part.fits for part in of_models))
        possible = set.intersection(*(part.may_fit for part in of_models))
        if of_reports:
            fitting = {model for model in fitting if report_of(model) in fits}
            possible = {model for model in possible if report_of(model) in may_fit}
        return Sets(fitting, possible, True)

    def union(self, parts: Sequence[Sets]) -> Sets:
        """Return what is in at least one of the sets."""
        of_models = any(part.of_models for part in parts)
        alike = [self.as_models(part) for part in parts] if of_models else parts
        fits = set[int]().union(*(part.fits for part in alike))
        may_fit = set[int]().union(*(part.may_fit for part in alike))
        return Sets(fits, may_fit, of_models)


def models_to_show(reports: Sequence[int], models: set[int], every: bool) -> list[int]:
    """Return the first of the models of each report, the flagship if it is among them, or every one."""
    by_report: dict[int, list[int]] = {}
    for model in sorted(models):
        by_report.setdefault(report_of(model), []).append(model)
    return [model for report in reports for model in (by_report[report] if every else by_report[report][:1])]
