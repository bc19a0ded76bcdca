"""Machine formats: what a release prints the next prints too, so the whole text of a few answers stands here."""

import csv
import dataclasses
import datetime
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from makers import hits
from reportcli.answer import Answer
from reportcli.answer.check import CheckReport, Finding
from reportcli.answer.comparison import Comparison, compare_reports
from reportcli.answer.details import ReportDetails
from reportcli.answer.listing import Listing, parse_columns
from reportcli.query.names import ReportMatch
from reportcli.query.parser import parse_query
from reportcli.render import formats
from reportcli.render.formats import PICTURES, formats_for
from reportcli.report.fields import Architecture, Links, Model, Note, Posttraining, Pretraining, Report

RICH = Report(
    id="rich",
    number=7,
    name="Rich",
    title='A "quoted" title,\twith a tab\nand a line',
    aliases=("Ritch", "Reich"),
    organizations=("Ai2", "Über, Inc."),
    date=datetime.date(2025, 6, 18),
    first_published=datetime.date(2025, 6, 1),
    summary="Red \x1b[31malarm\x1b[0m, \u202eevil, 深度.",
    tags=("moe", "math"),
    license="MIT",
    flagship="Rich-8B",
    techniques=("grpo",),
    links=Links(arxiv="2506.00001", code=("https://example.org/a", "https://example.org/b")),
    models=(
        Model(name="Rich-8B", parameters=8_000_000_000, active_parameters=2_000_000_000, context_length=131_072),
        Model(name="Rich-1B", type="dense"),
    ),
    architecture=Architecture(type="moe", layers=0),
    pretraining=Pretraining(tokens=16_000_000_000_000),
    posttraining=Posttraining(rl_family=("grpo", "other"), kl_penalty=False),
    notes=(Note(topic="rl", text="No KL term.", detail=("Not at all.",)),),
    sources={"title": "page\t1"},
)
POOR = Report(
    id="poor",
    name="Poor",
    title="Little is known",
    organizations=("Nobody",),
    date=datetime.date(2024, 12, 1),
    summary="Nothing.",
    tags=(),
)
CHOSEN = ("id", "kl", "rl", "techniques", "title", "summary", "models.parameters", "sources", "sparsity", "number")


def listing(*names: str) -> Listing:
    return Listing(
        hits(RICH, POOR, score=1 / 3),
        parse_columns(names or ("id", "name", "date", "organizations", "params", "tokens")),
    )


SEARCH = Listing(hits(RICH, score=1 / 3), parse_columns(("id",)), query=parse_query('"kl term" kl:no'))
SHEETS = ReportDetails((ReportMatch(RICH), ReportMatch(POOR)), sources=True)
NOTES = ReportDetails((ReportMatch(RICH, RICH.models[1]), ReportMatch(POOR)), topic="rl")
COMPARISON: Comparison = compare_reports([ReportMatch(RICH), ReportMatch(RICH, RICH.models[1]), ReportMatch(POOR)])
NOTHING = Listing((), parse_columns(("id", "name")))


