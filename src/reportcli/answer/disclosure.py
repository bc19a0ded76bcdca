"""Who says what: for each field, how many reports state it, do not disclose it, or have not been read for it."""

import shlex
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.query.conditions import IsKnown, Query, all_of, any_of
from reportcli.query.subject import FIELDS_BY_PATH, RUN_FIELDS, Subject
from reportcli.report.field_names import short_name
from reportcli.report.fields import Field, Report

RECIPE_PATHS = (
    "pretraining.tokens", "pretraining.batch_tokens", "pretraining.learning_rate", "pretraining.schedule",
    "pretraining.optimizer", "pretraining.precision", "pretraining.hardware", "pretraining.gpu_hours",
    "pretraining.training_flops",
    "posttraining.sft_examples", "posttraining.sft_learning_rate", "posttraining.sft_epochs",
    "posttraining.preference_pairs",
    "posttraining.rl.kl_coefficient", "posttraining.rl.learning_rate", "posttraining.rl.rollouts",
    "posttraining.rl.prompts_per_step", "posttraining.rl.clip_high", "posttraining.rl.temperature",
    "posttraining.rl.max_response_tokens", "posttraining.rl.steps", "posttraining.rl.prompts",
)  # fmt: skip
GROUPS: dict[str, Callable[[Report], Sequence[str]]] = {
    "organization": lambda report: report.organizations,
    "year": lambda report: (str(report.date.year),),
    "quarter": lambda report: (f"{report.date.year}-Q{(report.date.month + 2) // 3}",),
}
MEANING = "not disclosed: the version of the report that the entry names was read, and does not state it"
ONLY_RL = "fields of RL runs are asked of reports with RL alone"
_FEW = 3  # fields of which one asks who states them


class Share(NamedTuple):
    """How many reports of a group state a field, do not disclose it, and have not been read for it."""

    field: Field
    group: str  # "" for all reports
    stated: int = 0
    undisclosed: int = 0
    unknown: int = 0

    @property
    def read(self) -> int:
        """The reports of which the answer is known."""
        return self.stated + self.undisclosed

    @property
    def total(self) -> int:
        return self.read + self.unknown


class Disclosure(NamedTuple):
    """The shares of fields, one for each group of reports."""

    fields: tuple[Field, ...]
    groups: tuple[str, ...]  # ("",) where they are not parted
    shares: tuple[Share, ...]  # field by field
    notes: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        return ("field", "group", "stated", "undisclosed", "unknown")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((share.field.path, *share[1:]) for share in self.shares)

    def records(self) -> Iterator[Record]:
        return (dict(zip(self.header, row, strict=True)) for row in self.rows())

    def ids(self) -> Iterator[str]:
        return (field.path for field in self.fields)


def count_disclosures(
    subjects: Iterable[Subject], fields: Sequence[Field], by: str = "", limit: int | None = None
) -> Disclosure:
    """Count what reports say of fields, in each group of ``GROUPS`` or in one; of ``limit`` groups, the largest first.

    Fields of runs are asked only of reports that do RL.
    """
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    sizes: dict[str, int] = defaultdict(int)
    for subject in subjects:
        groups = GROUPS[by](subject.report) if by else ("",)
        has_rl = _has_rl(subject.report)
        for group in groups:
            sizes[group] += 1
        for field in fields if has_rl else (field for field in fields if field.path not in RUN_FIELDS):
            answer = 0 if subject.values_of_all(field) else 1 if subject.is_undisclosed(field) else 2
            for group in groups:
                counts[field.path, group][answer] += 1
    chosen = sorted(sizes, key=lambda group: -sizes[group])[:limit] if by == "organization" else sorted(sizes)[:limit]
    shares = [Share(field, group, *counts[field.path, group]) for field in fields for group in chosen]
    left_out = [f"{len(chosen)} of {len(sizes)} groups"] * (len(chosen) < len(sizes))
    about_rl = [ONLY_RL] * any(field.path in RUN_FIELDS for field in fields)
    return Disclosure(tuple(fields), tuple(chosen), tuple(shares), (*left_out, MEANING, *about_rl))


def who_note(counted: Disclosure, query: Query) -> list[str]:
    """Return what to type to see who states the fields, of the reports that fit the query; of many fields nothing."""
    stated = [
        field for field in counted.fields if any(share.field == field and share.stated for share in counted.shares)
    ]
    if not stated or len(counted.fields) > _FEW:
        return []
    known = all_of([query, any_of(IsKnown(field.path) for field in stated)])
    columns = ",".join(["name", *map(short_name, stated)])
    return [f"who states it: `reportcli list --where {shlex.quote(str(known))} -c {columns}`"]


def recipe_fields() -> tuple[Field, ...]:
    """Return the fields of the recipe that are counted where none is named."""
    return tuple(FIELDS_BY_PATH[path] for path in RECIPE_PATHS)


def _has_rl(report: Report) -> bool:
    trained = report.posttraining
    return bool(trained.rl or trained.rl_family or trained.rl_algorithm)
