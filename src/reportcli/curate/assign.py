"""Fields set by name: ``pretraining.tokens=15T`` changes the parsed table of an entry. It reads and writes no files."""

import re
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from reportcli.errors import InvalidNumber, InvalidPeriod, UnknownField, UsageError, did_you_mean
from reportcli.query.numbers import parse_number
from reportcli.query.period import parse_period
from reportcli.query.subject import FIELDS_BY_PATH
from reportcli.report.derived import flagship_model
from reportcli.report.field_names import closest_field_names, field_named
from reportcli.report.fields import (
    DATE,
    ENTRY_FIELDS,
    ENTRY_PATHS,
    MAP,
    NUMBERS,
    TEXTS,
    YES_NO,
    YES_NO_VALUES,
    Field,
    Report,
    tables_of,
)
from reportcli.report.parse import parse_partial_report
from reportcli.report.techniques import Vocabulary
from reportcli.text import closest_spellings, fold_name

_ARRAYS = [table.path for table in tables_of(Report) if table.is_array and not table.path.startswith("models.")]
_FEW = 3  # forms that a hint lists
_LABELS = ("name", "stage")  # the keys by which a table of an array is named


class _Place(NamedTuple):
    """Where a value stands: the keys and indexes that lead to its table, its key there, and its field."""

    way: tuple[str | int, ...]
    key: str
    field: Field


def assign(table: dict[str, Any], assignment: str, vocabulary: Vocabulary, model: str = "") -> str:
    """Set a field in the table of an entry, as ``FIELD=VALUE`` says; without a value the key is deleted.

    ``FIELD+=ITEMS`` adds to a list, ``FIELD-=ITEMS`` takes away from it. A field that each model has is that of the
    flagship, or of the model that is named; one that is set is no longer among the undisclosed ones. Returns what is
    to be said of the value, or "". Raises UnknownField or UsageError; whether a value of the right kind is right is
    left to the rules.
    """
    before_sign, equals, text = assignment.partition("=")
    name, text = before_sign.rstrip(" +-").strip(), text.strip()
    sign = before_sign.strip()[len(name) :].strip()
    if not (equals and name):
        example = re.sub(r"\s*:\s*", "=", assignment, count=1) if ":" in assignment else "license=MIT"
        raise UsageError(f"--set takes FIELD=VALUE, not {assignment!r}", f"write --set {example}")
    if assignment.encode("utf-8", "ignore").decode() != assignment:
        raise UsageError(f"the value of {name} is not UTF-8 text", f"write --set {name}=VALUE")
    place = _place(table, name, model)
    value = _value(place.field, name, text, vocabulary) if text else None
    holder = _holder(table, place)
    if sign:
        value = _changed_list(place.field, name, sign, holder.get(place.key), value)
    if value is None:
        holder.pop(place.key, None)
        return ""
    holder[place.key] = value
    if isinstance(undisclosed := table.get("undisclosed"), list):  # it is disclosed now
        table["undisclosed"] = [path for path in undisclosed if path != place.field.path]
    return _context_note(place.field, text, value)


def _holder(table: dict[str, Any], place: _Place) -> dict[str, Any]:
    """Return the table that a value goes into, which is made where it is missing."""
    holder: Any = table
    for step in place.way:
        holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
        if not isinstance(holder, (dict, list)):
            break
    if not isinstance(holder, dict):
        raise UsageError(f"{place.way[0]} is no table in this entry", "change it in your editor, without --set")
    return holder


def _place(table: Mapping[str, Any], name: str, model: str) -> _Place:
    """Return where the value of a field is that is called so. Raises UnknownField or UsageError."""
    head, _, rest = name.partition(".")
    mapping = field_named(head)
    if mapping and mapping.kind == MAP:
        return _Place((mapping.path,), _key_of_map(mapping, rest), mapping)
    for array in _ARRAYS:
        for prefix in (array, array.rpartition(".")[2]):
            item = re.fullmatch(rf"{re.escape(prefix)}(?:\[(\d+)\]|\.(.+))\.([\w-]+)", name, re.I)
            if item:
                index = int(item[1]) if item[1] else _index_named(table, array, item[2])
                return _place_in(table, array, index, _field_in(array, item[3], name))
    if name in ENTRY_PATHS and name not in FIELDS_BY_PATH:
        raise UsageError(f"{name} is a table", _described_tables(table, name))
    field = _entry_field(name)
    own = FIELDS_BY_PATH.get(f"models.{field.key}")
    if own and model and not _is_flagship(table, model):
        field = own
    if not field.in_array:
        return _Place(tuple(filter(None, field.table.split("."))), field.key, field)
    if field.table not in _ARRAYS:
        raise UsageError(f"{name} is in an array within another", "change it in your editor, without --set")
    return _place_in(table, field.table, _index_meant(table, field, model), field)


