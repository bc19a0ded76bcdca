"""Markdown: tables and pages in full, and that no text of an entry becomes markup."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from makers import a_report, hits
from reportcli.answer.count import CountTable, ValueCount
from reportcli.answer.details import ReportDetails
from reportcli.answer.listing import Listing, parse_columns
from reportcli.query.names import ReportMatch
from reportcli.report.fields import Links, Note
from samples import COMPARISON, POOR, RICH, RUNS, listing, text

LISTING = """\
| name | date | organization | parameters | tokens |
| --- | --- | --- | ---: | ---: |
| [Rich](<https://arxiv.org/abs/2506.00001>) | 2025-06-18 | Ai2, Über, Inc. | 8B | 16T |
| Poor | 2024-12-01 | Nobody |  |  |
"""
POOR_PAGE = """\
# Poor

Little is known

Nobody · 2024-12-01 · incomplete

Nothing.
"""


def test_a_listing_is_a_table_for_a_reader() -> None:
    assert text(listing(), "markdown") == LISTING
    chosen = Listing(hits(POOR), parse_columns(("id", "kl")), chosen=True)
    assert text(chosen, "markdown") == "| id | KL penalty |\n| --- | --- |\n| poor |  |\n"


def test_any_other_answer_is_a_table_of_its_rows() -> None:
    (license_field,) = parse_columns(["license"])
    table = CountTable(license_field, (ValueCount("MIT", (2,)), ValueCount("a|b", (1,))))
    assert text(table, "markdown") == "| value | count |\n| --- | ---: |\n| MIT | 2 |\n| a\\|b | 1 |\n"


def test_a_comparison_has_a_column_a_side() -> None:
    lines = text(COMPARISON, "markdown").splitlines()
    address = "<https://arxiv.org/abs/2506.00001>"
    assert lines[0] == f"|  | [Rich]({address}) | [Rich-1B]({address}) | Poor |"
    assert "| parameters | 8B |  |  |" in lines


def test_a_page_has_every_text_of_a_report() -> None:
    assert text(ReportDetails((ReportMatch(POOR),)), "markdown") == POOR_PAGE
    details = ReportDetails((ReportMatch(RICH),))
    page = text(details._replace(sources=True), "markdown")
    for part in ("# [Rich](<https://", "## Models", "| Rich-8B | moe | 8B | 2B | 128K |", "- **layers**: 0", "- No KL"):
        assert part in page
    assert page.endswith("\n## Sources\n\n- title: page 1\n")
    assert "## Sources" not in text(details, "markdown")
    notes = text(details._replace(topics=("rl",)), "markdown")
    assert notes.splitlines()[1:] == ["", "## Notes: rl", "", "- No KL term.", "  - Not at all."]


def test_a_page_has_a_table_of_the_runs_of_rl() -> None:
    page = text(ReportDetails((ReportMatch(RUNS),)), "markdown")
    assert "## Runs of RL\n\n|  | reasoning RL | run 2 |\n| --- | --- | --- |\n| KL coefficient | 0 |  |\n" in page
    assert "- **not disclosed**: learning rate\n" in page


def test_no_text_of_an_entry_becomes_markup() -> None:
    report = dataclasses.replace(POOR, name="a|b `c` <script>", summary="# no heading, $a$", title="- no *list*")
    written = text(Listing(hits(report), parse_columns(("name", "summary"))), "markdown")
    assert written.splitlines()[2] == r"| a\|b \`c\` \<script\> | \# no heading, \$a\$ |"
    assert r"\- no \*list\*" in text(ReportDetails((ReportMatch(report),)), "markdown")


def test_an_address_is_a_link_wherever_it_stands() -> None:
    summary = "See https://a.example/x_y?a_b=1, (https://b.example/c_d) and https://c.example/e_(f_g)."
    note = Note(topic="rl", text="As in https://d.example/h_i.", detail=("https://e.example/j_k",))
    report = dataclasses.replace(POOR, summary=summary, notes=(note,), links=Links(code=("https://f.example/l_m",)))
    page = text(ReportDetails((ReportMatch(report),)), "markdown")
    assert "\nSee <https://a.example/x_y?a_b=1>, (<https://b.example/c_d>) and <https://c.example/e_(f_g)>.\n" in page
    assert "- As in <https://d.example/h_i>.\n  - <https://e.example/j_k>\n" in page
    assert "- **code**: <https://f.example/l_m>\n" in page


@given(st.text())
def test_any_text_stays_in_its_cell(title: str) -> None:
    table = text(Listing(hits(a_report(title=title)), parse_columns(("title", "summary"))), "markdown")
    assert len(table.splitlines()) == 3
