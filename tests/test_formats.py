"""Machine formats: what a release prints the next prints too, so the whole text of a few answers stands here."""

import csv
import dataclasses
import io
import json
import tomllib
from collections.abc import Iterator
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from makers import hits, shipped_reports
from reportcli.answer import Answer
from reportcli.answer.check import CheckReport, Finding
from reportcli.answer.comparison import compare_reports
from reportcli.answer.details import ReportDetails
from reportcli.answer.info import Info
from reportcli.answer.listing import Listing, parse_columns
from reportcli.answer.table import Table
from reportcli.query.names import ReportMatch
from reportcli.query.parser import parse_query
from reportcli.render import formats
from reportcli.render.formats import ANY, FORMATS, PICTURES, formats_for
from reportcli.report.fields import Model, Note, Report
from reportcli.report.parse import parse_report
from reportcli.report.toml import to_toml
from samples import COMPARISON, DETAILS, POOR, RICH, SEARCH, listing, text

CHOSEN = ("id", "kl", "rl", "techniques", "title", "summary", "models.parameters", "sources", "sparsity", "number")
NOTHING = Listing((), parse_columns(("id", "name")))
POOR_THEN_RICH = [ReportMatch(POOR), ReportMatch(RICH)]

RICH_JSON = """\
{
  "id": "rich",
  "number": 7,
  "name": "Rich",
  "title": "A \\"quoted\\" title,\\twith a tab\\nand a line",
  "aliases": [
    "Ritch",
    "Reich"
  ],
  "organizations": [
    "Ai2",
    "Über, Inc."
  ],
  "authors": [],
  "date": "2025-06-18",
  "first_published": "2025-06-01",
  "arxiv_version": null,
  "arxiv_class": null,
  "summary": "Red \\u001b[31malarm\\u001b[0m, \\u202eevil, 深度.",
  "tags": [
    "moe",
    "math"
  ],
  "license": "MIT",
  "flagship": "Rich-8B",
  "based_on": [],
  "follows": [],
  "techniques": [
    "grpo"
  ],
  "corrections": [],
  "undisclosed": [],
  "links": {
    "arxiv": "2506.00001",
    "pdf": null,
    "huggingface": [],
    "code": [
      "https://example.org/a",
      "https://example.org/b"
    ],
    "page": []
  },
  "models": [
    {
      "name": "Rich-8B",
      "type": null,
      "parameters": 8000000000,
      "active_parameters": 2000000000,
      "tokens": null,
      "context_length": 131072,
      "based_on": [],
      "reinforcement_learning": null,
      "layers": null,
      "hidden_size": null,
      "heads": null,
      "kv_heads": null,
      "head_dimension": null,
      "experts_total": null,
      "experts_active": null,
      "attention_layers": []
    },
    {
      "name": "Rich-1B",
      "type": "dense",
      "parameters": null,
      "active_parameters": null,
      "tokens": null,
      "context_length": null,
      "based_on": [],
      "reinforcement_learning": null,
      "layers": null,
      "hidden_size": null,
      "heads": null,
      "kv_heads": null,
      "head_dimension": null,
      "experts_total": null,
      "experts_active": null,
      "attention_layers": []
    }
  ],
  "architecture": {
    "type": "moe",
    "description": null,
    "attention": [],
    "position": null,
    "normalization": null,
    "activation": null,
    "experts_total": null,
    "experts_active": null,
    "experts_shared": null,
    "layers": 0,
    "hidden_size": null,
    "vocabulary": null,
    "vision_encoder": null,
    "audio_encoder": null,
    "feed_forward_size": null,
    "expert_size": null,
    "rope_base": null,
    "heads": null,
    "kv_heads": null,
    "head_dimension": null,
    "attention_layers": []
  },
  "pretraining": {
    "tokens": 16000000000000,
    "stages": [],
    "context_length": null,
    "optimizer": null,
    "hardware": null,
    "gpu_hours": null,
    "batch_tokens": null,
    "learning_rate": null,
    "schedule": null,
    "precision": null,
    "training_flops": null
  },
  "posttraining": {
    "stages": [],
    "sft_examples": null,
    "preference_method": null,
    "rl_algorithm": null,
    "rl_family": [
      "grpo",
      "other"
    ],
    "kl_penalty": false,
    "rewards": [],
    "teachers": [],
    "rl_framework": null,
    "sft_learning_rate": null,
    "sft_epochs": null,
    "preference_pairs": null,
    "rl": []
  },
  "notes": [
    {
      "topic": "rl",
      "text": "No KL term.",
      "detail": [
        "Not at all."
      ],
      "origin": "report"
    }
  ],
  "sources": {
    "title": "page\\t1"
  },
  "confidence": {},
  "derived": {
    "model": "Rich-8B",
    "parameters": 8000000000,
    "active_parameters": 2000000000,
    "context_length": 131072,
    "sparsity": 0.25,
    "tokens_per_parameter": 2000.0,
    "tokens_per_active_parameter": 8000.0,
    "training_flops": 1.92e+23,
    "kv_cache": null,
    "kv_cache_128k": null,
    "reinforcement_learning": null
  }
}"""

