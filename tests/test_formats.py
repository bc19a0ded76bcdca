"""toml, markdown, bibtex: formats for people's other tools. The whole text of a few answers stands here."""

import dataclasses
import datetime
import tomllib
from importlib import import_module
from pathlib import Path

import pybtex.database
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import CATALOG, ROOT
from reportcli.answer import Answer
from reportcli.answer.comparison import compare_reports
from reportcli.answer.details import ReportDetails
from reportcli.answer.listing import Listing, parse_columns
from reportcli.library import open_catalog
from reportcli.query.names import ReportMatch
from reportcli.render import formats
from reportcli.render.formats import ANY, FORMATS
from reportcli.report.fields import Links, Report
from reportcli.report.parse import parse_report
from reportcli.report.toml import to_toml
from test_machine import COMPARISON, POOR, RICH, SEARCH, SHEETS, hits, listing


def text(answer: Answer, format: str, header: bool | None = None) -> str:
    return "".join(formats.write(answer, format, header))


BIBTEX = """\
@misc{rich,
  title         = {{A "quoted" title, with a tab and a line}},
  author        = {{Ai2} and {Über, Inc.}},
  eprint        = {2506.00001},
  archivePrefix = {arXiv},
  url           = {https://arxiv.org/abs/2506.00001},
  year          = {2025},
  month         = jun,
}
@techreport{poor,
  title       = {{Little is known}},
  author      = {{Nobody}},
  institution = {Nobody},
  year        = {2024},
  month       = dec,
}
"""
MARKDOWN = """\
| name | date | organization | parameters | tokens |
| --- | --- | --- | ---: | ---: |
| [Rich](<https://arxiv.org/abs/2506.00001>) | 2025-06-18 | Ai2, Über, Inc. | 8B | 16T |
| Poor | 2024-12-01 | Nobody |  |  |
"""
POOR_PAGE = """\
# Poor

Little is known

Nobody · 2024-12-01

Nothing.
"""
POOR_TOML = """\
name = "Poor"
title = "Little is known"
organizations = [
    "Nobody",
]
date = 2024-12-01
summary = "Nothing."
tags = []
"""


@pytest.mark.parametrize("answer", [listing(), SHEETS, COMPARISON], ids=["listing", "sheets", "comparison"])
def test_bibtex_has_one_entry_a_report(answer: Answer) -> None:
    assert text(answer, "bibtex") == BIBTEX


def test_markdown_of_a_listing_is_a_table_for_a_reader() -> None:
    assert text(listing(), "markdown") == MARKDOWN


def test_markdown_of_chosen_columns_has_exactly_these() -> None:
    chosen = Listing(hits(POOR), parse_columns(("id", "kl")), chosen=True)
    assert text(chosen, "markdown") == "| id | KL penalty |\n| --- | --- |\n| poor |  |\n"


def test_markdown_of_a_comparison_has_a_column_a_report() -> None:
    lines = text(COMPARISON, "markdown").splitlines()
    assert lines[0] == "|  | Rich | Rich-1B | Poor |"
    assert "| parameters | 8B |  |  |" in lines


def test_markdown_of_a_sheet_is_a_page() -> None:
    assert text(ReportDetails((ReportMatch(POOR),)), "markdown") == POOR_PAGE


def test_a_page_has_every_text_of_a_report() -> None:
    page = text(ReportDetails((ReportMatch(RICH),), sources=True), "markdown")
    for part in ("# [Rich](<https://", "## Models", "| Rich-8B | moe | 8B | 2B | 128K |", "- **layers**: 0", "- No KL"):
        assert part in page
    assert "- title: page 1" in page
    assert "## Sources" not in text(ReportDetails((ReportMatch(RICH),)), "markdown")


def test_no_text_of_an_entry_becomes_markup() -> None:
    report = Report(**{name: getattr(POOR, name) for name in POOR.__slots__} | {
        "name": "a|b `c` <script>", "summary": "# no heading", "title": "- no *list*"})  # fmt: skip
    written = text(Listing(hits(report), parse_columns(("name", "summary"))), "markdown")
    assert written.splitlines()[2] == r"| a\|b \`c\` \<script\> | \# no heading |"
    assert r"\- no \*list\*" in text(ReportDetails((ReportMatch(report),)), "markdown")


def test_toml_of_one_sheet_is_an_entry() -> None:
    assert text(ReportDetails((ReportMatch(POOR),)), "toml") == POOR_TOML
    written = text(ReportDetails((ReportMatch(RICH),), sources=True), "toml")
    assert parse_report("rich", tomllib.loads(written)) == (RICH, [])


