"""The JSON Schema of an entry: every shipped entry is valid, and what it rejects, check rejects too."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conftest import CATALOG
from reportcli.curate.check import check
from reportcli.report.fields import DATE, DECIMAL, ENTRY_FIELDS, ENTRY_PATHS, MAP, NUMBER, TEXT, TEXTS, YES_NO
from reportcli.report.json_schema import entry_schema, schema_text

SCHEMA = entry_schema()
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
LEAST = """\
name = "X"
title = "X"
organizations = [
    "Z",
]
date = 2025-01-02
summary = "S"
tags = [
    "moe",
]
links.huggingface = ["https://huggingface.co/x"]
"""


def errors(text: str) -> list[str]:
    """Return where a text is invalid; as in editors, dates are strings."""
    table = json.loads(json.dumps(tomllib.loads(text), default=lambda day: day.isoformat()))
    return [error.json_path for error in VALIDATOR.iter_errors(table)]


def leaves(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each field of a schema by its dotted path."""
    for key, value in schema.get("properties", {}).items():
        inner = value.get("items", value)
        if "properties" in inner and path + key not in ("sources", "confidence"):
            yield from leaves(inner, f"{path}{key}.")
        else:
            yield path + key, value


def test_it_is_a_schema_in_canonical_text_of_which_the_shipped_copy_is_up_to_date() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    text = schema_text(SCHEMA)
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
    assert text.isascii()  # so that no encoding changes it
    assert (CATALOG / "schema.json").read_text(encoding="utf-8") == text


def test_shipped_entries_are_valid() -> None:
    for path in CATALOG.glob("*.toml"):
        assert errors(path.read_text(encoding="utf-8")) == [], path


def test_it_knows_the_fields_of_a_file_and_no_others() -> None:
    assert [path for path, _ in leaves(SCHEMA)] == [field.path for field in ENTRY_FIELDS]


def test_a_field_has_its_description_type_limits_and_example() -> None:
    types = {
        TEXT: "string",
        TEXTS: "array",
        NUMBER: "integer",
        DECIMAL: "number",
        DATE: "string",
        YES_NO: "boolean",
        MAP: "object",
    }
    for path, schema in leaves(SCHEMA):
        field = next(field for field in ENTRY_FIELDS if field.path == path)
        item = schema.get("items", schema)
        assert (schema["description"], schema["type"]) == (field.info.help, types[field.kind])
        assert (item.get("enum", []), item.get("maxLength", 0)) == (list(field.info.choices), field.info.max_length)
        if field.info.limits:
            assert (schema["minimum"], schema["maximum"]) == field.info.limits
        if field.kind == MAP:
            assert list(schema["properties"]) == list(ENTRY_PATHS)
        elif field.kind != YES_NO and not field.info.choices:
            assert item["examples"] == [field.info.example]
            assert Draft202012Validator(item).is_valid(field.info.example)


def test_required_keys_are_those_of_the_list_of_fields() -> None:
    assert SCHEMA["required"] == ["name", "title", "organizations", "date", "summary", "tags", "links"]
    assert SCHEMA["properties"]["models"]["items"]["required"] == ["name"]
    assert SCHEMA["properties"]["notes"]["items"]["required"] == ["topic", "text"]
    layers = SCHEMA["properties"]["architecture"]["properties"]["attention_layers"]
    assert (layers["type"], layers["items"]["required"]) == ("array", ["kind"])


def test_the_least_entry_is_valid_with_numbers_of_toml_from_zero_up() -> None:
    assert errors(LEAST) == []
    for number, is_valid in ((0, True), (2**63 - 1, True), (-1, False), (2**63, False)):
        assert (errors(f"number = {number}\n{LEAST}") == []) is is_valid


