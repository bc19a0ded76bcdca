"""``lineage`` from the question to the picture: rows, graphs for other programs, trees on a screen."""

import datetime
import html
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from conftest import Run
from reportcli.answer.lineage import BUILDS_ON, TAUGHT_BY, Lineage, LineageGraph, LineageNode, Relation, build_lineage
from reportcli.library import open_catalog
from reportcli.render import formats
from reportcli.render.value import escape_controls
from synthetic import plain_toml, write_catalogue
from terminal import on_terminal
from test_family import a_report

SGR = re.compile(r"\x1b\[[0-9;]*m")
WIDTHS = (20, 40, 60, 80, 120, 200)


def day(year: int) -> datetime.date:
    return datetime.date(year, 6, 1)


OLD, NEW = LineageNode("Old", "old", day(2023)), LineageNode('New "7"', "new", day(2024))
YOUNG, LONE = LineageNode("Young", "young", day(2025)), LineageNode("Lone", "lone", day(2025))
OUT, JUDGE = LineageNode("Out & about"), LineageNode("Judge")
SMALL = LineageGraph(
    (OLD, NEW, YOUNG, LONE, JUDGE, OUT),
    (
        Relation(OLD, TAUGHT_BY, NEW),
        Relation(NEW, BUILDS_ON, OLD),
        Relation(NEW, BUILDS_ON, OUT),
        Relation(YOUNG, BUILDS_ON, OLD),
        Relation(YOUNG, BUILDS_ON, NEW),
        Relation(YOUNG, TAUGHT_BY, JUDGE),
    ),
)


def text(answer: Lineage, format: str, header: bool | None = None) -> str:
    return "".join(formats.write(answer, format, header))


def picture(answer: Lineage, width: int = 80, color: bool = False) -> str:
    return formats.draw(answer, width, color).text


# Formats for programs.

EXPECTED = {
    "tsv": """\
old	taught_by	New "7"
new	builds_on	Old
new	builds_on	Out & about
young	builds_on	Old
young	builds_on	New "7"
young	taught_by	Judge
""",
    "csv": '''\
report,relation,other
old,taught_by,"New ""7"""
new,builds_on,Old
new,builds_on,Out & about
young,builds_on,Old
young,builds_on,"New ""7"""
young,taught_by,Judge
''',
    "jsonl": """\
{"report": "old", "relation": "taught_by", "other": "New \\"7\\"", "other_id": "new"}
{"report": "new", "relation": "builds_on", "other": "Old", "other_id": "old"}
{"report": "new", "relation": "builds_on", "other": "Out & about", "other_id": null}
{"report": "young", "relation": "builds_on", "other": "Old", "other_id": "old"}
{"report": "young", "relation": "builds_on", "other": "New \\"7\\"", "other_id": "new"}
{"report": "young", "relation": "taught_by", "other": "Judge", "other_id": null}
""",
    "names": "old\nnew\nyoung\n",
    "dot": """\
digraph lineage {
    rankdir=LR;
    node [shape=box, style=rounded];
    n1 [label="Old\\n2023"];
    n2 [label="New \\"7\\"\\n2024"];
    n3 [label="Young\\n2025"];
    n4 [label="Judge", style="rounded,dashed", color=gray50, fontcolor=gray50];
    n5 [label="Out &amp; about", style="rounded,dashed", color=gray50, fontcolor=gray50];
    n2 -> n1 [style=dashed, constraint=false];
    n1 -> n2;
    n5 -> n2;
    n1 -> n3;
    n2 -> n3;
    n4 -> n3 [style=dashed];
}
""",
    "mermaid": """\
flowchart LR
    n1["Old<br/>2023"]
    n2["New #quot;7#quot;<br/>2024"]
    n3["Young<br/>2025"]
    n4["Judge"]:::outside
    n5["Out #amp; about"]:::outside
    n2 -.-> n1
    n1 --> n2
    n5 --> n2
    n1 --> n3
    n2 --> n3
    n4 -.-> n3
    classDef outside color:gray,stroke:gray,stroke-dasharray:4
    classDef asked stroke-width:3px
""",
}


@pytest.mark.parametrize("format", list(EXPECTED))
def test_every_relation_in_every_format(format: str) -> None:
    assert text(build_lineage(SMALL), format) == EXPECTED[format]


