"""The JSON Schema of an entry: every shipped entry fits it, and what it refuses, the check refuses too."""

import datetime
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reportcli.catalog.files import shipped_folder
from reportcli.curate.check import check
from reportcli.report.fields import DATE, ENTRY_FIELDS, ENTRY_PATHS, MAP, NUMBER, TEXT, TEXTS, YES_NO
from reportcli.report.json_schema import entry_schema, schema_text

SCHEMA = entry_schema()
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
ENTRIES = sorted(shipped_folder().glob("*.toml"))
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
"""


def plain(value: Any) -> Any:
    """Return a TOML value as editors hand it to a validator: a date is a string of its digits."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def errors(text: str) -> list[str]:
    return [error.json_path for error in VALIDATOR.iter_errors(plain(tomllib.loads(text)))]


def leaves(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each field that a schema knows, by its dotted path."""
    for key, value in schema.get("properties", {}).items():
        inner = value.get("items", value)
        if "properties" in inner and path + key not in ("sources", "confidence"):
            yield from leaves(inner, f"{path}{key}.")
        else:
            yield path + key, value


def test_it_is_a_schema_of_its_dialect() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "$id" not in SCHEMA


def test_the_shipped_copy_is_the_schema_of_today() -> None:
    assert (shipped_folder() / "schema.json").read_text(encoding="utf-8") == schema_text(SCHEMA)


def test_its_text_is_canonical() -> None:
    assert schema_text(SCHEMA) == json.dumps(json.loads(schema_text(SCHEMA)), indent=2, ensure_ascii=False) + "\n"
    assert schema_text(SCHEMA).isascii()  # so that no stream spells it otherwise


@pytest.mark.parametrize("path", ENTRIES, ids=lambda path: path.stem)
def test_a_shipped_entry_fits_and_names_the_schema_that_lies_beside_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert errors(text) == []
    assert text.split("\n")[0] == "#:schema ./schema.json"


def test_it_knows_the_fields_of_a_file_and_no_others() -> None:
    assert [path for path, _ in leaves(SCHEMA)] == [field.path for field in ENTRY_FIELDS]


@pytest.mark.parametrize("field", ENTRY_FIELDS, ids=lambda field: field.path)
def test_a_field_says_what_it_is_and_shows_what_it_may_hold(field: Any) -> None:
    said = dict(leaves(SCHEMA))[field.path]
    one = said.get("items", said)
    assert said["description"] == field.info.help
    assert said["type"] == {TEXT: "string", TEXTS: "array", NUMBER: "integer", DATE: "string", YES_NO: "boolean",
                            MAP: "object"}[field.kind]  # fmt: skip
    assert one.get("enum", []) == list(field.info.choices)
    assert one.get("maxLength", 0) == field.info.max_length
    if field.kind == MAP:
        assert list(said["properties"]) == list(ENTRY_PATHS)
    elif field.kind != YES_NO and not field.info.choices:
        assert one["examples"] == [field.info.example]
        assert list(Draft202012Validator(one).iter_errors(field.info.example)) == []


def test_required_keys_are_those_of_the_list_of_fields() -> None:
    assert SCHEMA["required"] == ["name", "title", "organizations", "date", "summary", "tags"]
    assert SCHEMA["properties"]["models"]["items"]["required"] == ["name"]
    assert SCHEMA["properties"]["notes"]["items"]["required"] == ["topic", "text"]


def test_numbers_reach_from_zero_to_the_greatest_that_toml_has() -> None:
    for number, wrong in ((0, False), (2**63 - 1, False), (-1, True), (2**63, True)):
        assert bool(errors(f"number = {number}\n{LEAST}")) is wrong


def test_the_least_entry_fits() -> None:
    assert errors(LEAST) == []


BROKEN = [
    *(
        pytest.param(re.sub(rf"^{key} = (\[.*?^\]|[^\n]*)\n", "", LEAST, flags=re.S | re.M), id=f"without {key}")
        for key in SCHEMA["required"]
    ),
    pytest.param(LEAST.replace('"X"', '""', 1), id="empty name"),
    pytest.param(LEAST.replace('"X"', "7", 1), id="number as name"),
    pytest.param(LEAST.replace('    "Z",\n', ""), id="no organization"),
    pytest.param(LEAST.replace('[\n    "Z",\n]', '"Z"'), id="text as list"),
    pytest.param(LEAST.replace("2025-01-02", '"2 January 2025"'), id="words as date"),
    pytest.param(LEAST.replace("2025-01-02", "2025-01-02T10:00:00"), id="time as date"),
    pytest.param(LEAST.replace('"S"', f'"{"s" * 181}"'), id="long summary"),
    pytest.param(LEAST.replace('"moe"', '"MoE"'), id="tag that is none"),
    pytest.param(f"{LEAST}unheard_of = 1\n", id="unknown key"),
    pytest.param(f'{LEAST}id = "x"\n', id="id inside"),
    pytest.param(f"number = -1\n{LEAST}", id="below zero"),
    pytest.param(f"number = 1.5\n{LEAST}", id="fraction"),
    pytest.param(f'arxiv_version = "2"\n{LEAST}', id="version without v"),
    pytest.param(f'techniques = ["GRPO"]\n{LEAST}', id="name instead of an id"),
    pytest.param(f'{LEAST}\n[links]\narxiv = "2505.09388v1"\n', id="number with version"),
    pytest.param(f'{LEAST}\n[links]\narxiv = "2513.09388"\n', id="month 13"),
    pytest.param(f'{LEAST}\n[links]\npdf = "ftp://example.org/x.pdf"\n', id="address of a file server"),
    pytest.param(f'{LEAST}\n[links]\ncode = ["github.com/x"]\n', id="address without scheme"),
    pytest.param(f'{LEAST}\n[links]\npage = ["https://example.org/a b"]\n', id="address with a space"),
    pytest.param(f'{LEAST}\n[links]\nfax = "1"\n', id="unknown key of a table"),
    pytest.param(f"links = 3\n{LEAST}", id="number as table"),
    pytest.param(f"{LEAST}\n[[models]]\nparameters = 7\n", id="model without name"),
    pytest.param(f'{LEAST}\n[[models]]\nname = "M"\ntype = "MoE"\n', id="type that is none"),
    pytest.param(f'{LEAST}\n[models]\nname = "M"\n', id="table as array of tables"),
    pytest.param(f'{LEAST}\n[architecture]\nlayers = "62"\n', id="number as text"),
    pytest.param(f'{LEAST}\n[posttraining]\nkl_penalty = "no"\n', id="yes or no as text"),
    pytest.param(f'{LEAST}\n[posttraining]\nrl_family = ["grpo", "trpo"]\n', id="family that is none"),
    pytest.param(f'{LEAST}\n[[notes]]\ntopic = "rl"\n', id="note without text"),
    pytest.param(f'{LEAST}\n[[notes]]\ntopic = "weather"\ntext = "t"\n', id="topic that is none"),
    pytest.param(f'{LEAST}\n[[notes]]\ntopic = "rl"\ntext = "{"t" * 281}"\n', id="long note"),
    pytest.param(f'{LEAST}\n[[notes]]\ntopic = "rl"\ntext = "t"\ndetail = ["{"d" * 221}"]\n', id="long detail"),
    pytest.param(f'{LEAST}\n[[notes]]\ntopic = "rl"\ntext = "t"\norigin = "me"\n', id="origin that is none"),
    pytest.param(f'{LEAST}\n[sources]\nweather = "w"\n', id="source of nothing"),
    pytest.param(f"{LEAST}\n[sources]\ntitle = 3\n", id="number as source"),
    pytest.param(f'{LEAST}\n[confidence]\nweather = "w"\n', id="doubt of nothing"),
]


@pytest.mark.parametrize("text", BROKEN)
def test_what_the_schema_refuses_the_check_refuses_too(tmp_path: Path, text: str) -> None:
    assert errors(text)
    (tmp_path / "x.toml").write_text(text)
    assert check([tmp_path]).exit_code == 1