def text(answer: Answer, format: str, header: bool | None = None) -> str:
    return "".join(formats.write(answer, format, header))


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
  "date": "2025-06-18",
  "first_published": "2025-06-01",
  "arxiv_version": null,
  "summary": "Red \\u001b[31malarm\\u001b[0m, \\u202eevil, 深度.",
  "tags": [
    "moe",
    "math"
  ],
  "license": "MIT",
  "flagship": "Rich-8B",
  "based_on": [],
  "techniques": [
    "grpo"
  ],
  "corrections": [],
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
      "context_length": 131072
    },
    {
      "name": "Rich-1B",
      "type": "dense",
      "parameters": null,
      "active_parameters": null,
      "tokens": null,
      "context_length": null
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
    "audio_encoder": null
  },
  "pretraining": {
    "tokens": 16000000000000,
    "stages": [],
    "context_length": null,
    "optimizer": null,
    "hardware": null,
    "gpu_hours": null
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
    "rl_framework": null
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
    "training_flops": 1.92e+23
  }
}"""

POOR_JSON = """\
{
  "id": "poor",
  "number": null,
  "name": "Poor",
  "title": "Little is known",
  "aliases": [],
  "organizations": [
    "Nobody"
  ],
  "date": "2024-12-01",
  "first_published": null,
  "arxiv_version": null,
  "summary": "Nothing.",
  "tags": [],
  "license": null,
  "flagship": null,
  "based_on": [],
  "techniques": [],
  "corrections": [],
  "links": {
    "arxiv": null,
    "pdf": null,
    "huggingface": [],
    "code": [],
    "page": []
  },
  "models": [],
  "architecture": {
    "type": null,
    "description": null,
    "attention": [],
    "position": null,
    "normalization": null,
    "activation": null,
    "experts_total": null,
    "experts_active": null,
    "experts_shared": null,
    "layers": null,
    "hidden_size": null,
    "vocabulary": null,
    "vision_encoder": null,
    "audio_encoder": null
  },
  "pretraining": {
    "tokens": null,
    "stages": [],
    "context_length": null,
    "optimizer": null,
    "hardware": null,
    "gpu_hours": null
  },
  "posttraining": {
    "stages": [],
    "sft_examples": null,
    "preference_method": null,
    "rl_algorithm": null,
    "rl_family": [],
    "kl_penalty": null,
    "rewards": [],
    "teachers": [],
    "rl_framework": null
  },
  "notes": [],
  "sources": {},
  "confidence": {},
  "derived": {
    "model": null,
    "parameters": null,
    "active_parameters": null,
    "context_length": null,
    "sparsity": null,
    "tokens_per_parameter": null,
    "tokens_per_active_parameter": null,
    "training_flops": null
  }
}"""

RICH_LINE = (
    '{"id": "rich", "number": 7, "name": "Rich", "title": "A \\"quoted\\" title,\\twith a tab\\nand a line", '
    '"aliases": ["Ritch", "Reich"], "organizations": ["Ai2", "Über, Inc."], "date": "2025-06-18", '
    '"first_published": "2025-06-01", "arxiv_version": null, "summary": "Red \\u001b[31malarm\\u001b[0m, '
    '\\u202eevil, 深度.", "tags": ["moe", "math"], "license": "MIT", "flagship": "Rich-8B", "based_on": [], '
    '"techniques": ["grpo"], "corrections": [], "links": {"arxiv": "2506.00001", "pdf": null, '
    '"huggingface": [], "code": ["https://example.org/a", "https://example.org/b"], "page": []}, '
    '"models": [{"name": "Rich-8B", "type": null, "parameters": 8000000000, '
    '"active_parameters": 2000000000, "tokens": null, "context_length": 131072}, {"name": "Rich-1B", '
    '"type": "dense", "parameters": null, "active_parameters": null, "tokens": null, '
    '"context_length": null}], "architecture": {"type": "moe", "description": null, "attention": [], '
    '"position": null, "normalization": null, "activation": null, "experts_total": null, '
    '"experts_active": null, "experts_shared": null, "layers": 0, "hidden_size": null, '
    '"vocabulary": null, "vision_encoder": null, "audio_encoder": null}, '
    '"pretraining": {"tokens": 16000000000000, "stages": [], "context_length": null, "optimizer": null, '
    '"hardware": null, "gpu_hours": null}, "posttraining": {"stages": [], "sft_examples": null, '
    '"preference_method": null, "rl_algorithm": null, "rl_family": ["grpo", "other"], '
    '"kl_penalty": false, "rewards": [], "teachers": [], "rl_framework": null}, '
    '"notes": [{"topic": "rl", "text": "No KL term.", "detail": ["Not at all."], "origin": "report"}], '
    '"sources": {"title": "page\\t1"}, "confidence": {}, "derived": {"model": "Rich-8B", '
    '"parameters": 8000000000, "active_parameters": 2000000000, "context_length": 131072, '
    '"sparsity": 0.25, "tokens_per_parameter": 2000.0, "tokens_per_active_parameter": 8000.0, '
    '"training_flops": 1.92e+23}}'
)

POOR_LINE = (
    '{"id": "poor", "number": null, "name": "Poor", "title": "Little is known", "aliases": [], '
    '"organizations": ["Nobody"], "date": "2024-12-01", "first_published": null, "arxiv_version": null, '
    '"summary": "Nothing.", "tags": [], "license": null, "flagship": null, "based_on": [], '
    '"techniques": [], "corrections": [], "links": {"arxiv": null, "pdf": null, "huggingface": [], '
    '"code": [], "page": []}, "models": [], "architecture": {"type": null, "description": null, '
    '"attention": [], "position": null, "normalization": null, "activation": null, '
    '"experts_total": null, "experts_active": null, "experts_shared": null, "layers": null, '
    '"hidden_size": null, "vocabulary": null, "vision_encoder": null, "audio_encoder": null}, '
    '"pretraining": {"tokens": null, "stages": [], "context_length": null, "optimizer": null, '
    '"hardware": null, "gpu_hours": null}, "posttraining": {"stages": [], "sft_examples": null, '
    '"preference_method": null, "rl_algorithm": null, "rl_family": [], "kl_penalty": null, '
    '"rewards": [], "teachers": [], "rl_framework": null}, "notes": [], "sources": {}, "confidence": {}, '
    '"derived": {"model": null, "parameters": null, "active_parameters": null, "context_length": null, '
    '"sparsity": null, "tokens_per_parameter": null, "tokens_per_active_parameter": null, '
    '"training_flops": null}}'
)

SHEETS_TSV = """\
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
organizations\tAi2, Über, Inc.\tAi2, Über, Inc.\tNobody
date\t2025-06-18\t2025-06-18\t2024-12-01
first_published\t2025-06-01\t2025-06-01\t
tags\tmoe, math\tmoe, math\t
license\tMIT\tMIT\t
derived.parameters\t8000000000\t\t
derived.active_parameters\t2000000000\t\t
derived.context_length\t131072\t\t
derived.sparsity\t0.25\t\t
architecture.type\tmoe\tdense\t
architecture.layers\t0\t\t
pretraining.tokens\t16000000000000\t\t
derived.tokens_per_parameter\t2000.0\t\t
derived.tokens_per_active_parameter\t8000.0\t\t
derived.training_flops\t1.92e+23\t\t
posttraining.rl_family\tgrpo, other\tgrpo, other\t
posttraining.kl_penalty\tno\tno\t
techniques\tgrpo\tgrpo\t
"""

COMPARISON_CSV = """\
field,rich,Rich-1B,poor
organizations,"Ai2, Über, Inc.","Ai2, Über, Inc.",Nobody
date,2025-06-18,2025-06-18,2024-12-01
first_published,2025-06-01,2025-06-01,
tags,"moe, math","moe, math",
license,MIT,MIT,
derived.parameters,8000000000,,
derived.active_parameters,2000000000,,
derived.context_length,131072,,
derived.sparsity,0.25,,
architecture.type,moe,dense,
architecture.layers,0,,
pretraining.tokens,16000000000000,,
derived.tokens_per_parameter,2000.0,,
derived.tokens_per_active_parameter,8000.0,,
derived.training_flops,1.92e+23,,
posttraining.rl_family,"grpo, other","grpo, other",
posttraining.kl_penalty,no,no,
techniques,grpo,grpo,
"""

TWO_JSON = """\
[
{
  "field": "organizations",
  "values": {
    "poor": [
      "Nobody"
    ],
    "rich": [
      "Ai2",
      "Über, Inc."
    ]
  },
  "differs": true
},
{
  "field": "date",
  "values": {
    "poor": "2024-12-01",
    "rich": "2025-06-18"
  },
  "differs": true
},
{
  "field": "first_published",
  "values": {
    "poor": null,
    "rich": "2025-06-01"
  },
  "differs": null
},
{
  "field": "tags",
  "values": {
    "poor": [],
    "rich": [
      "moe",
      "math"
    ]
  },
  "differs": null
},
{
  "field": "license",
  "values": {
    "poor": null,
    "rich": "MIT"
  },
  "differs": null
},
{
  "field": "derived.parameters",
  "values": {
    "poor": null,
    "rich": 8000000000
  },
  "differs": null
},
{
  "field": "derived.active_parameters",
  "values": {
    "poor": null,
    "rich": 2000000000
  },
  "differs": null
},
{
  "field": "derived.context_length",
  "values": {
    "poor": null,
    "rich": 131072
  },
  "differs": null
},
{
  "field": "derived.sparsity",
  "values": {
    "poor": null,
    "rich": 0.25
  },
  "differs": null
},
{
  "field": "architecture.type",
  "values": {
    "poor": null,
    "rich": "moe"
  },
  "differs": null
},
{
  "field": "architecture.layers",
  "values": {
    "poor": null,
    "rich": 0
  },
  "differs": null
},
{
  "field": "pretraining.tokens",
  "values": {
    "poor": null,
    "rich": 16000000000000
  },
  "differs": null
},
{
  "field": "derived.tokens_per_parameter",
  "values": {
    "poor": null,
    "rich": 2000.0
  },
  "differs": null
},
{
  "field": "derived.tokens_per_active_parameter",
  "values": {
    "poor": null,
    "rich": 8000.0
  },
  "differs": null
},
{
  "field": "derived.training_flops",
  "values": {
    "poor": null,
    "rich": 1.92e+23
  },
  "differs": null
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
},
{
  "field": "posttraining.kl_penalty",
  "values": {
    "poor": null,
    "rich": false
  },
  "differs": null
},
{
  "field": "techniques",
  "values": {
    "poor": [],
    "rich": [
      "grpo"
    ]
  },
  "differs": null
}
]
"""

COMPARISON_LINES = (
    '{"field": "organizations", '
    '"values": {"rich": ["Ai2", "Über, Inc."], '
    '"Rich-1B": ["Ai2", "Über, Inc."], "poor": ["Nobody"]}, "differs": true}\n'
    '{"field": "date", '
    '"values": {"rich": "2025-06-18", "Rich-1B": "2025-06-18", "poor": "2024-12-01"}, "differs": true}\n'
    '{"field": "first_published", '
    '"values": {"rich": "2025-06-01", "Rich-1B": "2025-06-01", "poor": null}, "differs": null}\n'
    '{"field": "tags", '
    '"values": {"rich": ["moe", "math"], "Rich-1B": ["moe", "math"], "poor": []}, "differs": null}\n'
    '{"field": "license", "values": {"rich": "MIT", "Rich-1B": "MIT", "poor": null}, "differs": null}\n'
    '{"field": "derived.parameters", '
    '"values": {"rich": 8000000000, "Rich-1B": null, "poor": null}, "differs": null}\n'
    '{"field": "derived.active_parameters", '
    '"values": {"rich": 2000000000, "Rich-1B": null, "poor": null}, "differs": null}\n'
    '{"field": "derived.context_length", '
    '"values": {"rich": 131072, "Rich-1B": null, "poor": null}, "differs": null}\n'
    '{"field": "derived.sparsity", "values": {"rich": 0.25, "Rich-1B": null, "poor": null}, "differs": null}\n'
    '{"field": "architecture.type", '
    '"values": {"rich": "moe", "Rich-1B": "dense", "poor": null}, "differs": true}\n'
    '{"field": "architecture.layers", "values": {"rich": 0, "Rich-1B": null, "poor": null}, "differs": null}\n'
    '{"field": "pretraining.tokens", '
    '"values": {"rich": 16000000000000, "Rich-1B": null, "poor": null}, "differs": null}\n'
    '{"field": "derived.tokens_per_parameter", '
    '"values": {"rich": 2000.0, "Rich-1B": null, "poor": null}, "differs": null}\n'
    '{"field": "derived.tokens_per_active_parameter", '
    '"values": {"rich": 8000.0, "Rich-1B": null, "poor": null}, "differs": null}\n'
    '{"field": "derived.training_flops", '
    '"values": {"rich": 1.92e+23, "Rich-1B": null, "poor": null}, "differs": null}\n'
    '{"field": "posttraining.rl_family", '
    '"values": {"rich": ["grpo", "other"], "Rich-1B": ["grpo", "other"], "poor": []}, "differs": null}\n'
    '{"field": "posttraining.kl_penalty", '
    '"values": {"rich": false, "Rich-1B": false, "poor": null}, "differs": null}\n'
    '{"field": "techniques", "values": {"rich": ["grpo"], "Rich-1B": ["grpo"], "poor": []}, "differs": null}\n'
)


# The whole text.


@pytest.mark.parametrize(
    ("header", "first"),
    [(None, ""), (False, ""), (True, "id\tname\tdate\torganizations\tparameters\ttokens\n")],
)
def test_a_listing_as_tsv(header: bool | None, first: str) -> None:
    assert text(listing(), "tsv", header) == first + (
        "rich\tRich\t2025-06-18\tAi2, Über, Inc.\t8000000000\t16000000000000\npoor\tPoor\t2024-12-01\tNobody\t\t\n"
    )


@pytest.mark.parametrize(
    ("header", "first"),
    [(None, "id,name,date,organizations,parameters,tokens\n"), (False, ""),
     (True, "id,name,date,organizations,parameters,tokens\n")],
)  # fmt: skip
def test_a_listing_as_csv(header: bool | None, first: str) -> None:
    assert text(listing(), "csv", header) == first + (
        'rich,Rich,2025-06-18,"Ai2, Über, Inc.",8000000000,16000000000000\npoor,Poor,2024-12-01,Nobody,,\n'
    )


def test_chosen_columns_as_tsv_hold_each_kind_of_value_on_one_line() -> None:
    assert text(listing(*CHOSEN), "tsv", True) == (
        "id\tkl_penalty\trl_family\ttechniques\ttitle\tsummary\tmodels.parameters\tsources\tsparsity\tnumber\n"
        'rich\tno\tgrpo, other\tgrpo\tA "quoted" title, with a tab and a line\t'
        "Red \\x1b[31malarm\\x1b[0m, \\x202eevil, 深度.\t8000000000\ttitle: page 1\t0.25\t7\n"
        "poor\t\t\t\tLittle is known\tNothing.\t\t\t\t\n"
    )


def test_chosen_columns_as_csv_hold_each_kind_of_value() -> None:
    assert text(listing(*CHOSEN), "csv") == (
        "id,kl_penalty,rl_family,techniques,title,summary,models.parameters,sources,sparsity,number\n"
        'rich,no,"grpo, other",grpo,"A ""quoted"" title, with a tab and a line",'
        '"Red \\x1b[31malarm\\x1b[0m, \\x202eevil, 深度.",8000000000,title: page 1,0.25,7\n'
        "poor,,,,Little is known,Nothing.,,,,\n"
    )


def test_a_listing_as_json() -> None:
    assert text(listing(), "json") == f"[\n{RICH_JSON},\n{POOR_JSON}\n]\n"


def test_chosen_columns_leave_json_whole() -> None:
    assert text(listing("id"), "json") == text(listing(), "json")


def test_a_listing_as_jsonl() -> None:
    assert text(listing(), "jsonl") == f"{RICH_LINE}\n{POOR_LINE}\n"


def test_a_listing_as_names() -> None:
    assert text(listing(), "names") == "rich\npoor\n"


def test_a_search_as_tsv_and_names() -> None:
    assert text(SEARCH, "tsv") == "rich\n"
    assert text(SEARCH, "names") == "rich\n"


def test_a_search_as_json_adds_score_and_matches() -> None:
    why = """,
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
      "values": []
    },
    {
      "field": "posttraining.kl_penalty",
      "text": "no",
      "words": [],
      "weight": 0.0,
      "values": [
        false
      ]
    }
  ]
}
]
"""
    assert text(SEARCH, "json") == "[\n" + RICH_JSON.removesuffix("\n}") + why


def test_a_search_as_jsonl_adds_score_and_matches() -> None:
    assert text(SEARCH, "jsonl") == RICH_LINE.removesuffix("}") + (
        ', "score": 0.333333, "matches": [{"field": "notes.text", "text": "No KL term.", "words": ["kl", "term"], '
        '"weight": 3.0, "values": []}, {"field": "posttraining.kl_penalty", "text": "no", "words": [], "weight": 0.0, '
        '"values": [false]}]}\n'
    )


def test_sheets_as_tsv() -> None:
    assert text(SHEETS, "tsv") == SHEETS_TSV
    assert text(SHEETS, "tsv", True) == "id\tfield\tvalue\n" + SHEETS_TSV


def test_sheets_without_sources_as_tsv() -> None:
    assert text(ReportDetails(SHEETS.found), "tsv") == SHEETS_TSV.replace("rich\tsources.title\tpage 1\n", "")


def test_sheets_as_csv_hold_what_tsv_holds() -> None:
    rows = list(csv.reader(io.StringIO(text(SHEETS, "csv"))))
    assert rows == [["id", "field", "value"], *(line.split("\t") for line in SHEETS_TSV.splitlines())]


def test_sheets_as_json_jsonl_and_names() -> None:
    assert text(SHEETS, "json") == f"[\n{RICH_JSON},\n{POOR_JSON}\n]\n"
    assert text(SHEETS, "jsonl") == f"{RICH_LINE}\n{POOR_LINE}\n"
    assert text(SHEETS, "names") == "rich\npoor\n"


def test_the_notes_under_one_topic_as_tsv() -> None:
    assert text(NOTES, "tsv") == (
        "rich\tnotes[0].topic\trl\nrich\tnotes[0].text\tNo KL term.\n"
        "rich\tnotes[0].detail\tNot at all.\nrich\tnotes[0].origin\treport\n"
    )


def test_a_comparison_as_tsv() -> None:
    first, _, rest = COMPARISON_TSV.partition("\n")
    assert first == "field\trich\tRich-1B\tpoor"
    assert text(COMPARISON, "tsv") == rest
    assert text(COMPARISON, "tsv", True) == COMPARISON_TSV


def test_a_comparison_as_csv() -> None:
    assert text(COMPARISON, "csv") == COMPARISON_CSV


def test_a_comparison_as_json() -> None:
    assert text(compare_reports([ReportMatch(POOR), ReportMatch(RICH)]), "json") == TWO_JSON


def test_a_comparison_as_jsonl() -> None:
    assert text(COMPARISON, "jsonl") == COMPARISON_LINES


def test_a_comparison_as_names() -> None:
    assert text(compare_reports([ReportMatch(POOR), ReportMatch(RICH)]), "names") == "poor\nrich\n"


@pytest.mark.parametrize(
    ("format", "header", "expected"),
    [
        ("tsv", None, ""),
        ("tsv", True, "id\tname\n"),
        ("csv", None, "id,name\n"),
        ("csv", False, ""),
        ("json", None, "[]\n"),
        ("jsonl", None, ""),
        ("names", None, ""),
    ],
)
def test_nothing_found_is_still_well_formed(format: str, header: bool | None, expected: str) -> None:
    assert text(NOTHING, format, header) == expected


# What a check found.

CHECKUP = CheckReport(
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
        text(CHECKUP, "text")
        == """\