def test_the_report_that_was_asked_for_stands_out_in_a_graph() -> None:
    answer = build_lineage(SMALL, "new")
    assert '    n2 [label="New \\"7\\"\\n2024", penwidth=3];\n' in text(answer, "dot")
    assert '    n2["New #quot;7#quot;<br/>2024"]:::asked\n' in text(answer, "mermaid")


@pytest.mark.parametrize("format", ["tsv", "json", "jsonl", "names", "dot", "mermaid"])
def test_a_report_without_relations_leaves_every_format_empty_but_whole(format: str) -> None:
    frame = {"json": "[]\n", "dot": "rankdir=LR;", "mermaid": "flowchart LR\n"}
    written = text(build_lineage(SMALL, "lone"), format)
    assert frame.get(format, "") in written
    assert "lone" not in written.lower()
    assert list(build_lineage(SMALL, "lone").ids()) == []


HOSTILE = [
    'say "x"', "back\\", '\\"', "\\N \\G \\l", "two\nlines", "a --> b", "a]] b", '"]; n1 -> n2; x["', "<b>bold</b>",
    "&lt; &amp; &quot;", "</script>", '%%{init: {"theme": "dark"}}%%', "%% remark", "end", "style x:#f;",
    "`code` **bold**", "#quot; #35;", "深度求索", "\x1b[31mred", "\u202eevil", "/* a */ // b", "{a|b}", "$x$", "'",
]  # fmt: skip
DOT_LINE = re.compile(
    r"    (?:"
    r'(n\d+) \[label="((?:[^"\\\n]|\\["\\n])*)"(?:, style="rounded,dashed", color=gray50, fontcolor=gray50)?'
    r"(?:, penwidth=3)?\]"
    r"|(n\d+) -> (n\d+)(?: \[style=dashed(?:, constraint=false)?\])?"
    r");"
)
MERMAID_LINE = re.compile(
    r"    (?:"
    r'(n\d+)\["((?:[^\x00-\x7f]|[A-Za-z0-9 .,+()-]|#(?:quot|amp|lt|gt|\d+);)*)(?:<br/>\d{1,4})?"\]'
    r"(?::::(?:outside|asked))?"
    r"|(n\d+) -(?:\.-)?-?> (n\d+)"
    r")"
)
ESCAPED = re.compile(r'\\(["\\n])')


def hostile(names: list[str]) -> Lineage:
    members = (OLD, *map(LineageNode, names))
    return Lineage(LineageGraph(members, tuple(Relation(OLD, BUILDS_ON, other) for other in members[1:])))


def labels_of_dot(written: str) -> Iterator[str]:
    """Read a graph by a strict grammar, and yield what Graphviz would show."""
    first, *body, last = written.splitlines()
    assert (first, last) == ("digraph lineage {", "}")
    for line in body[2:]:
        found = DOT_LINE.fullmatch(line)
        assert found, line
        if found[1]:
            yield html.unescape(ESCAPED.sub(lambda sign: sign[1].replace("n", "\n"), found[2]))


def labels_of_mermaid(written: str) -> Iterator[str]:
    """Read a flowchart by a strict grammar, and yield what Mermaid would show, without years."""
    first, *body = written.splitlines()
    assert first == "flowchart LR"
    for line in body[:-2]:
        found = MERMAID_LINE.fullmatch(line)
        assert found, line
        if found[1]:
            yield html.unescape(re.sub(r"#(\d+);", r"&#\1;", re.sub(r"#([a-z]+);", r"&\1;", found[2])))


def test_hostile_names_stay_names_in_a_graph() -> None:
    assert list(labels_of_dot(text(hostile(HOSTILE), "dot"))) == ["Old\n2023", *map(escape_controls, HOSTILE)]
    assert list(labels_of_mermaid(text(hostile(HOSTILE), "mermaid"))) == ["Old", *map(escape_controls, HOSTILE)]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=4, unique=True))