def _entry_field(name: str) -> Field:
    """Return the field of an entry that a name means, of a derived one the field that states it."""
    field = field_named(name)
    if field is None:
        raise UnknownField(name, closest_field_names(name))
    if field.derived:
        stated = [path for path in (*field.info.follows_from, *ENTRY_PATHS) if path.endswith(f".{field.key}")]
        if not stated:
            raise UsageError(f"{name} is computed", f"set what it follows from: {', '.join(field.info.follows_from)}")
        return FIELDS_BY_PATH[stated[0]]
    if field.path == "id":
        raise UsageError("the id of an entry is the name of its file", "rename the file")
    return field


def _field_in(array: str, key: str, name: str) -> Field:
    """Return the field of the tables of an array by its key or a short name."""
    keys = {
        spelling: field
        for field in ENTRY_FIELDS
        if field.table == array
        for spelling in (*field.info.short_names, field.heading, field.key)
    }
    meant = field_named(key)
    by_meaning = FIELDS_BY_PATH.get(f"{array}.{meant.key}") if meant else None
    if field := keys.get(key.lower().replace("-", "_")) or by_meaning:
        return field
    raise UnknownField(name, closest_spellings(key, [field.key for field in ENTRY_FIELDS if field.table == array]))


def _key_of_map(mapping: Field, key: str) -> str:
    """Return the key of a source or a doubt: the path of the field that it is of."""
    if not key:
        raise UsageError(
            f"{mapping.path} is a table", f"name the field: --set {mapping.path}.pretraining.tokens='Section 3.1'"
        )
    return _path_meant(key)


def _path_meant(name: str) -> str:
    """Return the path of a field or table that a name means. Raises UnknownField."""
    return name if name in ENTRY_PATHS else _entry_field(name).path


def _tables(table: Mapping[str, Any], array: str) -> Sequence[Any]:
    """Return the tables of an array in an entry."""
    value: Any = table
    for key in array.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, list) else []


def _place_in(table: Mapping[str, Any], array: str, index: int, field: Field) -> _Place:
    count = len(_tables(table, array))
    if index >= count:
        raise UsageError(f"there is no {array}[{index}]", _described_tables(table, array, field.key))
    return _Place((*array.split("."), index), field.key, field)


def _index_named(table: Mapping[str, Any], array: str, label: str) -> int:
    labels = [_label(item) for item in _tables(table, array)]
    indexes = [index for index, other in enumerate(labels) if other and fold_name(other) == fold_name(label)]
    if len(indexes) == 1:
        return indexes[0]
    if indexes:
        raise UsageError(f"{label!r} is ambiguous", f"write {array}[{indexes[0]}] or {array}[{indexes[1]}]")
    nearest = closest_spellings(label, filter(None, labels))
    hint = did_you_mean(nearest) or f"write {array}[0] for the first"
    raise UsageError(f"nothing in {array} is named {label!r}", hint, nearest)


def _label(item: Any) -> str:
    values = (item.get(key) for key in _LABELS) if isinstance(item, Mapping) else ()
    return next((value for value in values if isinstance(value, str)), "")


def _index_meant(table: Mapping[str, Any], field: Field, model: str) -> int:
    """Return the index of the table that a field without one means: the model, or the only one there is."""
    tables = _tables(table, field.table)
    if field.table == "models" and tables:
        return _index_named(table, "models", model) if model else _flagship_index(table)
    if len(tables) == 1:
        return 0
    problem = f"{field.key} is a field of [[{field.table}]], of which this entry has {len(tables) or 'none'}"
    raise UsageError(problem, _described_tables(table, field.table, field.key))


def _described_tables(table: Mapping[str, Any], path: str, key: str = "") -> str:
    """Return how to set a field of a table, or of each table of an array: by its name, or else its index."""
    key = key or next(field.key for field in reversed(ENTRY_FIELDS) if field.table == path)
    labels = [_label(item) for item in _tables(table, path)]
    names = [f".{label}" if labels.count(label) == 1 and label else f"[{index}]" for index, label in enumerate(labels)]
    if path not in _ARRAYS:
        names = [""]
    elif not names:
        return "add one in your editor, without --set"
    forms = [shlex.quote(f"{path}{name}.{key}=VALUE") for name in names]
    return f"write --set {' or '.join(forms[:_FEW])}"


