"""The recipe in numbers: runs of RL, each with its report, one beside or below another."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.errors import UnsuitableField
from reportcli.query.subject import Subject
from reportcli.report.choices import RL_FAMILIES
from reportcli.report.fields import FIELDS, Field, Report
from reportcli.report.json import to_record
from reportcli.report.training import RLRun

RUN_FIELDS = tuple(field for field in FIELDS if field.table == "posttraining.rl")
_RUNS = "posttraining.rl"
_FAMILY = rf"\b(?:{'|'.join(family.replace('-', '[- ]') for family in RL_FAMILIES if family != 'other')})\b"
HEADINGS = {
    "stage": "stage", "model": "model", "algorithm": "algorithm", "kl_coefficient": "KL", "learning_rate": "lr",
    "rollouts": "rollouts", "prompts_per_step": "prompts", "clip_low": "clip −", "clip_high": "clip +",
    "temperature": "T", "top_p": "top-p", "max_response_tokens": "longest", "steps": "steps",
    "updates_per_batch": "updates", "prompts": "data", "loss": "loss", "rewards": "rewards",
}  # fmt: skip


class ReportRun(NamedTuple):
    """A run of RL of a report."""

    report: Report
    run: RLRun

    @property
    def name(self) -> str:
        """The name for a reader: of the report, and of the model where the run trains another than the flagship."""
        return f"{self.report.name} · {self.run.model}" if self.run.model else self.report.name

    @property
    def stage(self) -> str:
        """The name of the run, or its place among the runs of the report."""
        runs = self.report.posttraining.rl
        return self.run.stage or (f"run {runs.index(self.run) + 1}" if len(runs) > 1 else "RL")

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

    def value(self, field: Field) -> Any:
        """Return what the run states of a field of runs; None or () where it does not."""
        return getattr(self.run, field.key)

    def is_undisclosed(self, field: Field) -> bool:
        """Return whether the report was read for a field of runs, and no run states it."""
        return not {field.path, _RUNS}.isdisjoint(self.report.undisclosed) and self.value(field) in (None, ())

    def source(self, field: Field) -> str:
        """Return where the value of a field was read: the source of the field, else of the runs; "" without one."""
        return self._nearest(field, self.report.sources)

    def caveat(self, field: Field) -> str:
        """Return what is uncertain about the value of a field; "" without a caveat."""
        return self.report.confidence.get(field.path, "")

    def _nearest(self, field: Field, texts: Any) -> str:
        return next((texts[path] for path in (field.path, _RUNS, "posttraining") if path in texts), "")


class Recipe(NamedTuple):
    """Runs of RL; a record has every field of a run, and where each was read."""

    runs: tuple[ReportRun, ...]
    fields: tuple[Field, ...] = RUN_FIELDS
    named: bool = False  # whether reports were named: then each run is a column
    sources: bool = False  # whether a reader wants to see where each number was read
    notes: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        return ("id", *(field.key for field in self.fields))

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((each.report.id, *map(each.value, self.fields)) for each in self.runs)

    def records(self) -> Iterator[Record]:
        for each in self.runs:
            values = {field.key: to_record(each.value(field)) for field in self.fields}
            known = (field for field in self.fields if each.value(field) not in (None, ()))
            sources = {field.key: source for field in known if (source := each.source(field))}
            undisclosed = [field.key for field in self.fields if each.is_undisclosed(field)]
            yield {
                "id": each.report.id,
                "name": each.report.name,
                **values,
                "undisclosed": undisclosed,
                "sources": sources,
            }

    def ids(self) -> Iterator[str]:
        return iter(dict.fromkeys(each.report.id for each in self.runs))


def runs_of(report: Report, stage: str = "") -> Sequence[ReportRun]:
    """Return the runs of a report whose stage holds a text, whatever its case."""
    runs = (ReportRun(report, run) for run in report.posttraining.rl)
    return [each for each in runs if stage.casefold() in each.stage.casefold()]


def runs_that_fit(subjects: Iterable[Subject], stage: str = "") -> list[ReportRun]:
    """Return the runs as which reports fit a query, each once."""
    runs: dict[tuple[str, int], ReportRun] = {}
    for subject in subjects:
        for each in runs_of(subject.report, stage):
            if subject.run in (None, each.run):
                runs[subject.report.id, subject.report.posttraining.rl.index(each.run)] = each
    return list(runs.values())


def chosen_fields(fields: Sequence[Field]) -> tuple[Field, ...]:
    """Return the fields of runs that were chosen, or all. Raises UnsuitableField for one of something else."""
    for field in fields:
        if field not in RUN_FIELDS:
            raise UnsuitableField(field.path, "for runs of RL", tuple(field.key for field in RUN_FIELDS[2:8]))
    return tuple(fields) or RUN_FIELDS