def test_any_name_stays_a_name_in_a_graph(names: list[str]) -> None:
    shown = [escape_controls(name) for name in names]
    assert list(labels_of_dot(text(hostile(names), "dot")))[1:] == shown
    assert list(labels_of_mermaid(text(hostile(names), "mermaid")))[1:] == shown


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not here")
@pytest.mark.parametrize("name", ["", "DeepSeek-R1"])
def test_graphviz_reads_the_graph(name: str) -> None:
    with open_catalog() as catalog:
        answers = [catalog.lineage(name or None), hostile(HOSTILE)]
    for answer in answers:
        drawn = subprocess.run(
            ["dot", "-Tsvg"], input=text(answer, "dot"), capture_output=True, encoding="utf-8", check=True
        )
        assert drawn.stderr == ""
        assert drawn.stdout.count('class="edge"') == len(answer.graph.relations)
        shown = [html.unescape(label) for label in re.findall(r"<text [^>]*>(.*?)</text>", drawn.stdout)]
        assert {escape_controls(one.name).strip() for one in answer.graph.related()} <= {
            label.strip() for label in shown
        }


# Pictures.


def test_the_tree_of_a_report_says_in_words_what_each_relation_is() -> None:
    assert picture(build_lineage(SMALL, "new")) == (
        'New "7"  2024\n'
        "├── builds on\n"
        "│   ├── Old  2023\n"
        "│   └── Out & about\n"
        "├── base of\n"
        "│   └── Young  2025\n"
        "└── taught\n"
        "    └── Old  2023\n"
        "\n"
        "without a year: not in the catalogue\n"
    )


def test_the_forest_shows_a_report_once_in_full_and_says_where() -> None:
    assert picture(build_lineage(SMALL)) == (
        'Old  2023 · taught by New "7" 2024\n'
        '├── New "7"  2024\n'
        "│   └── Young  2025 · taught by Judge\n"
        "└── Young  2025 (above)\n"
        "Out & about\n"
        '└── New "7"  2024 (above)\n'
        "\n"
        "each stands under what it builds on; without a year: not in the catalogue\n"
    )


def test_a_line_of_descent_that_is_too_deep_goes_on_below() -> None:
    line = [LineageNode(f"M{place}", f"m{place}", day(2025)) for place in range(9)]
    relations = tuple(Relation(child, BUILDS_ON, base) for base, child in pairwise(line))
    deep = LineageGraph(tuple(line), relations)
    assert picture(build_lineage(deep), 40) == (
        "M0  2025\n"
        "└── M1  2025\n"
        "    └── M2  2025\n"
        "        └── M3  2025\n"
        "            └── M4  2025\n"
        "                └── M5  2025 (below)\n"
        "M5  2025\n"
        "└── M6  2025\n"
        "    └── M7  2025\n"
        "        └── M8  2025\n"
        "\n"
        "each stands under what it builds on\n"
    )
    assert picture(build_lineage(deep, "m8"), 40).splitlines()[5:8] == [
        "                └── M4  2025 (below)",
        "M4  2025 · builds on",
        "└── M3  2025",
    ]


