"""What is to be said of a query beside its results: how it was read, what is not known, why nothing was found."""

from collections.abc import Iterator

from reportcli.answer import unknown_note
from reportcli.query.conditions import And, Between, Not, Query, Within, Words, conditions_of
from reportcli.query.dates import DatedReports, date_notes
from reportcli.report.field_names import field_named
from reportcli.report.fields import YES_NO


def notes_on(query: Query, reports: DatedReports, by_model: bool = False) -> list[str]:
    """Return the notes on a query that was asked of reports, or ``by_model`` of models."""
    total, unknown = reports.total(query, by_model)
    notes = [] if total else list(_notes_on_nothing(query, reports))
    notes += reading_notes(query)
    if unknown:
        undisclosed = 0 if by_model else reports.undisclosed(query)
        notes.append(unknown_note(unknown, "model" if by_model else "report", undisclosed))
    return notes + date_notes(query, reports)


def reading_notes(query: Query) -> list[str]:
    """Return how ranges were read whose left end had no unit, and what a negated word does not ask."""
    conditions = list(conditions_of(query))
    notes = [part.note for part, _ in conditions if isinstance(part, Between) and part.note]
    words = (part for part, negated in conditions if negated and isinstance(part, Words) and not part.field)
    for word in words:
        name = "_".join(word.words)
        if (field := field_named(name)) and field.kind == YES_NO:
            told = f"{Not(word)} leaves out every report that mentions it"
            notes.append(f"{told}; write {name}:no for those with no {field.label}")
    return notes


def _notes_on_nothing(query: Query, reports: DatedReports) -> Iterator[str]:
    """Yield how a query was understood, and which condition finds nothing by itself."""
    if isinstance(query, Within):
        return  # a note on the period says it
    yield f"understood as: {query}"
    parts = query.parts if isinstance(query, And) else ()
    empty = [str(part) for part in parts if not reports.total(part)[0]]
    if empty:
        yield f"no report fits {' or '.join(empty)} by itself"
    elif parts:
        yield "each condition finds reports by itself, but no report fits all of them"