RICH_LINE = (
    '{"id": "rich", "number": 7, "name": "Rich", "title": "A \\"quoted\\" title,\\twith a tab\\nand a line", '
    '"aliases": ["Ritch", "Reich"], "organizations": ["Ai2", "Über, Inc."], "authors": [], "date": '
    '"2025-06-18", "first_published": "2025-06-01", "arxiv_version": null, "arxiv_class": null, '
    '"summary": "Red \\u001b[31malarm\\u001b[0m, \\u202eevil, 深度.", "tags": ["moe", "math"], "license": "MIT", '
    '"flagship": "Rich-8B", "based_on": [], "follows": [], "techniques": ["grpo"], "corrections": [], "undisclosed": '
    '[], "links": {"arxiv": "2506.00001", "pdf": null, "huggingface": [], "code": '
    '["https://example.org/a", "https://example.org/b"], "page": []}, "models": [{"name": "Rich-8B", '
    '"type": null, "parameters": 8000000000, "active_parameters": 2000000000, "tokens": null, '
    '"context_length": 131072, "based_on": [], "reinforcement_learning": null, "layers": null, '
    '"hidden_size": null, "heads": null, '
    '"kv_heads": null, "head_dimension": null, "experts_total": null, "experts_active": null, '
    '"attention_layers": []}, {"name": "Rich-1B", "type": "dense", "parameters": null, '
    '"active_parameters": null, "tokens": null, "context_length": null, "based_on": [], '
    '"reinforcement_learning": null, "layers": null, '
    '"hidden_size": null, "heads": null, "kv_heads": null, "head_dimension": null, "experts_total": null, '
    '"experts_active": null, "attention_layers": []}], "architecture": {"type": "moe", "description": '
    'null, "attention": [], "position": null, "normalization": null, "activation": null, "experts_total": '
    'null, "experts_active": null, "experts_shared": null, "layers": 0, "hidden_size": null, '
    '"vocabulary": null, "vision_encoder": null, "audio_encoder": null, "feed_forward_size": null, '
    '"expert_size": null, "rope_base": null, "heads": null, "kv_heads": null, "head_dimension": null, '
    '"attention_layers": []}, "pretraining": {"tokens": 16000000000000, "stages": [], "context_length": '
    'null, "optimizer": null, "hardware": null, "gpu_hours": null, "batch_tokens": null, "learning_rate": '
    'null, "schedule": null, "precision": null, "training_flops": null}, "posttraining": {"stages": [], '
    '"sft_examples": null, "preference_method": null, "rl_algorithm": null, "rl_family": ["grpo", '
    '"other"], "kl_penalty": false, "rewards": [], "teachers": [], "rl_framework": null, '
    '"sft_learning_rate": null, "sft_epochs": null, "preference_pairs": null, "rl": []}, "notes": '
    '[{"topic": "rl", "text": "No KL term.", "detail": ["Not at all."], "origin": "report"}], "sources": '
    '{"title": "page\\t1"}, "confidence": {}, "derived": {"model": "Rich-8B", "parameters": 8000000000, '
    '"active_parameters": 2000000000, "context_length": 131072, "sparsity": 0.25, "tokens_per_parameter": '
    '2000.0, "tokens_per_active_parameter": 8000.0, "training_flops": 1.92e+23, "kv_cache": null, '
    '"kv_cache_128k": null, "reinforcement_learning": null}}'
)