def test_five_thousand_generations_are_drawn(tmp_path: Path, reportcli: Run) -> None:
    for place in range(5_000):
        one = a_report(f"r{place}", on=[f"R{place - 1}"] if place else [], date=day(2000 + place // 100))
        (tmp_path / f"{one.id}.toml").write_text(plain_toml(one), encoding="utf-8")
    for arguments in ((), ("R4999",), ("R2500",)):
        ended = reportcli("lineage", *arguments, "-f", "table", "--width", "60", "--catalog", str(tmp_path))
        assert (ended.returncode, ended.stderr) == (0, "")
        assert set(re.findall(r"R\d+", ended.stdout)) == {f"R{place}" for place in range(5_000)}
    rows = reportcli("lineage", "R4999", "--catalog", str(tmp_path)).stdout.splitlines()
    assert rows[0] == "r4999\tbuilds_on\tR4998"
    assert len(rows) == 4_999


WIDE = [
    "深度求索大模型" * 6, "👩‍👩‍👧 family " * 5, "Llama-3.1-Nemotron-70B-Instruct-" * 3, "한국어 모델",
    "A" * 90, "x y " * 30,
]  # fmt: skip


def wide() -> LineageGraph:
    members = [LineageNode(name, f"w{place}", day(2020 + place)) for place, name in enumerate(WIDE)]
    strangers = [LineageNode(f"{name} of old") for name in WIDE]
    relations = [Relation(one, BUILDS_ON, base) for place, one in enumerate(members) for base in members[:place]]
    relations += [Relation(one, TAUGHT_BY, other) for one in members[1:] for other in strangers]
    return LineageGraph((*members, *strangers), tuple(relations))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("asked", [None, "w0", "w3", "w5"])
def test_wide_and_long_names_fit_the_screen_and_stay_whole(width: int, asked: str | None) -> None:
    answer = build_lineage(wide(), asked)
    plain = picture(answer, width)
    assert max(map(cell_len, plain.splitlines())) <= width
    said = re.sub(r"[\s│├└─]", "", plain)
    for member in answer.graph.related():
        assert re.sub(r"\s", "", escape_controls(member.name)) in said
    assert SGR.sub("", picture(answer, width, color=True)) == plain


@pytest.mark.parametrize("width", WIDTHS)
def test_every_family_of_the_shipped_catalogue_fits_the_screen(width: int) -> None:
    with open_catalog() as catalog:
        answers = [catalog.lineage(), *(catalog.lineage(report.id) for report in catalog.reports())]
    for answer in answers:
        drawn = picture(answer, width)
        assert max(map(cell_len, drawn.splitlines()), default=0) <= width
        said = re.sub(r"[\s│├└─]", "", drawn)
        for member in answer.graph.related():
            assert re.sub(r"\s", "", member.name) in said


def test_a_name_is_broken_only_where_it_is_longer_than_a_line() -> None:
    with open_catalog() as catalog:
        drawn = picture(catalog.lineage(), 60).splitlines()
    for name in ("Claude 3.5 Sonnet", "pool of 22 models", "Llama-3.1-Nemotron-70B-Instruct", "Qwen2.5-Math"):
        assert any(name in line for line in drawn)


def test_what_a_terminal_obeys_is_spelled_out_in_a_tree() -> None:
    drawn = picture(hostile(["\x1b[31mred", "\u202eevil", "[bold]markup[/bold] :smile:"]))
    for name in (r"\x1b[31mred", r"\x202eevil", "[bold]markup[/bold] :smile:"):
        assert name in drawn


def test_names_outside_the_catalogue_are_quiet_and_the_report_asked_for_stands_out() -> None:
    coloured = picture(build_lineage(SMALL, "new"), color=True)
    assert '\x1b[1mNew "7"\x1b[0m' in coloured
    assert "\x1b[2mOut & about\x1b[0m" in coloured
    assert " Young" in SGR.sub("", coloured)


# The command.


def test_rows_around_a_report_stand_nearest_first(reportcli: Run) -> None:
    ended = reportcli("lineage", "MiMo-VL")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == (
        "mimo-vl\tbuilds_on\tQwen2.5-VL\nmimo-vl\tbuilds_on\tMiMo\nqwen2.5-vl\tbuilds_on\tQwen2.5\n"
    )
    assert reportcli("lineage", "MiMo-VL-7B-RL").stdout == ended.stdout
    assert reportcli("lineage", "MiMo", "VL").stdout == ended.stdout


def test_records_say_what_is_in_the_catalogue(reportcli: Run) -> None:
    records = json.loads(reportcli("lineage", "DeepSeek-R1", "--json").stdout)
    assert {"report": "deepseek-r1", "relation": "builds_on", "other": "Llama 3", "other_id": "llama-3"} in records
    assert {"report": "deepseek-r1", "relation": "builds_on", "other": "Qwen2.5-Math", "other_id": None} in records
    assert {
        "report": "deepseek-v3",
        "relation": "taught_by",
        "other": "DeepSeek-R1",
        "other_id": "deepseek-r1",
    } in records


def test_all_relations_of_the_catalogue_oldest_first(reportcli: Run) -> None:
    ended = reportcli("lineage", "--header")
    header, *rows = (line.split("\t") for line in ended.stdout.splitlines())
    assert header == ["report", "relation", "other"]
    dates = dict(line.split("\t") for line in reportcli("list", "--columns", "id,date").stdout.splitlines())
    assert [dates[report] for report, _, _ in rows] == sorted(dates[report] for report, _, _ in rows)
    assert ended.stderr == "note: 5 reports have no relation to another\n"


def test_ids_of_a_family_feed_a_comparison(reportcli: Run) -> None:
    found = reportcli("lineage", "MiMo-VL", "--format", "names")
    assert found.stdout == "qwen2.5\nqwen2.5-vl\nmimo\nmimo-vl\n"
    compared = reportcli("compare", "-", "--header", stdin=found.stdout)
    assert compared.stdout.splitlines()[0] == "field\tqwen2.5\tqwen2.5-vl\tmimo\tmimo-vl"


@pytest.mark.parametrize(
    ("options", "rows", "said"),
    [
        (["--where", "org:xiaomi"], ["mimo-vl builds_on Qwen2.5-VL", "mimo-vl builds_on MiMo"], ""),
        (["--since", "2025-06-17"], [
            "acereason-nemotron-1.1 builds_on Qwen2.5-Math", "acereason-nemotron-1.1 taught_by DeepSeek-R1",
            "ring-lite builds_on Ling-lite-1.5",
        ], "note: 1 report has no relation to another\n"),
        (["Qwen2.5", "--since", "2025-06"], [
            "qwen2.5-vl builds_on Qwen2.5", "openthoughts builds_on Qwen2.5", "mimo-vl builds_on Qwen2.5-VL",
        ], ""),
        (["MiMo-VL", "--limit", "2"], ["mimo-vl builds_on Qwen2.5-VL", "mimo-vl builds_on MiMo"],
         "note: 2 of 3 relations\n"),
        (["MiMo-VL", "--sort", "name", "--limit", "1"], ["mimo-vl builds_on MiMo"], "note: 1 of 3 relations\n"),
        (["MiMo-VL", "--reverse", "--limit", "1"], ["mimo-vl builds_on MiMo"], "note: 1 of 3 relations\n"),
        (["Janus-Pro", "--where", "kl:no"], [], "note: 21 more reports do not say\nnothing found\n"),
        (["Gemini", "2.5"], [], "note: Gemini 2.5 has no relation to another\nnothing found\n"),
        (["--until", "1999"], [], "nothing found\n"),
    ],
)  # fmt: skip
def test_options_narrow_and_order_the_relations(reportcli: Run, options: list[str], rows: list[str], said: str) -> None:
    ended = reportcli("lineage", *options)
    assert ended.stdout.replace("\t", " ").splitlines() == rows
    assert ended.stderr == said
    assert ended.returncode == (0 if rows else 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Qwne3"], ["no report is called 'Qwne3'", "did you mean Qwen3?"]),
        (["2411.15124"], ["fits several reports", "tulu-3, tulu-3-2025"]),
        (["--where", "kl:maybe"], ["invalid value for kl: maybe"]),
        (["--sort", "weight"], ["unknown field 'weight'"]),
        (["--columns", "id"], ["No such option"]),
        (["--format", "bibtex"], ["does not support the format 'bibtex'", "dot, mermaid"]),
    ],
)
def test_a_wrong_request_says_why(reportcli: Run, arguments: list[str], said: list[str]) -> None:
    ended = reportcli("lineage", *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    for words in said:
        assert words in ended.stderr


def test_a_listing_cannot_be_a_graph(reportcli: Run) -> None:
    ended = reportcli("list", "--format", "dot")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "does not support the format 'dot'" in ended.stderr


def test_the_example_in_the_help_works(reportcli: Run) -> None:
    example = re.search(r"Example: reportcli (.*)", reportcli("lineage", "--help").stdout)
    assert example
    assert reportcli(*example[1].split()).returncode == 0


def test_the_python_call_gives_the_same_answer() -> None:
    with open_catalog() as catalog:
        answer = catalog.lineage("MiMo-VL", catalog.parse("org:qwen"))
    assert answer.focus == LineageNode("MiMo-VL", "mimo-vl", datetime.date(2025, 6, 4))
    assert list(answer.rows()) == [("mimo-vl", BUILDS_ON, "Qwen2.5-VL"), ("qwen2.5-vl", BUILDS_ON, "Qwen2.5")]


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
@pytest.mark.parametrize("command", ["lineage", "lineage DeepSeek-R1", "lineage Qwen2.5 --since 2025-06"])
def test_a_terminal_gets_a_tree_that_fits(command: str, columns: int) -> None:
    written, code = on_terminal(f"reportcli {command} --no-pager", columns)
    assert code == 0
    plain = SGR.sub("", written)
    assert "└── " in plain
    assert "\x1b" not in plain
    assert max(map(cell_len, plain.splitlines())) <= columns


def test_make_believe_reports_have_relatives(tmp_path: Path) -> None:
    write_catalogue(tmp_path, 300, 1)
    with open_catalog(tmp_path) as catalog:
        answer = catalog.lineage()
    inside = sum(one.other.id is not None for one in answer.graph.relations)
    assert 0 < inside < len(answer.graph.relations)
    assert max(map(cell_len, picture(answer, 60).splitlines())) <= 60
