"""A Report ↔ JSON: with every key for programs, packed without keys for the index."""

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from reportcli.report.fields import ARRAYS, DATE, KINDS, MAP, TABLES, TEXTS, Report


def to_record(value: Any) -> Any:
    """Return a report, or a part of one, as JSON values: every key is present, null or [] where unknown."""
    if hasattr(value, "_asdict"):
        return {key: to_record(item) for key, item in value._asdict().items()}
    if isinstance(value, tuple):
        return [to_record(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if hasattr(value, "__dataclass_fields__"):
        return {declared.name: to_record(getattr(value, declared.name)) for declared in fields(value)}
    return value


def pack(report: Report) -> str:
    """Return a report as JSON without keys; ``unpack`` reverses it if the list of fields is the same."""
    return _encode(report)


def unpack(text: str) -> Report:
    """Return the report that ``pack`` was given."""
    report: Report = _unpack(json.loads(text))
    return report


def _to_json(value: Any) -> Any:
    get_values = _VALUE_GETTERS.get(type(value))
    return get_values(value) if get_values else to_record(value)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_to_json).encode
_VALUE_GETTERS: dict[type, Callable[[Any], Any]] = {
    kind: attrgetter(*(declared.name for declared in fields(kind))) for kind in (Report, *TABLES, *ARRAYS.values())
}


def _unpacker(kind: Any) -> Callable[[list[Any]], Any]:
    """Return the function that makes a dataclass value of the list of its packed values."""
    names = [declared.name for declared in fields(kind)]
    converters = [_converter(declared.type) for declared in fields(kind)]
    converted = [(place, convert) for place, convert in enumerate(converters) if convert]

    def unpack_values(values: list[Any]) -> Any:
        for place, convert in converted:
            values[place] = convert(values[place])
        return kind.of(zip(names, values, strict=True))

    return unpack_values


def _converter(kind: Any) -> Callable[[Any], Any] | None:
    """Return the function that converts a packed value; None where it is the value already."""
    if kind in TABLES:
        return _unpacker(kind)
    if kind in ARRAYS:
        unpack_item = _unpacker(ARRAYS[kind])
        return lambda items: tuple(map(unpack_item, items))
    to_date = datetime.date.fromisoformat
    converters: dict[str, Callable[[Any], Any]] = {
        TEXTS: tuple,
        DATE: lambda text: text and to_date(text),
        MAP: MappingProxyType,
    }
    return converters.get(KINDS[kind])


_unpack = _unpacker(Report)