@pytest.mark.parametrize("path", sorted(CATALOG.glob("*.toml")), ids=lambda path: path.stem)
def test_toml_of_a_shipped_report_parses_back_to_it(path: Path) -> None:
    with open_catalog(CATALOG) as catalog:
        report = catalog.report(path.stem)
    assert text(ReportDetails((ReportMatch(report),)), "toml") == to_toml(report)
    together = tomllib.loads(text(Listing(hits(report, POOR), ()), "toml"))
    assert [parse_report(id, table)[0] for id, table in together.items()] == [report, POOR]


def test_toml_of_a_listing_has_each_report_under_its_id() -> None:
    written = text(Listing(hits(POOR), ()), "toml")
    assert written == f'["poor"]\n{POOR_TOML}'
    assert set(tomllib.loads(text(listing(), "toml"))) == {"rich", "poor"}
    assert set(tomllib.loads(text(SHEETS, "toml"))) == {"rich", "poor"}


@pytest.mark.parametrize(
    ("id", "key"),
    [('a"b', "a_22_b"), ("a\\b", "a_5c_b"), ("a, b}", "a_2c__20_b_7d_"), ("深度 [1]", "深度_20__5b_1_5d_")],
)
def test_a_file_that_is_named_wrongly_has_a_place_in_toml_and_bibtex(id: str, key: str) -> None:
    answer = Listing(hits(dataclasses.replace(POOR, id=id)), ())
    assert list(tomllib.loads(text(answer, "toml"))) == [id]
    assert list(pybtex.database.parse_string(text(answer, "bibtex"), "bibtex").entries) == [key]


@given(st.text(), st.text(st.characters(codec="utf-8"), min_size=1))
def test_any_text_stays_in_its_field(title: str, name: str) -> None:
    report = Report(
        id="x", name=name, title=title.encode("utf-8", "replace").decode(), organizations=(name, "B"),
        date=datetime.date(2025, 1, 2), summary="s", tags=(), links=Links(pdf="https://a.example/{}\\"),
    )  # fmt: skip
    entry = pybtex.database.parse_string(text(Listing(hits(report), ()), "bibtex"), "bibtex").entries["x"]
    assert (entry.type, entry.fields["year"], entry.fields["month"]) == ("techreport", "2025", "January")
    assert set(entry.fields) == {"title", "institution", "url", "year", "month"}
    assert entry.fields["url"] == "https://a.example/%7B%7D%5C"
    table = text(Listing(hits(report), parse_columns(("title", "summary"))), "markdown").splitlines()
    assert len(table) == 3
    assert parse_report("x", tomllib.loads(text(ReportDetails((ReportMatch(report),)), "toml"))) == (report, [])


def test_the_bibliography_of_the_whole_catalogue_is_read_by_a_parser() -> None:
    with open_catalog(CATALOG) as catalog:
        bibliography = pybtex.database.parse_string(text(catalog.listing(), "bibtex"), "bibtex")
        assert set(bibliography.entries) == {report.id for report in catalog.reports()}
        olmo = bibliography.entries["olmo"]
    assert olmo.fields["eprint"] == "2402.00838"
    assert (olmo.fields["year"], olmo.fields["month"]) == ("2024", "February")  # of the first version


def test_a_format_names_only_answers_that_there_are() -> None:
    answers = {
        name
        for path in (ROOT / "src/reportcli/answer").glob("*.py")
        for name in vars(import_module(f"reportcli.answer.{path.stem}"))
    }
    for format in FORMATS.values():
        assert format.renderers.keys() <= {ANY, *answers}


def test_special_letters_of_bibtex_are_escaped() -> None:
    report = Report(
        id="x", name="x", title=r"100% of $5 & #1_{a} ~ ^ \b", organizations=("A & B",), date=POOR.date,
        summary="", tags=(),
    )  # fmt: skip
    written = text(Listing(hits(report), ()), "bibtex")
    braces = r"\textbraceleft{}a\textbraceright{}"
    escaped = r"100\% of \$5 \& \#1\_" + braces + r" \textasciitilde{} \textasciicircum{} \textbackslash{}b"
    assert f"title       = {{{{{escaped}}}}}" in written
    assert r"author      = {{A \& B}}" in written


def test_a_report_of_two_models_stands_in_a_bibliography_once() -> None:
    twice = compare_reports([ReportMatch(RICH, RICH.models[0]), ReportMatch(RICH, RICH.models[1])])
    assert text(twice, "bibtex").count("@") == 1


def test_why_a_report_was_found_does_not_change_its_toml() -> None:
    assert text(SEARCH, "toml") == text(Listing(hits(RICH), ()), "toml")
