"""The names of fields: which field a name means in a query, and which as a column."""

from collections.abc import Callable, Mapping

from reportcli.report.derived import DERIVED
from reportcli.report.fields import FIELDS, Field


def _fields_by_name(fields: tuple[Field, ...]) -> Mapping[str, Field]:
    """Return the fields by each of their names; paths take precedence over short names, those over keys."""
    names_of: list[Callable[[Field], tuple[str, ...]]] = [
        lambda field: (field.path,), lambda field: field.info.short_names, lambda field: (field.key,),
    ]  # fmt: skip
    by_name: dict[str, Field] = {}
    for names in names_of:
        for field in fields:
            for name in names(field):
                by_name.setdefault(name, field)
    return by_name


QUERY_NAMES = _fields_by_name(FIELDS + DERIVED)
COLUMN_NAMES = _fields_by_name(DERIVED + FIELDS)


def query_field(name: str) -> Field | None:
    """Return the field that a name means in a query; fields of the file take precedence over derived ones."""
    return _lookup(name, QUERY_NAMES)


def column_field(name: str) -> Field | None:
    """Return the field that a name means as a column; derived fields take precedence over those of the file."""
    return _lookup(name, COLUMN_NAMES)


def _lookup(name: str, by_name: Mapping[str, Field]) -> Field | None:
    """Look a name up without regard to case, hyphens and a plural s."""
    key = name.lower().replace("-", "_")
    spellings = (key, key + "s", key.removesuffix("s"))
    return next((by_name[spelling] for spelling in spellings if spelling in by_name), None)


def short_name(field: Field) -> str:
    """Return the shortest name of a field as a column: its key, else its path where another field has the key."""
    return field.key if column_field(field.key) is field else field.path


def field_names() -> list[str]:
    """Return every name of every field: paths, keys and short names."""
    return [name for field in FIELDS + DERIVED for name in (field.path, field.key, *field.info.short_names)]
