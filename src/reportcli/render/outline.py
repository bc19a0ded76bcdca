"""What the page of a report says, in its order and for every medium: labelled lines, models, notes by topic."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from reportcli.render.value import escape_controls, format_value
from reportcli.report.derived import DERIVED, flagship_model
from reportcli.report.fields import FIELDS, TOPICS, Field, Model, Note, Report

SECTIONS = {
    "": "", "links": "Links", "models": "Models", "architecture": "Architecture", "pretraining": "Pre-training",
    "posttraining": "Post-training", "derived": "Derived",
}  # fmt: skip
CONTINUES_NOTE = "continued from another model; whole-run figures unavailable"
_OWN_PLACE = (
    "id", "name", "title", "summary", "organizations", "date", "first_published", "license", "number", "techniques",
    "corrections", "sources", "confidence", "flagship", "derived.model",
)  # fmt: skip
_ON_ONE_LINE = ("aliases", "based_on", "architecture.attention")


def dateline(report: Report) -> str:
    """Return who wrote it, when, and under which license."""
    dates = report.date.isoformat()
    if report.first_published and report.first_published != report.date:
        dates += f" (first published {report.first_published.isoformat()})"
    return " · ".join(
        map(escape_controls, filter(None, [", ".join(report.organizations), dates, report.license or ""]))
    )


def outline_lines(report: Report, table: str) -> Iterator[tuple[Field, list[str]]]:
    """Yield each known field of a table with its text; a list of sentences gives one text an item."""
    for field in FIELDS + DERIVED:
        inside, dot, _ = field.path.partition(".")
        if (inside if dot else "") == table and not field.in_array and field.path not in _OWN_PLACE:
            value = field.get(report)
            if value is not None and value != ():
                yield field, _items(field, value)


def _items(field: Field, value: object) -> list[str]:
    if isinstance(value, tuple) and not field.info.choices and field.path not in _ON_ONE_LINE:
        return [escape_controls(text) for text in value]
    return [format_value(field, value)]


def heading(report: Report, table: str) -> str:
    """Return the heading of a table; of derived figures, with the model that they are of where there are several."""
    speaks = flagship_model(report)
    of = f" ({escape_controls(speaks.name)})" if table == "derived" and speaks and len(report.models) > 1 else ""
    return SECTIONS[table] + of


def continues_training(report: Report, table: str) -> bool:
    """Return whether the figures of training as a whole are missing since the report continues another model."""
    return table == "derived" and bool(report.based_on and report.pretraining.tokens)


def model_table(report: Report) -> tuple[list[Field], list[list[str]]]:
    """Return the columns of which something is known, and a row a model: its type where it is not its own too."""
    columns = [field for field in FIELDS if field.path.startswith("models.")]
    rows = [[format_value(column, _of_model(column, model, report)) for column in columns] for model in report.models]
    shown = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    return [columns[place] for place in shown], [[row[place] for place in shown] for row in rows]


def _of_model(column: Field, model: Model, report: Report) -> object:
    kind = model.type or report.architecture.type
    if column.key == "type":
        return kind
    if column.key == "active_parameters" and kind == "dense":
        return model.active_parameters or model.parameters
    return getattr(model, column.key)


def by_topic(notes: Sequence[Note]) -> Iterator[tuple[str, list[Note]]]:
    """Yield the notes under each topic, the topics in their usual order."""
    ordered = sorted(notes, key=lambda note: TOPICS.index(note.topic) if note.topic in TOPICS else len(TOPICS))
    for topic, group in groupby(ordered, key=lambda note: note.topic):
        yield topic, list(group)
