"""What the page of a report contains, in order, for every medium: labeled lines, models, notes by topic."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from reportcli.render.caveats import marked
from reportcli.render.value import escape_controls, format_value
from reportcli.report.architecture import AttentionLayers
from reportcli.report.choices import TOPICS
from reportcli.report.declare import FieldInfo
from reportcli.report.derived import DERIVED, flagship_model
from reportcli.report.fields import FIELDS, TEXTS, Field, Model, Note, Report

SECTIONS = {
    "": "", "links": "Links", "models": "Models", "architecture": "Architecture", "pretraining": "Pre-training",
    "posttraining": "Post-training", "derived": "Derived",
}  # fmt: skip
INCOMPLETE = "incomplete"  # the mark of an entry without a summary, tags or a link
CONTINUES_NOTE = "continued from another model; whole-run figures unavailable"
_SHOWN_ELSEWHERE = (  # in the head of the page, or in a section of their own
    "id", "name", "title", "summary", "organizations", "date", "first_published", "license", "number", "techniques",
    "corrections", "sources", "confidence", "flagship", "derived.model", "undisclosed",
)  # fmt: skip
_HEAD_FIELDS = [
    field for path in ("organizations", "date", "first_published", "license") for field in FIELDS if field.path == path
]
TECHNIQUES = next(field for field in FIELDS if field.path == "techniques")
_ON_ONE_LINE = ("aliases", "authors", "based_on", "follows", "architecture.attention")


def dateline(report: Report) -> str:
    """Return the organizations, the dates and the license on one line, with a mark after what has a caveat."""
    texts = {field.path: _marked_text(field, report) for field in head_fields(report)}
    if "first_published" in texts:
        texts["date"] += f" (first published {texts.pop('first_published')})"
    return " · ".join(filter(None, (*texts.values(), INCOMPLETE if report.is_incomplete else "")))


def head_fields(report: Report) -> list[Field]:
    """Return the fields in the line of dates: the first version only where it is of another day."""
    is_first = report.first_published in (None, report.date)
    return [field for field in _HEAD_FIELDS if not (field.path == "first_published" and is_first)]


def _marked_text(field: Field, report: Report) -> str:
    return marked(format_value(field, field.get(report)), field, report)


def outline_lines(report: Report, table: str) -> Iterator[tuple[Field, list[str]]]:
    """Yield each known field of a table with its texts: a list of sentences has a text for each, others only one."""
    for field in FIELDS + DERIVED:
        prefix, dot, _ = field.path.partition(".")
        if (prefix if dot else "") == table and not field.in_array and field.path not in _SHOWN_ELSEWHERE:
            value = _own_texts(field, report) if field.kind == TEXTS else field.get(report)
            if value is not None and value != ():
                yield field, _texts(field, value)
    if table == "architecture" and report.architecture.attention_layers:
        yield _ATTENTION_LAYERS, [_layers_text(group) for group in report.architecture.attention_layers]
    if labels := _undisclosed_labels(report, table):
        yield _UNDISCLOSED, [", ".join(labels)]


def _own_texts(field: Field, report: Report) -> object:
    """Return the texts that the report states itself; those of its runs stand with the runs."""
    return attrgetter(field.path)(report) if field.info.seen_as else field.get(report)


_FIELDS = {field.path: field for field in FIELDS}
_UNDISCLOSED = _FIELDS["undisclosed"]
_ATTENTION_LAYERS = Field(
    "architecture.attention_layers",
    TEXTS,
    FieldInfo("", label="attention layers"),
    lambda report: report.architecture.attention_layers,
)


def _layers_text(group: AttentionLayers) -> str:
    """Return attention layers as a reader reads them: 52 window of 1,024, 16 KV heads × 128."""
    kind = group.kind if group.window is None else f"{group.kind} of {group.window:,}"
    heads = f"{group.kv_heads} KV heads × {group.head_dimension or '?'}" if group.kv_heads else ""
    values = f"values {group.value_dimension}" if group.value_dimension else ""
    cached = f"{group.cache_size:,} elements cached" if group.cache_size is not None else ""
    count = "" if group.layers is None else f"{group.layers} "
    return escape_controls(count + ", ".join(filter(None, (kind, heads, values, cached))))


def _undisclosed_labels(report: Report, table: str) -> list[str]:
    """Return what of a table the report was read for and does not state, in words; the first lines have the rest."""
    paths = [path for path in report.undisclosed if _section_of(path) == table]
    labels = (_FIELDS[path].label if path in _FIELDS else path for path in paths)
    return list(dict.fromkeys(map(escape_controls, labels)))


def _section_of(path: str) -> str:
    table = path.partition(".")[0]
    return table if table in ("architecture", "pretraining", "posttraining") else ""


def run_table(report: Report) -> tuple[list[str], list[tuple[Field, list[str]]]]:
    """Return the names of the runs of RL, and a row for each field that one of them states."""
    runs = report.posttraining.rl
    names = [escape_controls(run.stage or f"run {place}") for place, run in enumerate(runs, 1)]
    fields = [field for field in FIELDS if field.table == "posttraining.rl" and field.key != "stage"]
    rows = [(field, [format_value(field, getattr(run, field.key)) for run in runs]) for field in fields]
    return names, [(field, texts) for field, texts in rows if any(texts)]


def _texts(field: Field, value: object) -> list[str]:
    if field.kind == TEXTS and isinstance(value, tuple) and not field.info.choices and field.path not in _ON_ONE_LINE:
        return [escape_controls(text) for text in value]
    return [format_value(field, value)]


def heading(report: Report, table: str) -> str:
    """Return the heading of a table; that of derived figures names their model if the report has several."""
    flagship = flagship_model(report)
    if table == "derived" and flagship and len(report.models) > 1:
        return f"{SECTIONS[table]} ({escape_controls(flagship.name)})"
    return SECTIONS[table]


def continues_training(report: Report, table: str) -> bool:
    """Return whether the figures of training as a whole are missing because the report continues another model."""
    return table == "derived" and bool(report.based_on and report.pretraining.tokens)


def model_table(report: Report, of_sizes: bool = False) -> tuple[list[Field], list[list[str]]]:
    """Return the columns in which something is known, and a row for each model.

    ``of_sizes`` gives what models state of their architecture, where it is not the flagship's, and those that do.
    """
    columns = [
        field for field in FIELDS if field.table == "models" and (field.key == "name" or _is_size(field) is of_sizes)
    ]
    rows = [
        [format_value(column, _model_value(column, model, report)) for column in columns] for model in report.models
    ]
    rows = [row for row in rows if any(row[1:]) or not of_sizes]
    known = [index for index in range(len(columns)) if any(row[index] for row in rows)]
    return [columns[index] for index in known], [[row[index] for index in known] for row in rows]


def _is_size(field: Field) -> bool:
    """Return whether a field of models is a size of their architecture."""
    return f"architecture.{field.key}" in _FIELDS and field.key != "type"


def _model_value(column: Field, model: Model, report: Report) -> object:
    """Return a value of a model; the type may be that of the report, a dense model has all parameters active."""
    model_type = model.type or report.architecture.type
    if column.key == "type":
        return model_type
    if column.key == "active_parameters" and model_type == "dense":
        return model.active_parameters or model.parameters
    return getattr(model, column.key)


def by_topic(notes: Sequence[Note]) -> Iterator[tuple[str, list[Note]]]:
    """Yield the notes under each topic, the topics in their usual order."""
    ordered = sorted(notes, key=lambda note: TOPICS.index(note.topic) if note.topic in TOPICS else len(TOPICS))
    for topic, group in groupby(ordered, key=lambda note: note.topic):
        yield topic, list(group)
