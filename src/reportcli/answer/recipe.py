"""The recipe in numbers: runs of RL, each with its report, one beside or below another."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.answer.comparison import names_a_model
from reportcli.answer.listing import SortAndLimit
from reportcli.query.names import ReportMatch
from reportcli.query.subject import Hit, Hits, names_undisclosed
from reportcli.report.choices import RL_FAMILIES
from reportcli.report.derived import flagship_model, is_without_rl
from reportcli.report.field_names import short_name
from reportcli.report.fields import FIELDS, Field, Model, Report
from reportcli.report.json import to_record
from reportcli.report.training import RLRun
from reportcli.text import fold

RUNS = "posttraining.rl"
RUN_FIELDS = tuple(field for field in FIELDS if field.table == RUNS)
_HEADINGS = {
    "stage": "stage", "model": "model", "algorithm": "algorithm", "kl_coefficient": "KL", "learning_rate": "lr",
    "rollouts": "rollouts", "prompts_per_step": "prompts", "clip_low": "clip −", "clip_high": "clip +",
    "temperature": "T", "top_p": "top-p", "max_response_tokens": "longest", "steps": "steps",
    "updates_per_batch": "updates", "prompts": "data", "loss": "loss", "rewards": "rewards",
}  # fmt: skip
_FAMILY = rf"\b(?:{'|'.join(family.replace('-', '[- ]') for family in RL_FAMILIES if family != 'other')})\b"
_MOST_STAGES = 12  # that a note names


def heading(field: Field) -> str:
    """Return the name above a column: a short one for a field of runs."""
    return _HEADINGS[field.key] if field.table == RUNS else field.heading


class ReportRun(NamedTuple):
    """A run of RL, and the report that it belongs to as a query found it."""

    hit: Hit
    run: RLRun

    @property
    def report(self) -> Report:
        """The report of the run."""
        return self.hit.report

    @property
    def place(self) -> int:
        """The place of the run among those of its report, from 1."""
        return next(place for place, run in enumerate(self.report.posttraining.rl, 1) if run is self.run)

    @property
    def name(self) -> str:
        """The name for a reader: of the report, and of the model where the run trains another than the flagship."""
        return f"{self.report.name} · {self.run.model}" if self.run.model else self.report.name

    @property
    def stage(self) -> str:
        """The name of the run, or its place among the runs of the report."""
        return self.run.stage or (f"run {self.place}" if len(self.report.posttraining.rl) > 1 else "RL")

    @property
    def distinct_stage(self) -> str:
        """The name of the run, with its model where another run of the report is called the same."""
        stages = [run.stage for run in self.report.posttraining.rl]
        is_shared = bool(self.run.stage) and stages.count(self.run.stage) > 1
        return f"{self.stage}, {self.model}" if is_shared and self.model else self.stage

    @property
    def model(self) -> str | None:
        """The name of the model that is trained: the flagship where the run names none."""
        flagship = flagship_model(self.report)
        return self.run.model or (flagship.name if flagship else None)

    @property
    def family(self) -> str:
        """The RL family that the algorithm names first; "" if it names none, or only something like it.

        A report's only run, whose algorithm has no name, is of the only family that the report states.
        """
        if self.run.algorithm is None:
            posttraining = self.report.posttraining
            is_only = len(posttraining.rl) == len(posttraining.rl_family) == 1
            return posttraining.rl_family[0] if is_only else ""
        found = re.search(_FAMILY, self.run.algorithm.lower())
        return found[0].replace(" ", "-") if found else ""

    def trains(self, model: Model) -> bool:
        """Return whether a model is trained, or one that is called after it, such as its instruct version."""
        return self.model == model.name or (self.run.model or "").startswith(f"{model.name}-")

    def value(self, field: Field) -> Any:
        """Return what the run states of a field of runs, or its report of another; None or () where it does not."""
        if field.table == RUNS:
            return getattr(self.run, field.key)
        return field.get(self.report) if field.info.of_rl else self.hit.value(field)

    def is_undisclosed(self, field: Field) -> bool:
        """Return whether the report was read for a field, and does not state it."""
        return self.value(field) in (None, ()) and names_undisclosed(self.report, field)

    def source(self, field: Field) -> str:
        """Return where the value of a field was read: the source of the field, else of the runs; "" without one."""
        return self._nearest(field, self.report.sources)

    def caveat(self, field: Field) -> str:
        """Return what is uncertain about the value of a field; "" without a caveat."""
        return self.report.confidence.get(field.path, "")

    def _nearest(self, field: Field, texts: Mapping[str, str]) -> str:
        return next((texts[path] for path in reversed(field.with_tables) if path in texts), "")


class Recipe(NamedTuple):
    """Runs of RL; a record has every field of a run, and where each was read."""

    runs: tuple[ReportRun, ...]
    fields: tuple[Field, ...] = RUN_FIELDS
    named: bool = False  # whether reports were named: then each run is a column
    sources: bool = False  # whether a reader wants to see where each number was read
    notes: tuple[str, ...] = ()
    chosen: bool = False  # whether the user chose the fields

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(map(short_name, self.fields)) if self.chosen else ("id", *(field.key for field in self.fields))

    def rows(self) -> Iterator[tuple[Any, ...]]:
        for each in self.runs:
            values = tuple(map(each.value, self.fields))
            yield values if self.chosen else (each.report.id, *values)

    def records(self) -> Iterator[Record]:
        for each in self.runs:
            if self.chosen:
                yield {short_name(field): to_record(each.value(field)) for field in self.fields}
                continue
            values = {field.key: to_record(each.value(field)) for field in self.fields}
            known = [field for field in self.fields if each.value(field) not in (None, ())]
            paths = (RUNS, *(field.path for field in known))
            confidence = {path: text for path, text in each.report.confidence.items() if path in paths}
            sources = {field.key: source for field in known if (source := each.source(field))}
            undisclosed = [field.key for field in self.fields if each.is_undisclosed(field)]
            names = {"id": each.report.id, "name": each.report.name}
            yield names | values | {"undisclosed": undisclosed, "sources": sources, "confidence": confidence}

    @property
    def reports(self) -> Iterator[Report]:
        """The report of each run."""
        return (each.report for each in self.runs)

    def ids(self) -> Iterator[str]:
        return iter(dict.fromkeys(report.id for report in self.reports))


def build_recipe(
    hits: Iterable[Hit],
    named: Sequence[ReportMatch],
    order: SortAndLimit,
    *,
    fields: Sequence[Field] = (),
    stage: str = "",
) -> Recipe:
    """Answer with the runs among some hits, which are reports as one of their runs, in an order.

    Of named reports, as they were named: of one that was named by a model, the runs of that model, if it has any.
    ``stage`` is a part of the name of a run. Notes say what is left out.
    """
    runs = [each for hit in hits for each in _runs_of(hit)]
    notes = [f"{match.report.name} has no runs of RL" for match in named if not match.report.posttraining.rl]
    if named:
        runs, of_models = _of_named(runs, named)
        notes += of_models
    if stage:
        of_stage = [each for each in runs if fold(stage) in fold(each.stage)]
        notes += [_stages_note(stage, runs)] if runs and not of_stage else []
        runs = of_stage
    by_hit = {id(each.hit): each for each in runs}
    shown = tuple(by_hit[id(hit)] for hit in order.apply(Hits.of([each.hit for each in runs])))
    notes += [f"{len(shown):,} of {len(runs):,} runs"] * (len(shown) < len(runs))
    return Recipe(shown, tuple(fields) or RUN_FIELDS, notes=tuple(dict.fromkeys(notes)), chosen=bool(fields))


def _runs_of(hit: Hit) -> Iterator[ReportRun]:
    """Yield the run that a hit shows, if its report has any."""
    if hit.subject.run is not None:
        yield ReportRun(hit, hit.subject.run)


def _of_named(runs: Sequence[ReportRun], named: Sequence[ReportMatch]) -> tuple[list[ReportRun], list[str]]:
    """Return the runs of named reports, or of their models, as they were named and each once; and notes."""
    chosen: dict[int, ReportRun] = {}
    notes = []
    for match in named:
        of_report = [each for each in runs if each.report.id == match.report.id]
        if match.model and names_a_model(match):
            of_model = [each for each in of_report if each.trains(match.model)]
            if of_report and not of_model:
                what = "never went through RL" if is_without_rl(match.report, match.model) else "has no runs of its own"
                notes.append(f"{match.model.name} {what}; showing the runs of {match.report.name}")
            of_report = of_model or of_report
        chosen |= {id(each.hit): each for each in of_report}
    return list(chosen.values()), notes


def _stages_note(stage: str, runs: Sequence[ReportRun]) -> str:
    names = list(dict.fromkeys(each.stage for each in runs))
    return f"no run is called like {stage!r}" + (f": {', '.join(names)}" if len(names) <= _MOST_STAGES else "")
