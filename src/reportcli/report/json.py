"""A report in the shape of JSON: with all its keys for programs, packed without them for the index."""

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from reportcli.report.fields import ARRAYS, DATE, KINDS, MAP, TABLES, TEXTS, Report


def to_record(value: Any) -> Any:
    """Return a report, or a part of one, in the shape of JSON: every key present, null or [] where unknown."""
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
    """Return a report as JSON without keys; ``unpack`` with the same list of fields reverses it."""
    return json.dumps(report, ensure_ascii=False, separators=(",", ":"), default=_plain)


def unpack(text: str) -> Report:
    """Return the report that was packed."""
    report: Report = _unpack(json.loads(text))
    return report


def _plain(value: Any) -> Any:
    if type(value) in _VALUES:
        return _VALUES[type(value)](value)
    return to_record(value)


_VALUES = {
    kind: attrgetter(*(declared.name for declared in fields(kind))) for kind in (Report, *TABLES, *ARRAYS.values())
}


def _unpacker(kind: Any) -> Callable[[list[Any]], Any]:
    names = [declared.name for declared in fields(kind)]
    readers = [_reader(declared.type) for declared in fields(kind)]

    def read(row: list[Any]) -> Any:
        return kind(
            **{name: item if to is None else to(item) for name, to, item in zip(names, readers, row, strict=True)}
        )

    return read


def _reader(kind: Any) -> Callable[[Any], Any] | None:
    if kind in TABLES:
        return _unpacker(kind)
    if kind in ARRAYS:
        one = _unpacker(ARRAYS[kind])
        return lambda items: tuple(map(one, items))
    to_date = datetime.date.fromisoformat
    readers: dict[str, Callable[[Any], Any]] = {
        TEXTS: tuple,
        DATE: lambda item: item and to_date(item),
        MAP: MappingProxyType,
    }
    return readers.get(KINDS[kind])


_unpack = _unpacker(Report)
