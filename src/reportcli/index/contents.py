"""What the index holds of one report: texts to search in, and values of it, of its models and of its runs."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from reportcli.index.columns import cell_of, has_cells
from reportcli.index.schema import CODE, COLUMN, EVERY, OTHER_MODELS, OTHER_RUNS, SOME, knowledge_token, value_token
from reportcli.query.conditions import comparable, value_text
from reportcli.query.subject import CLOSED_FIELDS, MODEL_FIELDS, RUN_FIELDS, UNDISCLOSED, Subject
from reportcli.report.derived import DERIVED
from reportcli.report.fields import DATE, FIELDS, NUMBERS, Field
from reportcli.text import padded_words

_Plan = tuple[Field, int, int | None, bool]  # a field, its code, its column, whether it is closed


class Contents(NamedTuple):
    """What the tables hold of one report: a text for each column of ``search``, values by field and place, and cells.

    The place is that of a model, 0 for the flagship, or of a run of RL; what neither has of its own is under 0.
    """

    texts: list[str]
    values: list[tuple[int, int | float | str, int]]
    cells: list[tuple[int, str | int]]


def contents_of(subject: Subject) -> Contents:
    """Return what the tables hold of a report."""
    contents = Contents([""] * (len(COLUMN) + 1), [], [])
    posttraining, models = subject.report.posttraining, subject.report.models
    has_layers = bool(subject.report.architecture.attention_layers) or any(model.attention_layers for model in models)
    facts = [
        *_add_values_of_report(contents, subject),
        *_add_values_of_each(contents, subject, subject.of_each_model, _MODEL_PLAN),
        *_add_values_of_each(contents, subject, subject.of_each_model, _LAYER_PLAN if has_layers else ()),
        *_add_values_of_each(contents, subject, subject.as_each_run, _RUN_PLAN if posttraining.rl else ()),
        *_undisclosed_facts(subject),
    ]
    for code, each in ((OTHER_MODELS, subject.of_each_model), (OTHER_RUNS, posttraining.rl)):
        contents.values.extend((code, place, place) for place in range(1, len(each)))
    cells = ((code, cell_of(subject.report, field)) for field, code in _CELL_PLAN)
    contents.cells.extend((code, cell) for code, cell in cells if cell is not None)
    contents.texts[-1] = " ".join(facts)
    return contents


def _add_values_of_report(contents: Contents, subject: Subject) -> Iterator[str]:
    """Add what the report has for all its models; yield the tokens of its facts."""
    for field, code, column, is_closed in _REPORT_PLAN:
        values = subject.values_of_all(field)
        if not values:
            continue
        yield knowledge_token(field.path, SOME)
        if not field.in_array or subject.knows_every(field):
            yield knowledge_token(field.path, EVERY)
        if is_closed:
            yield from (value_token(field.path, value_text(value)) for value in values)
        if column is not None:
            contents.texts[column] = subject.joined_texts(field)
        if field.kind == DATE:
            contents.values.extend((code, value.toordinal(), 0) for value in values)
        elif field.kind in NUMBERS:
            contents.values.extend((code, value, 0) for value in values)


def _add_values_of_each(
    contents: Contents, subject: Subject, each: Sequence[Subject], plan: Sequence[_Plan]
) -> Iterator[str]:
    """Add what each model, or each run, has of its own; yield the tokens of its facts."""
    for field, code, column, _ in plan:
        values = [(value, place) for place, one in enumerate(each) for value in one.values(field)]
        if values:
            yield from (knowledge_token(field.path, SOME), knowledge_token(field.path, EVERY))
        if column is not None:
            contents.texts[column] = subject.joined_texts(field)
        contents.values.extend((code, _stored(field, value), place) for value, place in values)


def _stored(field: Field, value: Any) -> int | float | str:
    """Return a value as it is stored: choices as in queries, texts of runs as folded words, numbers in 64 bits."""
    if field in CLOSED_FIELDS:
        return value_text(value)
    is_text = field.path in RUN_FIELDS and field.kind not in NUMBERS
    stored: int | float | str = padded_words(value) if is_text else comparable(value)
    return stored


def _undisclosed_facts(subject: Subject) -> Iterator[str]:
    if subject.report.undisclosed:
        yield from (knowledge_token(field.path, UNDISCLOSED) for field, *_ in _PLAN if subject.is_undisclosed(field))


_CELL_PLAN = [(field, CODE[field.path]) for field in FIELDS if has_cells(field)]
_COLUMN_NUMBERS = {path: number for number, path in enumerate(COLUMN)}
_PLAN = [
    (field, CODE[field.path], _COLUMN_NUMBERS.get(field.path), field in CLOSED_FIELDS) for field in FIELDS + DERIVED
]
_LAYER_PLAN = [plan for plan in _PLAN if plan[0].table.endswith("attention_layers")]  # most reports have none
_MODEL_PLAN = [plan for plan in _PLAN if plan[0].path in MODEL_FIELDS and plan not in _LAYER_PLAN]
_RUN_PLAN = [plan for plan in _PLAN if plan[0].path in RUN_FIELDS]
_REPORT_PLAN = [plan for plan in _PLAN if plan[0].path not in MODEL_FIELDS | RUN_FIELDS]
