"""A report as canonical TOML, and the line where a key stands."""

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import CATALOG
from reportcli.catalog.files import read_report
from reportcli.report.fields import (
    FIELDS,
    Architecture,
    AttentionLayers,
    Links,
    Model,
    Note,
    Posttraining,
    Pretraining,
    Report,
    RLRun,
)
from reportcli.report.json import pack, unpack
from reportcli.report.parse import parse_report
from reportcli.report.toml import to_toml
from reportcli.report.toml_lines import first_comment, key_lines, line_of_key, lines_without_comments, split_schema_line

LEAST = Report(
    id="x", name="X", title="X", organizations=("Z",), date=datetime.date(2025, 1, 2), summary="S", tags=("moe",)
)
LEAST_TEXT = """\
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

ENTRY = """\
#:schema ../schema.json
name = "Qwen3"
tags = [
    "moe",
    "date = 2020",
    "[models]",
]
date = 2025-05-14

[links]
arxiv = "2505.09388"

[[models]]
name = "Qwen3-8B"
tokens = 36

[[models]] # the second
name = "Qwen3-32B"
"tokens" = "36T"

  [[ models ]]
  name = "Qwen3-235B"

[pretraining]
tokens = 36

[[notes]]
topic = "rl"

[sources]
title = "title page"
"pretraining.tokens" = "§3.1"
"""


def test_shipped_entries_are_canonical() -> None:
    for path in CATALOG.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        assert split_schema_line(text) == ("#:schema ./schema.json\n", to_toml(read_report(str(path))))


def test_what_is_unknown_is_not_written() -> None:
    assert to_toml(LEAST) == LEAST_TEXT


def test_every_kind_of_value_has_its_layout() -> None:
    report = Report(
        id="x", number=1, name="X", title='The "X" \\ report', organizations=("Z",), date=datetime.date(2025, 1, 2),
        summary="Tülu – 上海", tags=("moe", "rl"), links=Links(arxiv="2501.00001", code=("c",)),
        models=(
            Model(name="X-1B", parameters=1_000_000_000, attention_layers=(AttentionLayers(kind="linear"),)),
            Model(name="X-2B"),
        ),
        architecture=Architecture(layers=12, attention_layers=(AttentionLayers(kind="full", layers=12),)),
        posttraining=Posttraining(
            kl_penalty=False, sft_examples=0, sft_learning_rate=1e-5,
            rl=(RLRun(kl_coefficient=0.0, temperature=1.0, steps=10_400, rewards=("r",)), RLRun(learning_rate=2.2e-4)),
        ),
        notes=(Note(topic="rl", text="t", detail=("d",)),),
        sources={"pretraining.tokens": "§3"},
    )  # fmt: skip
    assert to_toml(report) == EVERY_KIND


EVERY_KIND = """\
number = 1
name = "X"
title = "The \\"X\\" \\\\ report"
organizations = [
    "Z",
]
date = 2025-01-02
summary = "Tülu – 上海"
tags = [
    "moe",
    "rl",
]

[links]
arxiv = "2501.00001"
code = [
    "c",
]

[[models]]
name = "X-1B"
parameters = 1_000_000_000

[[models.attention_layers]]
kind = "linear"

[[models]]
name = "X-2B"

[architecture]
layers = 12

[[architecture.attention_layers]]
kind = "full"
layers = 12

[posttraining]
sft_examples = 0
kl_penalty = false
sft_learning_rate = 1e-05

[[posttraining.rl]]
kl_coefficient = 0
temperature = 1.0
steps = 10_400
rewards = [
    "r",
]

[[posttraining.rl]]
learning_rate = 0.00022

[[notes]]
topic = "rl"
text = "t"
detail = [
    "d",
]
origin = "report"

