"""What the index holds of one report: texts to search in, and values of the report and of each of its models."""

from collections.abc import Iterator
from typing import NamedTuple

from reportcli.index.schema import CODE, COLUMN, EVERY, OTHER_MODELS, SOME, knowledge_token, value_token
from reportcli.query.conditions import value_text
from reportcli.query.subject import CLOSED_FIELDS, MODEL_FIELDS, Subject
from reportcli.report.derived import DERIVED
from reportcli.report.fields import DATE, FIELDS, NUMBERS


class Contents(NamedTuple):
    """What the tables hold of one report: a text for each column of ``search``, and values by field and model.

    A model is its place, 0 for the flagship; values that no model has of its own are under 0.
    """

    texts: list[str]
    values: list[tuple[int, int | float | str, int]]


def contents_of(subject: Subject) -> Contents:
    """Return what the tables hold of a report."""
    contents = Contents([""] * (len(COLUMN) + 1), [])
    facts = [*_add_values_of_report(contents, subject), *_add_values_of_models(contents, subject)]
    contents.texts[-1] = " ".join(facts)
    return contents


def _add_values_of_report(contents: Contents, subject: Subject) -> Iterator[str]:
    """Add what the report has for all its models; yield the tokens of its facts."""
    for field, code, column, is_closed in _REPORT_PLAN:
        values = subject.values(field)
        if not values:
            continue
        yield knowledge_token(field.path, SOME)
        if subject.knows_every(field):
            yield knowledge_token(field.path, EVERY)
        if is_closed:
            yield from (value_token(field.path, value_text(value)) for value in values)
        if column is not None:
            contents.texts[column] = subject.joined_texts(field)
        if field.kind == DATE:
            contents.values.extend((code, value.toordinal(), 0) for value in values)
        elif field.kind in NUMBERS:
            contents.values.extend((code, value, 0) for value in values)


def _add_values_of_models(contents: Contents, subject: Subject) -> Iterator[str]:
    """Add what each model has of its own; yield the tokens of its facts."""
    models = subject.of_each_model
    contents.values.extend((OTHER_MODELS, place, place) for place in range(1, len(models)))
    for field, code, column, _ in _MODEL_PLAN:
        values = [(value, place) for place, model in enumerate(models) for value in model.values(field)]
        if values:
            yield from (knowledge_token(field.path, SOME), knowledge_token(field.path, EVERY))
        if column is not None:
            contents.texts[column] = subject.joined_texts(field)
        for value, place in values:
            contents.values.append((code, value if field.kind in NUMBERS else value_text(value), place))


_COLUMN_NUMBERS = {path: number for number, path in enumerate(COLUMN)}
_PLAN = [
    (field, CODE[field.path], _COLUMN_NUMBERS.get(field.path), field in CLOSED_FIELDS) for field in FIELDS + DERIVED
]
_MODEL_PLAN = [plan for plan in _PLAN if plan[0].path in MODEL_FIELDS]
_REPORT_PLAN = [plan for plan in _PLAN if plan[0].path not in MODEL_FIELDS]