POOR_LINE = (
    '{"id": "poor", "number": null, "name": "Poor", "title": "Little is known", "aliases": [], '
    '"organizations": ["Nobody"], "authors": [], "date": "2024-12-01", "first_published": null, '
    '"arxiv_version": null, "arxiv_class": null, "summary": "Nothing.", "tags": [], "license": null, "flagship": null, '
    '"based_on": [], "follows": [], "techniques": [], "corrections": [], "undisclosed": [], "links": '
    '{"arxiv": null, "pdf": null, "huggingface": [], "code": [], "page": []}, "models": [], '
    '"architecture": {"type": null, "description": null, "attention": [], "position": null, '
    '"normalization": null, "activation": null, "experts_total": null, "experts_active": null, '
    '"experts_shared": null, "layers": null, "hidden_size": null, "vocabulary": null, "vision_encoder": '
    'null, "audio_encoder": null, "feed_forward_size": null, "expert_size": null, "rope_base": null, '
    '"heads": null, "kv_heads": null, "head_dimension": null, "attention_layers": []}, "pretraining": '
    '{"tokens": null, "stages": [], "context_length": null, "optimizer": null, "hardware": null, '
    '"gpu_hours": null, "batch_tokens": null, "learning_rate": null, "schedule": null, "precision": null, '
    '"training_flops": null}, "posttraining": {"stages": [], "sft_examples": null, "preference_method": '
    'null, "rl_algorithm": null, "rl_family": [], "kl_penalty": null, "rewards": [], "teachers": [], '
    '"rl_framework": null, "sft_learning_rate": null, "sft_epochs": null, "preference_pairs": null, "rl": '
    '[]}, "notes": [], "sources": {}, "confidence": {}, "derived": {"model": null, "parameters": null, '
    '"active_parameters": null, "context_length": null, "sparsity": null, "tokens_per_parameter": null, '
    '"tokens_per_active_parameter": null, "training_flops": null, "kv_cache": null, "kv_cache_128k": '
    'null, "reinforcement_learning": null}}'
)
POOR_JSON = json.dumps(json.loads(POOR_LINE), indent=2)

DETAILS_TSV = """\
rich\tnumber\t7
rich\tname\tRich
rich\ttitle\tA "quoted" title, with a tab and a line
rich\taliases\tRitch, Reich
rich\torganizations\tAi2, Über, Inc.
rich\tdate\t2025-06-18
rich\tfirst_published\t2025-06-01
rich\tsummary\tRed \\x1b[31malarm\\x1b[0m, \\x202eevil, 深度.
rich\ttags\tmoe, math
rich\tlicense\tMIT
rich\tflagship\tRich-8B
rich\ttechniques\tgrpo
rich\tlinks.arxiv\t2506.00001
rich\tlinks.code\thttps://example.org/a, https://example.org/b
rich\tmodels[0].name\tRich-8B
rich\tmodels[0].parameters\t8000000000
rich\tmodels[0].active_parameters\t2000000000
rich\tmodels[0].context_length\t131072
rich\tmodels[1].name\tRich-1B
rich\tmodels[1].type\tdense
rich\tarchitecture.type\tmoe
rich\tarchitecture.layers\t0
rich\tpretraining.tokens\t16000000000000
rich\tposttraining.rl_family\tgrpo, other
rich\tposttraining.kl_penalty\tno
rich\tnotes[0].topic\trl
rich\tnotes[0].text\tNo KL term.
rich\tnotes[0].detail\tNot at all.
rich\tnotes[0].origin\treport
rich\tsources.title\tpage 1
rich\tderived.model\tRich-8B
rich\tderived.parameters\t8000000000
rich\tderived.active_parameters\t2000000000
rich\tderived.context_length\t131072
rich\tderived.sparsity\t0.25
rich\tderived.tokens_per_parameter\t2000.0
rich\tderived.tokens_per_active_parameter\t8000.0
rich\tderived.training_flops\t1.92e+23
poor\tname\tPoor
poor\ttitle\tLittle is known
poor\torganizations\tNobody
poor\tdate\t2024-12-01
poor\tsummary\tNothing.
"""