[sources]
"pretraining.tokens" = "§3"
"""


def test_under_its_id_a_report_is_a_table_beside_which_others_may_stand() -> None:
    reports = [replace(LEAST, id='a "b"', pretraining=Pretraining(tokens=5)), replace(LEAST, models=(Model(name="M"),))]
    text = "".join(to_toml(report, under_id=True) for report in reports)
    assert [parse_report(report_id, table)[0] for report_id, table in tomllib.loads(text).items()] == reports


def test_numbers_are_grouped_from_five_digits_on() -> None:
    for written in ("0", "999", "9999", "10_000", "131_072", "1_000_000", "9_223_372_036_854_775_807"):
        report = replace(LEAST, pretraining=Pretraining(tokens=int(written)))
        assert to_toml(report) == f"{LEAST_TEXT}\n[pretraining]\ntokens = {written}\n"


KEY_LINES = {
    "name": 2, "tags": 3, "tags[1]": 5, "date": 8, "links": 10, "links.arxiv": 11, "models": 13, "models[0]": 13,
    "models[0].name": 14, "models[0].tokens": 15, "models[1]": 17, "models[1].name": 18, "models[1].tokens": 19,
    "models[2]": 21, "models[2].name": 22, "pretraining": 24, "pretraining.tokens": 25, "notes[0].topic": 28,
    "sources": 30, "sources.title": 31, "sources.pretraining.tokens": 32,
}  # fmt: skip
LINES_OF_MISSING_KEYS = {
    "links.pdf": 10, "models[0].parameters": 13, "models[1].parameters": 17, "models[2].tokens": 21,
    "pretraining.stages": 24, "notes[0].text": 27, "sources.date": 30, "summary": 0, "architecture.layers": 0, "": 0,
}  # fmt: skip


def test_the_line_of_a_key_is_its_own_or_that_of_its_table() -> None:
    for expected in (KEY_LINES, LINES_OF_MISSING_KEYS):
        assert {key: line_of_key(ENTRY, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("", "name", 0),
        ("name='X'\ndate = 2025-01-01", "date", 2),
        ("  name   =   'X'", "name", 1),
        ("'name' = 'X'", "name", 1),
        ("pretraining.tokens = 5\npretraining.stages = []", "pretraining.stages", 2),
        ('links = { arxiv = "2505.09388" }', "links.arxiv", 1),
        ("# name = 1\nname = 2", "name", 2),
        ('models = [\n    { name = "a" },\n    { tokens = "x" },\n]', "models[1].tokens", 3),
        ('summary = "one\u2028two"\ndate = 5', "date", 2),
        ('summary = "one\x85two"\ndate = 5', "date", 2),
        ('summary = """\ndate = 4\n[links]\n"""\ndate = 5', "date", 5),
        ('summary = """one "two""""\ntitle = \'\'\'C:\\\\\'\'\'\ndate = 5', "date", 3),
        ('summary = """\nan "odd quote\n"""\ndate = 5', "date", 4),
        ('[sources]\n"\\u0061.b" = 1', "sources.a.b", 2),
        ("[[models]]\n[models.extra]\nx = 1\n[[models]]\n[models.extra]\nx = 1", "models[1].extra.x", 6),
        ("[a.b]\nc = 1\n['a'.\"d\"]\nc = 1", "a.d.c", 4),
        ("tags = [ # first\n  'a', 'b',\n  # second\n\n  'c' ]", "tags[2]", 5),
        ('tags = [\n    ["moe"],\n]\ndate = "x"', "date", 4),
    ],
)
def test_a_key_is_found_in_unusual_layouts(text: str, key: str, line: int) -> None:
    assert line_of_key(text, key) == line


def test_a_comment_is_not_a_text_that_looks_like_one() -> None:
    text = '#:schema x.json\nname = "a # b" # c\n# d\ntitle = """\n# e\n"""\ntags = [ # f\n  "#", # g\n  # h\n]\n'
    lines = [
        (2, 'name = "a # b"'),
        (4, 'title = """'),
        (5, "# e"),
        (6, '"""'),
        (7, "tags = ["),
        (8, '  "#",'),
        (10, "]"),
    ]
    assert lines_without_comments(text) == lines
    assert first_comment(text)
    assert not first_comment("#:schema x.json\nname = \"# a\"\ntitle = '# b'\n")
    assert (first_comment("# a\n#:schema x.json\n"), first_comment("#:schema x\na = 1 # b\n")) == (1, 2)


TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\n\r\t\0\x7f\x85\"'\\#[]"), max_size=8)
VALUES = {
    str: TEXT,
    str | None: st.none() | TEXT,
    tuple[str, ...]: st.lists(TEXT, max_size=2).map(tuple),
    int | None: st.none() | st.integers(0, 2**63 - 1),
    datetime.date: st.dates(),
    datetime.date | None: st.none() | st.dates(),
    float | None: st.none() | st.floats(0, 1e300),
    bool | None: st.none() | st.booleans(),
    Mapping[str, str]: st.dictionaries(TEXT, TEXT, max_size=2).map(MappingProxyType),
}


def instances(kind: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for values of a dataclass with any values in every field."""
    return st.builds(kind, **{declared.name: VALUES[declared.type] for declared in fields(kind)})


for table in (AttentionLayers, RLRun, Model, Note):
    VALUES[tuple[table, ...]] = st.deferred(lambda table=table: st.lists(instances(table), max_size=2).map(tuple))
for table in (Links, Architecture, Pretraining, Posttraining):
    VALUES[table] = instances(table)
REPORTS = instances(Report).map(lambda report: replace(report, id="x"))


@settings(max_examples=40)
@given(REPORTS)
def test_a_report_survives_being_written_and_parsed(report: Report) -> None:
    assert parse_report("x", tomllib.loads(to_toml(report))) == (report, [])
    assert unpack(pack(report)) == report


@settings(max_examples=40)
@given(REPORTS)
def test_every_key_of_a_written_report_has_its_line_and_no_comments(report: Report) -> None:
    text = to_toml(report)
    assert not first_comment(text)
    assert lines_without_comments(text) == list(enumerate(text.removesuffix("\n").split("\n"), 1))
    lines = key_lines(text)
    for field in FIELDS:
        value = field.get(report)
        if field.path != "id" and not field.in_array and value not in (None, (), {}) and not field.info.seen_as:
            line = text.split("\n")[lines[field.path] - 1]
            assert line.startswith((f"{field.key} = ", f"[{field.path}]"))


def test_a_required_list_that_is_empty_is_written() -> None:
    for missing in ("organizations", "tags"):
        report, problems = parse_report("x", tomllib.loads(LEAST_TEXT) | {missing: []})
        assert problems == []
        assert report is not None
        assert parse_report("x", tomllib.loads(to_toml(report))) == (report, [])
