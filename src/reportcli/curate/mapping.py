"""Which column of a spreadsheet is which field of an entry: a mapping in TOML, or the names of the columns."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from reportcli.catalog.files import parse_toml, read_text
from reportcli.errors import EntryUnreadable, PathNotFound, UsageError
from reportcli.report.field_names import closest_field_names, field_named
from reportcli.report.fields import ENTRY_PATHS, FIELDS, MAP, Field
from reportcli.text import closest_spellings

_FIELDS = {field.path: field for field in FIELDS}
LINKS = "links"  # stands for the link of an entry that an address is by its form


class Column(NamedTuple):
    """What becomes of the cells of a column."""

    path: str  # of a field, or LINKS
    field: Field | None  # of one of its models, where it stands in models; None for LINKS
    key: str = ""  # in sources and confidence: the field that is spoken of
    separator: str = ""  # between the items of a cell
    factor: float = 1  # of a number: its unit
    times: str = ""  # another column whose number it is multiplied by
    values: Mapping[str, Any] | None = None  # what cells stand for; others are left out
    before: str = ""  # another column, whose cell stands before the text, such as the number of GPUs
    where: str = ""  # another column, which must hold ``contains`` for the cell to count
    contains: str = ""
    first_sentence: bool = False


class ColumnMapping(NamedTuple):
    """How the rows of a spreadsheet are read."""

    columns: Mapping[str, Sequence[Column]]
    group: tuple[str, ...] = ()  # rows with the same value in one of these columns are models of one report
    header: tuple[str, ...] = ()  # the columns by which a spreadsheet is recognized
    source: str = ""  # where figures come from, said under sources


def read_mapping(path: str | Path) -> ColumnMapping:
    """Read a mapping. Raises PathNotFound, or UsageError with the place of what is wrong."""
    if not Path(path).exists():
        raise PathNotFound(path, "a mapping in TOML; see `reportcli help mappings`")
    try:
        table = parse_toml(path, read_text(path))
    except EntryUnreadable as error:
        raise UsageError(error.message, "a mapping is written in TOML; see `reportcli help mappings`") from error
    _reject_unknown(path, table, ("columns", "group", "header", "source"))
    columns = table.get("columns")
    if not isinstance(columns, Mapping) or not columns:
        raise UsageError(f"{path}: no table [columns]", 'write [columns] and below it lines such as Model = "name"')
    read = {
        name: [_column(f"{path}: columns.{name}", item) for item in _listed(entry)] for name, entry in columns.items()
    }
    group, header = (tuple(map(str, _listed(table.get(key, [])))) for key in ("group", "header"))
    return ColumnMapping(read, group, header, str(table.get("source", "")))


def mapping_by_names(header: Sequence[str]) -> ColumnMapping:
    """Return the mapping of columns that are called as fields of an entry are, such as ``-f csv`` writes them."""
    found = {name: _field_path(name.strip()) for name in header if name.strip()}
    return ColumnMapping({name: [_column_of(path)] for name, path in found.items() if path})


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _column(place: str, entry: Any) -> Column:
    settings = {"field": entry} if isinstance(entry, str) else entry
    if not isinstance(settings, Mapping) or not isinstance(settings.get("field"), str):
        raise UsageError(f"{place}: names no field", 'write the path of a field, such as "pretraining.tokens"')
    _reject_unknown(place, settings, ("field", *_KINDS))
    for name, kind in _KINDS.items():
        if name in settings and not isinstance(settings[name], kind):
            raise UsageError(f"{place}: {name} has a value of the wrong kind", _EXAMPLES)
    path = settings["field"] if settings["field"] == LINKS else _field_path(settings["field"])
    if not path:
        near = closest_field_names(settings["field"])
        hint = f"did you mean {near[0]}?" if near else "`reportcli fields` lists them"
        raise UsageError(f"{place}: unknown field {settings['field']!r}", hint)
    others: dict[str, Any] = {name: settings[name] for name in _KINDS if name in settings}
    return _column_of(path)._replace(**others)


_KINDS: Mapping[str, Any] = {
    "separator": str, "factor": (int, float), "times": str, "values": Mapping, "before": str, "where": str,
    "contains": str, "first_sentence": bool,
}  # fmt: skip
_EXAMPLES = 'write { field = "organizations", separator = "," } or { field = "models.parameters", factor = 1e9 }'


def _column_of(path: str) -> Column:
    """Return the column of a path; in sources and confidence, the field after the first part is what is spoken of."""
    table, _, rest = path.partition(".")
    if path == LINKS:
        return Column(LINKS, None)
    if table in _FIELDS and _FIELDS[table].kind == MAP:
        return Column(table, _FIELDS[table], rest)
    return Column(path, _FIELDS[path])


def _field_path(name: str) -> str:
    """Return the path of the field of an entry that a name means, of a derived one that of what states it; else ""."""
    table, _, rest = name.partition(".")
    if table in _FIELDS and _FIELDS[table].kind == MAP:
        return name if rest in ENTRY_PATHS else ""
    field = field_named(name)
    if field is None:
        return ""
    candidates = (*field.info.follows_from, *_FIELDS) if field.derived else (field.path,)
    path = next((path for path in candidates if path == field.path or path.endswith(f".{field.key}")), "")
    is_in_array = path in _FIELDS and _FIELDS[path].in_array and not path.startswith("models.")
    return "" if is_in_array or path not in _FIELDS or path.count(".") > 1 else path


def _reject_unknown(place: object, table: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in table:
        if key not in known:
            near = closest_spellings(key, known)
            hint = f"did you mean {near[0]}?" if near else f"use one of: {', '.join(known)}"
            raise UsageError(f"{place}: unknown key {key!r}", hint)
