"""Who says what: for each field, how many reports state it, do not disclose it, or have not been read for it."""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.query.conditions import EVERYTHING, IsKnown, IsUndisclosed, Not, Query, all_of, any_of
from reportcli.query.subject import FIELDS_BY_PATH, RUN_FIELDS, Hit
from reportcli.report.field_names import short_name
from reportcli.report.fields import Field

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
GROUPS: dict[str, Callable[[Hit], Sequence[str]]] = {
    "organization": lambda hit: hit.value(FIELDS_BY_PATH["organizations"]),
    "year": lambda hit: (f"{_day(hit).year}",),
    "quarter": lambda hit: (f"{_day(hit).year}-Q{(_day(hit).month + 2) // 3}",),
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
    count: Callable[[Query], Mapping[str, int]], fields: Sequence[Field], by: str = "", limit: int | None = None
) -> Disclosure:
    """Answer with what reports say of fields, in each group of ``GROUPS`` or in one; of ``limit`` groups the largest.

    ``count`` says how many reports of each group fit a condition, the group of the newest first. Fields of runs are
    asked only of reports that do RL.
    """
    sizes = {group: size for group, size in count(EVERYTHING).items() if size}
    with_rl, counts = count(_DOES_RL), {}
    for field in fields:
        is_of_runs = field.path in RUN_FIELDS
        stated, asked = count(IsKnown(field.path)), with_rl if is_of_runs else sizes
        without = IsUndisclosed(field.path)
        undisclosed = count(all_of([without, _DOES_RL]) if is_of_runs else without)
        for group in sizes:
            answers = stated.get(group, 0), undisclosed.get(group, 0)
            counts[field.path, group] = (*answers, asked.get(group, 0) - sum(answers))
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


def _day(hit: Hit) -> date:
    day: date = hit.value(FIELDS_BY_PATH["date"])
    return day


_OF_RL = ("posttraining.rl_family", "posttraining.rl_algorithm", *sorted(RUN_FIELDS))
_DOES_RL = Not(all_of(IsKnown(path, False) for path in _OF_RL))
