"""Sets of the numbers of reports, models or runs of RL that fit a query, and how and, or and not join them."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from reportcli.index.schema import MODELS_WITHOUT_RL, OTHER_MODELS, OTHER_RUNS, model_of, report_of, run_of, stored_run


class Sets(NamedTuple):
    """Numbers of what fits, and of what fits or of which this is unknown.

    They are those of reports, of models, of runs, or of the pairs of a model and a run of the same report.
    """

    fits: set[int]
    may_fit: set[int]
    of_models: bool = False
    of_runs: bool = False

    def as_reports(self) -> "Sets":
        """Return the reports that fit, and those that may: those of which a model, or a run, does."""
        if not (self.of_models or self.of_runs):
            return self
        return Sets(set(map(report_of, self.fits)), set(map(report_of, self.may_fit)))

    def among(self, fits: set[int], may_fit: set[int]) -> "Sets":
        """Return what belongs to some reports."""
        return self._replace(
            fits={number for number in self.fits if report_of(number) in fits},
            may_fit={number for number in self.may_fit if report_of(number) in may_fit},
        )


class Everything:
    """The numbers of all reports, of all models and of all runs, which are read when a question is asked of them.

    A report without models, or without runs, is asked as itself.
    """

    def __init__(self, reports: set[int], stored: Callable[[int], Iterable[int]]) -> None:
        self.reports = reports
        self._stored = stored  # the numbers that are stored under a code

    @cached_property
    def _models_by_report(self) -> dict[int, list[int]]:
        return _steps_by_report(self._stored(OTHER_MODELS))

    @cached_property
    def _runs_by_report(self) -> dict[int, list[int]]:
        return _steps_by_report(map(stored_run, self._stored(OTHER_RUNS)))

    @cached_property
    def _models_without_rl(self) -> set[int]:
        return set(self._stored(MODELS_WITHOUT_RL))

    @cached_property
    def models(self) -> set[int]:
        """The numbers of all models."""
        return self.reports.union(number for number in self._stored(OTHER_MODELS) if report_of(number) in self.reports)

    @cached_property
    def runs(self) -> set[int]:
        """The numbers of all runs."""
        return self._spread(self.reports, False, True)

    @cached_property
    def _pairs(self) -> set[int]:
        return self._spread(self.models, False, True)

    def _all(self, of_models: bool, of_runs: bool) -> set[int]:
        if of_models:
            return self._pairs if of_runs else self.models
        return self.runs if of_runs else self.reports

    def _spread(self, numbers: set[int], to_models: bool, to_runs: bool) -> set[int]:
        """Return the numbers of all models, or of all runs, of what has these numbers."""
        if to_models:
            numbers = {
                number + step for number in numbers for step in self._models_by_report.get(report_of(number), _FIRST)
            }
        if to_runs:
            numbers = {
                number + step for number in numbers for step in self._runs_by_report.get(report_of(number), _FIRST)
            }
        return numbers

    def _as(self, sets: Sets, of_models: bool, of_runs: bool) -> Sets:
        """Return sets as those of models, of runs, or of pairs, which they are not finer than."""
        to_models, to_runs = of_models and not sets.of_models, of_runs and not sets.of_runs
        fits, may_fit = (self._spread(numbers, to_models, to_runs) for numbers in sets[:2])
        return Sets(fits, may_fit, of_models, of_runs)

    def as_models(self, sets: Sets) -> Sets:
        """Return the models that fit, in a run if runs were asked, and those that may."""
        if sets.of_runs:
            sets = Sets(set(map(model_of, sets.fits)), set(map(model_of, sets.may_fit)), sets.of_models)
        return self._as(sets, True, False)

    def as_runs(self, sets: Sets) -> Sets:
        """Return the runs that fit, with one of the models if models were asked, and those that may."""
        if sets.of_models:
            sets = self.with_rl(sets)
            sets = Sets(set(map(run_of, sets.fits)), set(map(run_of, sets.may_fit)), False, sets.of_runs)
        return self._as(sets, False, True)

    def with_rl(self, sets: Sets) -> Sets:
        """Return sets without the models that never went through RL."""
        without = self._models_without_rl
        if sets.as_reports().may_fit.isdisjoint(map(report_of, without)):
            return sets
        sets = self._as(sets, True, sets.of_runs)
        fits, may_fit = ({number for number in numbers if model_of(number) not in without} for numbers in sets[:2])
        return sets._replace(fits=fits, may_fit=may_fit)

    def without(self, sets: Sets) -> Sets:
        """Return what does not fit; unknown stays unknown."""
        every = self._all(sets.of_models, sets.of_runs)
        return sets._replace(fits=every - sets.may_fit, may_fit=every - sets.fits)

    def intersection(self, parts: Sequence[Sets]) -> Sets:
        """Return what is in all sets; only what belongs to reports of all of them is made models or runs."""
        if not parts:
            return Sets(self.reports, self.reports)
        by_kind: dict[tuple[bool, bool], list[Sets]] = {}
        for part in parts:
            by_kind.setdefault((part.of_models, part.of_runs), []).append(part)
        joined = [_intersection(alike) for alike in by_kind.values()]
        if len(joined) == 1:
            return joined[0]
        of_reports = _intersection([part.as_reports() for part in joined])
        finer = [part.among(*of_reports[:2]) for part in joined if part.of_models or part.of_runs]
        return _intersection(self._alike(finer))

    def union(self, parts: Sequence[Sets]) -> Sets:
        """Return what is in at least one of the sets."""
        alike = self._alike(parts)
        fits, may_fit = set[int]().union(*(part.fits for part in alike)), set[int]()
        return alike[0]._replace(fits=fits, may_fit=may_fit.union(*(part.may_fit for part in alike)))

    def _alike(self, parts: Sequence[Sets]) -> list[Sets]:
        of_models, of_runs = any(part.of_models for part in parts), any(part.of_runs for part in parts)
        return [self._as(part, of_models, of_runs) for part in parts]


_FIRST = (0,)


def _steps_by_report(others: Iterable[int]) -> dict[int, list[int]]:
    """Return what is added to the number of a report for each of its models, or runs; the first has its number."""
    steps: dict[int, list[int]] = {}
    for number in others:
        report = report_of(number)
        steps.setdefault(report, [0]).append(number - report)
    return steps


def _intersection(alike: Sequence[Sets]) -> Sets:
    fits = set.intersection(*(part.fits for part in alike))
    return alike[0]._replace(fits=fits, may_fit=set.intersection(*(part.may_fit for part in alike)))


def numbers_to_show(reports: Sequence[int], numbers: set[int], every: bool) -> list[int]:
    """Return the first of the models, or runs, of each report, the flagship if it is among them, or every one."""
    by_report: dict[int, list[int]] = {}
    for number in sorted(numbers):
        by_report.setdefault(report_of(number), []).append(number)
    return [number for report in reports for number in (by_report[report] if every else by_report[report][:1])]