def _flagship_index(table: Mapping[str, Any]) -> int:
    report, _ = parse_partial_report("entry", table)
    flagship = flagship_model(report)
    return next(index for index, model in enumerate(report.models) if model is flagship)


def _is_flagship(table: Mapping[str, Any], model: str) -> bool:
    labels = [_label(item) for item in _tables(table, "models")]
    return model not in labels or labels.index(model) == _flagship_index(table)


def _value(field: Field, name: str, text: str, vocabulary: Vocabulary) -> Any:
    """Return the value that a text stands for; what is none of the right kind, but text, is left to the rules."""
    if field.kind in NUMBERS:
        try:
            return parse_number(field, text)
        except InvalidNumber as error:
            example = error.meant or ("128k" if field.info.context else field.info.example)
            raise UsageError(f"{name}: {error.problem}", f"write --set {name}={example}") from error
    if field.kind == YES_NO:
        if text.lower() not in YES_NO_VALUES:
            raise UsageError(f"{name} is yes or no, not {text}", f"write --set {name}=yes")
        return YES_NO_VALUES[text.lower()]
    if field.kind == DATE:
        return _day(name, text)
    if field.kind == TEXTS:
        return [_choice(field, item, vocabulary) for item in _items(name, text)]
    written = _parsed(text) if text[0] == '"' else None
    return _choice(field, written if isinstance(written, str) else text, vocabulary)


def _day(name: str, text: str) -> Any:
    try:
        first, last = parse_period(text).span()
    except InvalidPeriod as error:
        meant = error.meant or "2025-06-18"
        raise UsageError(f"{name}={text}: {error.problem}", f"write --set {name}={meant}") from error
    if first != last:
        raise UsageError(f"{name} is one day, not {text}", f"write --set {name}=2025-06-18")
    return first


def _items(name: str, text: str) -> list[str]:
    """Return the items of a list: parted by commas, or written as in TOML, so that they may contain commas."""
    if text[0] in "+-":
        raise UsageError(f"{name}={text}: the sign stands before =", f"write --set {name}{text[0]}={text[1:].strip()}")
    if text[0] != "[":
        return [item.strip() for item in text.split(",") if item.strip()]
    items = _parsed(text)
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise UsageError(f"{name}: {text} is not a list of strings", f'write --set \'{name}=["one", "two"]\'')
    return items


def _changed_list(field: Field, name: str, sign: str, before: Any, items: list[str] | None) -> list[str] | None:
    """Return a list with items more, or without them, as the sign says; None where none is left. Raises UsageError."""
    if field.kind != TEXTS:
        raise UsageError(f"{name} is no list", f"write --set {name}=VALUE")
    if sign not in ("+", "-") or not items:
        raise UsageError(f"--set {name}{sign}= names no item", f"write --set {name}{sign[:1]}=ITEM")
    old = before if isinstance(before, list) else []
    if sign == "+":
        return list(dict.fromkeys((*old, *items)))
    for item in items:
        if item not in old:
            near = did_you_mean(closest_spellings(item, old))
            raise UsageError(f"{name} has no item {item!r}", near or f"it has {', '.join(old) or 'none'}")
    return [item for item in old if item not in items] or None


def _parsed(text: str) -> Any:
    """Return the value of a text in TOML; None where it is none."""
    import tomli

    with suppress(tomli.TOMLDecodeError):
        return tomli.loads(f"value = {text}")["value"]
    return None


def _choice(field: Field, text: str, vocabulary: Vocabulary) -> str:
    """Return the value of a closed list that a text means, and any other text as it is. Raises UnknownField."""
    if field.path == "undisclosed":
        return _path_meant(text)
    if field.info.vocabulary:
        return vocabulary.find(text) or text
    return next((choice for choice in field.info.choices if fold_name(choice) == fold_name(text)), text)


def _context_note(field: Field, text: str, value: Any) -> str:
    """Return what was made of a context such as 128k, which may be 128,000 or 131,072."""
    if not field.info.context:
        return ""
    decimal = parse_number(field._replace(info=field.info._replace(context=False)), text)
    return f"{text} is read as {value:,}; write {decimal} if the report means that" if decimal != value else ""