COMPARISON_TSV = """\
field\trich\tRich-1B\tpoor
derived.parameters\t8000000000\t\t
derived.active_parameters\t2000000000\t\t
pretraining.tokens\t16000000000000\t\t
derived.context_length\t131072\t\t
posttraining.rl_family\tgrpo, other\tgrpo, other\t
posttraining.kl_penalty\tno\tno\t
derived.sparsity\t0.25\t\t
architecture.type\tmoe\tdense\t
architecture.layers\t0\t\t
derived.tokens_per_parameter\t2000.0\t\t
derived.tokens_per_active_parameter\t8000.0\t\t
derived.training_flops\t1.92e+23\t\t
techniques\tgrpo\tgrpo\t
organizations\tAi2, Über, Inc.\tAi2, Über, Inc.\tNobody
date\t2025-06-18\t2025-06-18\t2024-12-01
first_published\t2025-06-01\t2025-06-01\t
license\tMIT\tMIT\t
tags\tmoe, math\tmoe, math\t
"""

COMPARISON_JSON = """\
[
{
  "field": "date",
  "values": {
    "poor": "2024-12-01",
    "rich": "2025-06-18"
  },
  "differs": true
},
{
  "field": "posttraining.rl_family",
  "values": {
    "poor": [],
    "rich": [
      "grpo",
      "other"
    ]
  },
  "differs": null
}
]
"""

COMPARISON_LINES = """\
{"field": "derived.parameters", "values": {"rich": 8000000000, "Rich-1B": null, "poor": null}, "differs": null}
"""

MATCHES_JSON = """\
,
  "score": 0.333333,
  "matches": [
    {
      "field": "notes.text",
      "text": "No KL term.",
      "words": [
        "kl",
        "term"
      ],
      "weight": 3.0,
      "values": [],
      "condition": "\\"kl term\\""
    },
    {
      "field": "posttraining.kl_penalty",
      "text": "no",
      "words": [],
      "weight": 0.0,
      "values": [
        false
      ],
      "condition": "kl_penalty:no"
    }
  ]
}
]
"""


# The whole text.


def test_a_listing_as_tsv_and_csv() -> None:
    tsv = "rich\tRich\t2025-06-18\tAi2, Über, Inc.\t8000000000\t16000000000000\npoor\tPoor\t2024-12-01\tNobody\t\t\n"
    csv = 'rich,Rich,2025-06-18,"Ai2, Über, Inc.",8000000000,16000000000000\r\npoor,Poor,2024-12-01,Nobody,,\r\n'
    names = ("id", "name", "date", "organizations", "parameters", "tokens")
    assert text(listing(), "tsv") == text(listing(), "tsv", False) == tsv
    assert text(listing(), "tsv", True) == "\t".join(names) + "\n" + tsv
    assert text(listing(), "csv") == text(listing(), "csv", True) == ",".join(names) + "\r\n" + csv
    assert text(listing(), "csv", False) == csv


def test_csv_for_excel_has_a_mark_first_and_guards_what_begins_like_a_formula() -> None:
    cells = ("=1+1", "+1", "-1", "@a", "a=b", "'=1")
    answer = Table(("=h", "number"), tuple({"=h": cell, "number": -1} for cell in cells))
    plain, guarded = (
        list(csv.reader(io.StringIO("".join(formats.write(answer, "csv", excel=excel))))) for excel in (False, True)
    )
    assert plain == [["=h", "number"], *([cell, "-1"] for cell in cells)]
    assert guarded == [["'=h", "number"], *([cell, "-1"] for cell in ("'=1+1", "'+1", "'-1", "'@a", "a=b", "'=1"))]
    assert "".join(formats.write(listing(), "csv", bom=True)) == "\ufeff" + text(listing(), "csv")


