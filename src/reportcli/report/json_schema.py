"""The JSON Schema of an entry, made from the list of fields, so that editors complete and check TOML files.

It says what a file may hold by itself; what takes other files to know is left to ``check``.
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
_TABLES = {declared.name: declared.metadata["about"].help for declared in fields(Report)}


def entry_schema() -> Schema:
    """Return the JSON Schema (2020-12) of an entry. A TOML date is a string in it, as editors hand it over."""
    properties: Schema = {}
    for name, group in groupby(ENTRY_FIELDS, key=lambda field: field.path.partition(".")[0]):
        inner = list(group)
        properties[name] = _value(inner[0]) if inner[0].path == name else _table(name, inner)
    top = [field for field in ENTRY_FIELDS if "." not in field.path]
    return {"$schema": DIALECT, "title": "An entry of reportcli", **_object(properties, top)}


def schema_text(schema: Mapping[str, Any]) -> str:
    """Return a schema as text, the same for the same schema."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _table(name: str, inner: Sequence[Field]) -> Schema:
    one = _object({field.key: _value(field) for field in inner}, inner)
    about = {"description": _TABLES[name]}
    return {**about, "type": "array", "items": one} if inner[0].in_array else {**about, **one}


def _object(properties: Schema, inner: Sequence[Field]) -> Schema:
    required = [field.key for field in inner if field.required]
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _value(field: Field) -> Schema:
    about = {"description": field.info.help}
    if field.kind == TEXTS:
        return {**about, "type": "array", "items": _text(field), **({"minItems": 1} if field.required else {})}
    if field.kind == MAP:
        return {**about, **_object({key: _text(field) for key in ENTRY_PATHS}, ())}
    return about | (_text(field) if field.kind == TEXT else _PLAIN[field.kind]) | _examples(field)


_PLAIN: Mapping[str, Schema] = {
    NUMBER: {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
    DATE: {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    YES_NO: {"type": "boolean"},
}


def _text(field: Field) -> Schema:
    about = field.info
    limits = {
        "enum": list(about.choices),
        "pattern": about.pattern or (ID_PATTERN if about.vocabulary else ""),
        "minLength": 1,
        "maxLength": about.max_length,
    }
    return {"type": "string", **{key: limit for key, limit in limits.items() if limit}, **_examples(field)}


def _examples(field: Field) -> Schema:
    return {"examples": [field.info.example]} if field.info.example != "" else {}