INVALID = [
    *(
        pytest.param(re.sub(rf"^{key}[.a-z]* = (\[.*?^\]|[^\n]*)\n", "", LEAST, flags=re.S | re.M), id=f"without {key}")
        for key in SCHEMA["required"]
    ),
    pytest.param(LEAST.replace('"X"', '""', 1), id="empty name"),
    pytest.param(LEAST.replace('"X"', "7", 1), id="number as name"),
    pytest.param(LEAST.replace('    "Z",\n', ""), id="no organization"),
    pytest.param(LEAST.replace('[\n    "Z",\n]', '"Z"'), id="text as list"),
    pytest.param(LEAST.replace("2025-01-02", '"2 January 2025"'), id="words as date"),
    pytest.param(LEAST.replace("2025-01-02", "2025-01-02T10:00:00"), id="time as date"),
    pytest.param(LEAST.replace('"S"', f'"{"s" * 181}"'), id="long summary"),
    pytest.param(LEAST.replace('"moe"', '"MoE"'), id="unknown tag"),
    pytest.param(f"{LEAST}unheard_of = 1\n", id="unknown key"),
    pytest.param(f'{LEAST}id = "x"\n', id="id"),
    pytest.param(f"number = -1\n{LEAST}", id="below zero"),
    pytest.param(f"number = 1.5\n{LEAST}", id="fraction"),
    pytest.param(f'arxiv_version = "2"\n{LEAST}', id="version without v"),
    pytest.param(f'techniques = ["GRPO"]\n{LEAST}', id="name instead of an id"),
    pytest.param(f'{LEAST}links.arxiv = "2505.09388v1"\n', id="number with version"),
    pytest.param(f'{LEAST}links.arxiv = "2513.09388"\n', id="month 13"),
    pytest.param(f'{LEAST}links.pdf = "ftp://example.org/x.pdf"\n', id="FTP address"),
    pytest.param(f'{LEAST}links.code = ["github.com/x"]\n', id="address without scheme"),
    pytest.param(f'{LEAST}links.page = ["https://example.org/a b"]\n', id="address with a space"),
    pytest.param(f'{LEAST}links.fax = "1"\n', id="unknown key of a table"),
    pytest.param(f"architecture = 3\n{LEAST}", id="number as table"),
    pytest.param(f"{LEAST}\n[[models]]\nparameters = 7\n", id="model without name"),
    pytest.param(f'{LEAST}\n[[models]]\nname = "M"\ntype = "MoE"\n', id="unknown type"),
    pytest.param(f'{LEAST}\n[models]\nname = "M"\n', id="table as array of tables"),
    pytest.param(f'{LEAST}\n[architecture]\nlayers = "62"\n', id="number as text"),
    pytest.param(f'{LEAST}\n[posttraining]\nkl_penalty = "no"\n', id="yes or no as text"),
    pytest.param(f'{LEAST}\n[posttraining]\nrl_family = ["grpo", "trpo"]\n', id="unknown family"),
    pytest.param(f"{LEAST}\n[[posttraining.rl]]\ngroup_size = 8\n", id="unknown key of a run"),
    pytest.param(f"{LEAST}\n[[posttraining.rl]]\ntop_p = 1.5\n", id="above the limit"),
    pytest.param(f"{LEAST}\n[[architecture.attention_layers]]\nlayers = 2\n", id="layers without kind"),
    pytest.param(f'{LEAST}\n[[models]]\nname = "M"\n[[models.attention_layers]]\nkind = "all"\n', id="unknown kind"),
    pytest.param(f'{LEAST}\n[[notes]]\ntopic = "rl"\n', id="note without text"),
    pytest.param(f'{LEAST}\n[[notes]]\ntopic = "weather"\ntext = "t"\n', id="unknown topic"),
    pytest.param(f'{LEAST}\n[[notes]]\ntopic = "rl"\ntext = "{"t" * 281}"\n', id="long note"),
    pytest.param(f'{LEAST}\n[[notes]]\ntopic = "rl"\ntext = "t"\ndetail = ["{"d" * 221}"]\n', id="long detail"),
    pytest.param(f'{LEAST}\n[[notes]]\ntopic = "rl"\ntext = "t"\norigin = "me"\n', id="unknown origin"),
    pytest.param(f'{LEAST}\n[sources]\nweather = "w"\n', id="source of an unknown field"),
    pytest.param(f"{LEAST}\n[sources]\ntitle = 3\n", id="number as source"),
    pytest.param(f'{LEAST}\n[confidence]\nweather = "w"\n', id="confidence in an unknown field"),
]


@pytest.mark.parametrize("text", INVALID)
def test_what_the_schema_rejects_check_rejects_too(tmp_path: Path, text: str) -> None:
    assert errors(text)
    (tmp_path / "x.toml").write_text(text)
    assert check([tmp_path]).exit_code == 1