def test_each_kind_of_value_stands_on_one_line() -> None:
    assert text(listing(*CHOSEN), "tsv", True) == (
        "id\tkl_penalty\trl_family\ttechniques\ttitle\tsummary\tmodels.parameters\tsources\tsparsity\tnumber\n"
        'rich\tno\tgrpo, other\tgrpo\tA "quoted" title, with a tab and a line\t'
        "Red \\x1b[31malarm\\x1b[0m, \\x202eevil, 深度.\t8000000000\ttitle: page 1\t0.25\t7\n"
        "poor\t\t\t\tLittle is known\tNothing.\t\t\t\t\n"
    )
    assert text(listing(*CHOSEN), "csv") == (
        "id,kl_penalty,rl_family,techniques,title,summary,models.parameters,sources,sparsity,number\r\n"
        'rich,no,"grpo, other",grpo,"A ""quoted"" title, with a tab and a line",'
        '"Red \\x1b[31malarm\\x1b[0m, \\x202eevil, 深度.",8000000000,title: page 1,0.25,7\r\n'
        "poor,,,,Little is known,Nothing.,,,,\r\n"
    )


@pytest.mark.parametrize("answer", [listing(), listing("id"), DETAILS], ids=["listing", "chosen columns", "details"])
def test_whole_reports_as_json_jsonl_and_names(answer: Answer) -> None:
    assert text(answer, "json") == f"[\n{RICH_JSON},\n{POOR_JSON}\n]\n"
    assert text(answer, "jsonl") == f"{RICH_LINE}\n{POOR_LINE}\n"
    assert text(answer, "names") == "rich\npoor\n"


def test_a_search_adds_score_and_matches() -> None:
    assert text(SEARCH, "tsv") == text(SEARCH, "names") == "rich\n"
    assert text(SEARCH, "json") == "[\n" + RICH_JSON.removesuffix("\n}") + MATCHES_JSON
    assert text(SEARCH, "jsonl") == RICH_LINE.removesuffix("}") + (
        ', "score": 0.333333, "matches": [{"field": "notes.text", "text": "No KL term.", "words": ["kl", "term"], '
        '"weight": 3.0, "values": [], "condition": "\\"kl term\\""}, {"field": "posttraining.kl_penalty", '
        '"text": "no", "words": [], "weight": 0.0, "values": [false], "condition": "kl_penalty:no"}]}\n'
    )


def test_details_as_tsv_and_csv() -> None:
    assert text(DETAILS, "tsv") == DETAILS_TSV
    assert text(DETAILS, "tsv", True) == "id\tfield\tvalue\n" + DETAILS_TSV
    assert text(DETAILS._replace(sources=False), "tsv") == DETAILS_TSV.replace("rich\tsources.title\tpage 1\n", "")
    rows = list(csv.reader(io.StringIO(text(DETAILS, "csv"))))
    assert rows == [["id", "field", "value"], *(line.split("\t") for line in DETAILS_TSV.splitlines())]


def test_the_notes_under_one_topic_as_tsv() -> None:
    notes = ReportDetails((ReportMatch(RICH, RICH.models[1]), ReportMatch(POOR)), topics=("rl",))
    assert text(notes, "tsv") == (
        "rich\tnotes[0].topic\trl\nrich\tnotes[0].text\tNo KL term.\n"
        "rich\tnotes[0].detail\tNot at all.\nrich\tnotes[0].origin\treport\n"
    )


def test_a_comparison_in_every_format() -> None:
    assert text(COMPARISON, "tsv", True) == COMPARISON_TSV
    assert text(COMPARISON, "tsv") == COMPARISON_TSV.partition("\n")[2]
    assert text(COMPARISON, "csv").splitlines()[0] == "field,rich,Rich-1B,poor"
    assert 'organizations,"Ai2, Über, Inc.","Ai2, Über, Inc.",Nobody' in text(COMPARISON, "csv").splitlines()
    rows = list(csv.reader(io.StringIO(text(COMPARISON, "csv"))))
    assert rows == [line.split("\t") for line in COMPARISON_TSV.splitlines()]
    fields = parse_columns(["date", "rl"])
    assert text(compare_reports(POOR_THEN_RICH, fields), "json") == COMPARISON_JSON
    assert text(COMPARISON, "jsonl").startswith(COMPARISON_LINES)
    assert list(map(json.loads, text(COMPARISON, "jsonl").splitlines())) == list(COMPARISON.records())
    assert text(compare_reports(POOR_THEN_RICH), "names") == "poor\nrich\n"


