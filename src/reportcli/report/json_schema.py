"""The JSON Schema of an entry, made from the list of fields, so that editors complete and check TOML files.

It covers what can be said of one file alone; rules between files are left to ``check``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import groupby
from typing import Any

from reportcli.report.fields import (
    DATE,
    ENTRY_FIELDS,
    ENTRY_PATHS,
    ID_PATTERN,
    MAP,
    NUMBER,
    TEXT,
    TEXTS,
    YES_NO,
    Field,
    Report,
)

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DESCRIPTIONS = {declared.name: declared.metadata["info"].help for declared in fields(Report)}


def entry_schema() -> Schema:
    """Return the JSON Schema (2020-12) of an entry. A TOML date is a string in it, as editors pass it."""
    properties: Schema = {}
    for name, group in groupby(ENTRY_FIELDS, key=lambda field: field.path.partition(".")[0]):
        table_fields = list(group)
        is_table = table_fields[0].path != name
        properties[name] = _table_schema(name, table_fields) if is_table else _field_schema(table_fields[0])
    top_level = [field for field in ENTRY_FIELDS if "." not in field.path]
    return {"$schema": DIALECT, "title": "An entry of reportcli", **_object_schema(properties, top_level)}


def schema_text(schema: Mapping[str, Any]) -> str:
    """Return a schema as JSON text; equal schemas give equal texts."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _table_schema(name: str, table_fields: Sequence[Field]) -> Schema:
    table = _object_schema({field.key: _field_schema(field) for field in table_fields}, table_fields)
    description = {"description": _DESCRIPTIONS[name]}
    if table_fields[0].in_array:
        return {**description, "type": "array", "items": table}
    return {**description, **table}


def _object_schema(properties: Schema, fields: Sequence[Field]) -> Schema:
    required = [field.key for field in fields if field.required]
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
    return description | value | _examples(field)


_VALUE_SCHEMAS: Mapping[str, Schema] = {
    NUMBER: {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
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