catalog/x.toml:12: pretraining.tokens: expected a whole number, got "36T"
catalog/y,z:1.toml:3:7: Invalid value: 100% no
catalog/y,z:1.toml: not a regular file
catalog/x.toml:4: remark: based_on[0]: nearly
"""
    )


def test_findings_as_commands_for_github() -> None:
    assert (
        text(CHECKUP, "github")
        == """\
::error file=catalog/x.toml,line=12::pretraining.tokens: expected a whole number, got "36T"
::error file=catalog/y%2Cz%3A1.toml,line=3,col=7::Invalid value: 100%25 no
::error file=catalog/y%2Cz%3A1.toml::not a regular file
::warning file=catalog/x.toml,line=4::based_on[0]: nearly
"""
    )


def test_findings_as_json() -> None:
    assert (
        text(CHECKUP._replace(findings=CHECKUP.findings[1::2]), "json")
        == """\
[
{
  "file": "catalog/y,z:1.toml",
  "line": 3,
  "column": 7,
  "key": "",
  "problem": "Invalid value: 100%\\nno",
  "severity": "problem"
},
{
  "file": "catalog/x.toml",
  "line": 4,
  "column": null,
  "key": "based_on[0]",
  "problem": "nearly",
  "severity": "remark"
}
]
"""
    )


def test_findings_as_tsv_and_names() -> None:
    lines = text(CHECKUP, "tsv", True).splitlines()
    assert lines[:2] == [
        "file\tline\tcolumn\tkey\tproblem\tseverity",
        'catalog/x.toml\t12\t\tpretraining.tokens\texpected a whole number, got "36T"\tproblem',
    ]
    assert text(CHECKUP, "names") == "catalog/x.toml\ncatalog/y,z:1.toml\n"


# What a program may rely on.


@pytest.mark.parametrize("format", ["json", "jsonl"])
def test_json_parses_and_every_key_is_always_there(format: str) -> None:
    written = text(listing(), format)
    records = json.loads(written) if format == "json" else [json.loads(line) for line in written.splitlines()]
    assert [record["id"] for record in records] == ["rich", "poor"]
    assert shape(records[0]) == shape(records[1])
    assert records[0]["title"] == RICH.title
    assert records[0]["summary"] == RICH.summary
    assert (records[0]["models"][1]["parameters"], records[1]["pretraining"]["tokens"]) == (None, None)
    assert (records[1]["tags"], records[1]["models"], records[1]["sources"]) == ([], [], {})


def shape(record: dict[str, Any]) -> dict[str, list[str]]:
    tables = ("links", "architecture", "pretraining", "posttraining", "derived")
    return {"": list(record), **{table: list(record[table]) for table in tables}}


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


@pytest.mark.parametrize("format", [name for name in formats_for([Listing]) if name not in PICTURES])
def test_nothing_that_a_terminal_obeys_is_printed(format: str) -> None:
    for answer in hostile_answers():
        if format not in formats_for([type(answer)]):
            continue
        written = text(answer, format, True)
        assert written.endswith("\n")
        odd = {letter for letter in written if not letter.isprintable()} - {"\n", "\t"}
        assert odd == set()


def test_hostile_text_makes_no_further_cells_or_lines() -> None:
    answers = list(hostile_answers())
    for answer in answers:
        lines = text(answer, "tsv", True).removesuffix("\n").split("\n")
        assert len(lines) == 1 + len(list(answer.rows()))
        assert {line.count("\t") for line in lines} == {len(answer.header) - 1}
    assert [json.loads(line)["id"] for line in text(answers[0], "jsonl").splitlines()] == ["rich"]


def test_json_gives_back_hostile_text_unchanged() -> None:
    listing, _, _, comparison, _ = hostile_answers()
    assert json.loads(text(listing, "json"))[0]["title"] == HOSTILE
    assert json.loads(text(listing, "json"))[0]["sources"] == {HOSTILE: HOSTILE}
    assert list(json.loads(text(comparison, "json"))[0]["values"]) == [HOSTILE + " 7B", "poor"]


@pytest.mark.parametrize("format", [name for name in formats_for([Listing]) if name not in PICTURES])
def test_a_format_comes_in_pieces_that_make_the_whole(format: str) -> None:
    pieces = list(formats.write(listing(), format, None))
    assert len(pieces) > 1
    assert "".join(pieces) == text(listing(), format)