def test_nothing_found_is_still_well_formed() -> None:
    assert [text(NOTHING, name) for name in ("tsv", "csv", "json", "jsonl", "names", "toml")] == [
        "", "id,name\r\n", "[]\n", "", "", "",
    ]  # fmt: skip
    assert (text(NOTHING, "tsv", True), text(NOTHING, "csv", False)) == ("id\tname\n", "")


def test_a_single_record_is_no_array() -> None:
    info = Info({"version": "2", "catalogue": [{"folder": "/a"}], "hidden": []})
    assert json.loads(text(info, "json")) == info.facts
    assert text(info, "tsv") == "version\t2\ncatalogue[0].folder\t/a\n"


# TOML.

POOR_TOML = """\
name = "Poor"
title = "Little is known"
organizations = [
    "Nobody",
]
date = 2024-12-01
summary = "Nothing."
"""


def test_toml_of_one_report_is_an_entry() -> None:
    assert text(ReportDetails((ReportMatch(POOR),)), "toml") == POOR_TOML
    written = text(ReportDetails((ReportMatch(RICH),), sources=True), "toml")
    assert parse_report("rich", tomllib.loads(written)) == (RICH, [])


def test_toml_of_a_shipped_report_parses_back_to_it() -> None:
    reports = shipped_reports()
    for report in reports.values():
        assert text(ReportDetails((ReportMatch(report),)), "toml") == to_toml(report)
    together = tomllib.loads(text(Listing(hits(*reports.values()), ()), "toml"))
    assert {report_id: parse_report(report_id, table)[0] for report_id, table in together.items()} == reports


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_survives_toml(title: str) -> None:
    report = dataclasses.replace(POOR, title=title)
    written = text(ReportDetails((ReportMatch(report),)), "toml")
    assert parse_report("poor", tomllib.loads(written)) == (report, [])


def test_toml_of_a_listing_has_each_report_under_its_id() -> None:
    assert text(Listing(hits(POOR), ()), "toml") == f'["poor"]\n{POOR_TOML}'
    assert set(tomllib.loads(text(listing(), "toml"))) == {"rich", "poor"}
    assert set(tomllib.loads(text(DETAILS, "toml"))) == {"rich", "poor"}
    assert text(SEARCH, "toml") == text(Listing(hits(RICH), ()), "toml")
    for report_id in ('a"b', "a\\b", "a, b}", "深度 [1]"):
        odd = Listing(hits(dataclasses.replace(POOR, id=report_id)), ())
        assert list(tomllib.loads(text(odd, "toml"))) == [report_id]


# The findings of a check.

CHECK = CheckReport(
    (
        Finding("catalog/x.toml", 12, None, "pretraining.tokens", 'expected a whole number, got "36T"', "problem"),
        Finding("catalog/y,z:1.toml", 3, 7, "", "Invalid value: 100%\nno", "problem"),
        Finding("catalog/y,z:1.toml", None, None, "", "not a regular file", "problem"),
        Finding("catalog/x.toml", 4, None, "based_on[0]", "nearly", "remark"),
    ),
    ("2 entries, 3 problems, 1 remark",),
)


def test_findings_as_text() -> None:
    assert (
        text(CHECK, "text")
        == """\
catalog/x.toml:12: pretraining.tokens: expected a whole number, got "36T"
catalog/y,z:1.toml:3:7: Invalid value: 100% no
catalog/y,z:1.toml: not a regular file
catalog/x.toml:4: remark: based_on[0]: nearly
"""
    )


def test_findings_as_commands_for_github() -> None:
    assert (
        text(CHECK, "github")
        == """\
::error file=catalog/x.toml,line=12::pretraining.tokens: expected a whole number, got "36T"
::error file=catalog/y%2Cz%3A1.toml,line=3,col=7::Invalid value: 100%25 no
::error file=catalog/y%2Cz%3A1.toml::not a regular file
::warning file=catalog/x.toml,line=4::based_on[0]: nearly
"""
    )


