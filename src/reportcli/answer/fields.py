"""The list of fields: their names, kinds and meanings, and how many reports know them."""

from collections.abc import Sequence

from reportcli.answer.table import Table
from reportcli.errors import UnknownField
from reportcli.report.derived import DERIVED
from reportcli.report.field_names import FIELDS_BY_NAME, closest_field_names, field_named, short_name
from reportcli.report.fields import DATE, FIELDS, NUMBERS, YES_NO, Field


def fields_like(name: str) -> tuple[Field, ...]:
    """Return the field that a name means, then those with the name in one of theirs; without a name, all.

    Raises UnknownField.
    """
    if not name:
        return FIELDS + DERIVED
    meant, key = field_named(name), name.lower().replace("-", "_").replace(" ", "_")
    like = (field for field in FIELDS + DERIVED if any(key in text for text in (field.path, *field.info.short_names)))
    fields = dict.fromkeys((*([meant] if meant else ()), *like))
    if not fields:
        raise UnknownField(name, closest_field_names(name))
    return tuple(fields)


def field_table(counted: Sequence[tuple[Field, int]], is_chosen: bool = False) -> Table:
    """Answer with fields, and with how many reports know them; of a chosen one, with its values and a query."""
    entries = tuple(
        {
            "field": field.path, "name": short_name(field), "short": _short_names(field), "kind": field.kind,
            "known": known, "help": field.info.help, "values": list(field.info.choices), "example": field.info.example,
        }
        for field, known in counted
    )  # fmt: skip
    notes = list(_notes(counted[0][0])) if is_chosen else []
    keys = ("field", "short", "kind", "known", "help")
    return Table(keys, entries, tuple(notes), terminal_keys=("name", "known", "help"))


def _short_names(field: Field) -> list[str]:
    names = dict.fromkeys((*field.info.short_names, field.key))
    return [name for name in names if FIELDS_BY_NAME.get(name) is field and name != field.path]


def _notes(field: Field) -> list[str]:
    """Return the values that a field may have, and a query that asks for it."""
    values = [f"values: {', '.join(field.info.choices)}"] if field.info.choices else []
    return [*values, f"`reportcli search {short_name(field)}:{_example(field)}`"]


def _example(field: Field) -> str:
    if field.info.choices:
        return field.info.choices[0]
    if field.kind in NUMBERS and field.info.example != "":
        return f"{field.info.example}.."
    return {YES_NO: "no", DATE: "2025"}.get(field.kind, "known")
