"""The JSON Schema of an entry, made from the list of fields, so that editors complete and check TOML files.

It covers what can be said of one file alone; rules between files are left to ``check``.
"""

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from reportcli.report.choices import ID_PATTERN
from reportcli.report.fields import (
    DATE,
    DECIMAL,
    ENTRY_FIELDS,
    ENTRY_PATHS,
    MAP,
    NUMBER,
    TEXT,
    TEXTS,
    YES_NO,
    Field,
    Report,
    tables_of,
)

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TABLES = {table.path: table for table in tables_of(Report)}


def entry_schema() -> Schema:
    """Return the JSON Schema (2020-12) of an entry. A TOML date is a string in it, as editors pass it."""
    return {"$schema": DIALECT, "title": "An entry of reportcli", **_table_schema("", ENTRY_FIELDS)}


def schema_text(schema: Mapping[str, Any]) -> str:
    """Return a schema as JSON text; equal schemas give equal texts."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _table_schema(prefix: str, table_fields: Sequence[Field]) -> Schema:
    """Return the schema of a table with these fields, whose paths begin with the prefix."""
    properties: Schema = {}
    tables: list[str] = []  # that are required
    for name, group in groupby(table_fields, key=lambda field: field.path.removeprefix(prefix).partition(".")[0]):
        inner, path = list(group), prefix + name
        if path not in _TABLES:
            properties[name] = _field_schema(inner[0])
            continue
        schema, description = _table_schema(f"{path}.", inner), {"description": _TABLES[path].help}
        is_array = _TABLES[path].is_array
        properties[name] = {**description, **({"type": "array", "items": schema} if is_array else schema)}
        if _TABLES[path].required:
            properties[name]["minProperties"] = 1
            tables.append(name)
    direct = [field.key for field in table_fields if field.path == prefix + field.key and field.required]
    return _object_schema(properties, direct + tables)


def _object_schema(properties: Schema, required: Sequence[str]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _field_schema(field: Field) -> Schema:
    description = {"description": field.info.help}
    if field.kind == TEXTS:
        length = {"minItems": 1} if field.required else {}
        return {**description, "type": "array", "items": _text_schema(field), **length}
    if field.kind == MAP:
        return {**description, **_object_schema({path: _text_schema(field) for path in ENTRY_PATHS}, ())}
    value = _text_schema(field) if field.kind == TEXT else _VALUE_SCHEMAS[field.kind]
    limits = dict(zip(("minimum", "maximum"), field.info.limits or (), strict=False))
    return description | value | limits | _examples(field)


_VALUE_SCHEMAS: Mapping[str, Schema] = {
    NUMBER: {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
    DECIMAL: {"type": "number", "minimum": 0, "maximum": 1e300},
    DATE: {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    YES_NO: {"type": "boolean"},
}


def _text_schema(field: Field) -> Schema:
    info = field.info
    limits = {
        "enum": list(info.choices),
        "pattern": info.pattern or (ID_PATTERN if info.vocabulary else ""),
        "minLength": 1,
        "maxLength": info.max_length,
    }
    return {"type": "string", **{key: limit for key, limit in limits.items() if limit}, **_examples(field)}


def _examples(field: Field) -> Schema:
    return {"examples": [field.info.example]} if field.info.example != "" else {}