def test_findings_as_jsonl() -> None:
    assert (
        text(CHECK._replace(findings=CHECK.findings[1::2]), "jsonl")
        == """\
{"file": "catalog/y,z:1.toml", "line": 3, "column": 7, "key": "", "problem": "Invalid value: 100%\\nno", \
"severity": "problem"}
{"file": "catalog/x.toml", "line": 4, "column": null, "key": "based_on[0]", "problem": "nearly", "severity": "remark"}
"""
    )


def test_findings_as_tsv_and_names() -> None:
    lines = text(CHECK, "tsv", True).splitlines()
    assert lines[:2] == [
        "file\tline\tcolumn\tkey\tproblem\tseverity",
        'catalog/x.toml\t12\t\tpretraining.tokens\texpected a whole number, got "36T"\tproblem',
    ]
    assert text(CHECK, "names") == "catalog/x.toml\ncatalog/y,z:1.toml\n"


# What a program may rely on.


def test_the_keys_of_json_are_those_of_the_files() -> None:
    keys = [declared.name for declared in dataclasses.fields(Report)]
    assert list(json.loads(text(listing(), "json"))[0]) == [*keys, "derived"]


HOSTILE = "".join(map(chr, range(0x20))) + "\x7f\x85\x9b\u200b\u200e\u202e\u2028\u2029\u2066\ufeff\U000e0001 end"


def hostile_answers() -> Iterator[Answer]:
    report = dataclasses.replace(
        RICH,
        name=HOSTILE,
        title=HOSTILE,
        organizations=(HOSTILE, HOSTILE),
        license=HOSTILE,
        techniques=(HOSTILE,),
        flagship=None,
        models=(Model(name=HOSTILE + " 7B", parameters=1),),
        notes=(Note(topic=HOSTILE, text=HOSTILE, detail=(HOSTILE,)),),
        sources={HOSTILE: HOSTILE},
    )
    yield Listing(
        hits(report, score=1 / 3), parse_columns(("id", "name", "org", "license", "title", "sources", "note"))
    )
    yield Listing(hits(report, score=1 / 3), parse_columns(("id",)), query=parse_query("end"))
    yield ReportDetails((ReportMatch(report),), sources=True)
    yield compare_reports([ReportMatch(report, report.models[0]), ReportMatch(POOR)])
    yield CheckReport((Finding(HOSTILE, 1, None, HOSTILE, HOSTILE, "problem"),))


def test_nothing_that_a_terminal_obeys_is_printed() -> None:
    for answer in hostile_answers():
        for name in formats_for(type(answer).__name__):
            if name not in PICTURES:
                written = text(answer, name, True).replace("\r\n", "\n")
                assert written.endswith("\n")
                assert {char for char in written if not char.isprintable()} <= {"\n", "\t"}


def test_hostile_text_makes_no_further_cells_or_lines() -> None:
    answers = list(hostile_answers())
    for answer in answers:
        lines = text(answer, "tsv", True).removesuffix("\n").split("\n")
        assert len(lines) == 1 + len(list(answer.rows()))
        assert {line.count("\t") for line in lines} == {len(answer.header) - 1}
    assert [json.loads(line)["id"] for line in text(answers[0], "jsonl").splitlines()] == ["rich"]


def test_json_gives_back_hostile_text_unchanged() -> None:
    listing, _, _, comparison, _ = hostile_answers()
    [record] = json.loads(text(listing, "json"))
    assert (record["title"], record["sources"]) == (HOSTILE, {HOSTILE: HOSTILE})
    assert list(json.loads(text(comparison, "json"))[0]["values"]) == [HOSTILE + " 7B", "poor"]


def test_a_format_comes_in_pieces_so_that_long_answers_need_little_memory() -> None:
    for name in formats_for("Listing"):
        is_whole = name in (*PICTURES, "latex")  # whose widths are those of all rows
        assert is_whole or len(list(formats.write(listing(), name))) > 1


def test_a_format_names_only_answers_that_there_are() -> None:
    answers = {
        name
        for path in (ROOT / "src/reportcli/answer").glob("*.py")
        for name in vars(import_module(f"reportcli.answer.{path.stem}"))
    }
    for entry in FORMATS.values():
        assert entry.renderers.keys() <= {ANY, *answers}
