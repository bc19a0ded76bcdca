"""TODO reportcli.report.field_names."""

from collections.abc import Callable, Mapping

from reportcli.report.derived import DERIVED
from reportcli.report.fields import FIELDS, Field


def _names(among: tuple[Field, ...]) -> Mapping[str, Field]:
    """Return every name of some fields; one that several share means a path first, then a short name, then a key."""
    spellings: list[Callable[[Field], tuple[str, ...]]] = [
        lambda field: (field.path,), lambda field: field.info.short_names, lambda field: (field.key,),
    ]  # fmt: skip
    names: dict[str, Field] = {}
    for spelled in spellings:
        for field in among:
            for name in spelled(field):
                names.setdefault(name, field)
    return names


QUERY_NAMES = _names(FIELDS + DERIVED)
COLUMN_NAMES = _names(DERIVED + FIELDS)


def query_field(name: str) -> Field | None:
    """Return the field that a query means by a name: full path, short name or last part; those of the report first."""
    return _named(name, QUERY_NAMES)


def column_field(name: str) -> Field | None:
    """Return the field that a column means by a name; the figures of the model that speaks first."""
    return _named(name, COLUMN_NAMES)


def _named(name: str, names: Mapping[str, Field]) -> Field | None:
    wanted = name.lower().replace("-", "_")
    spellings = (wanted, wanted + "s", wanted.removesuffix("s"))
    return next((names[spelling] for spelling in spellings if spelling in names), None)


def short_name(field: Field) -> str:
    """Return the shorter of the key and the path by which a column means a field."""
    return field.key if column_field(field.key) is field else field.path


def field_names() -> list[str]:
    """Return every name that a field goes by."""
    return [name for field in FIELDS + DERIVED for name in (field.path, field.key, *field.info.short_names)]
