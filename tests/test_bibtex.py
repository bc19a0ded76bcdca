"""BibTeX: the whole text of two entries, keys, special characters; what a parser reads of the whole catalogue."""

import dataclasses
import datetime

import pybtex.database
from hypothesis import given
from hypothesis import strategies as st

from makers import a_report, hits, shipped_reports
from reportcli.answer.comparison import compare_reports
from reportcli.answer.listing import Listing
from reportcli.query.names import ReportMatch
from reportcli.render.bibtex import escape_latex
from reportcli.report.fields import Links
from samples import COMPARISON, DETAILS, POOR, RICH, listing, text

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


def test_every_answer_of_reports_has_one_entry_a_report() -> None:
    twice = compare_reports([ReportMatch(RICH, RICH.models[0]), ReportMatch(RICH, RICH.models[1]), ReportMatch(POOR)])
    for answer in (listing(), DETAILS, COMPARISON, twice):
        assert text(answer, "bibtex") == BIBTEX


def test_people_and_a_team_are_authors_before_organizations() -> None:
    for authors, written in (
        (("Daya Guo", "Ö. Ünal"), "{Daya Guo and Ö. Ünal}"), (("Qwen Team",), "{{Qwen Team}}"), ((), "{{Nobody}}"),
    ):  # fmt: skip
        report = dataclasses.replace(POOR, authors=authors)
        assert f"author      = {written},\n" in text(Listing(hits(report), ()), "bibtex")


def test_a_key_has_no_character_that_ends_it() -> None:
    for report_id, key in (
        ('a"b', "a_22_b"), ("a\\b", "a_5c_b"), ("a, b}", "a_2c__20_b_7d_"), ("深度 [1]", "深度_20__5b_1_5d_"),
    ):  # fmt: skip
        written = text(Listing(hits(dataclasses.replace(POOR, id=report_id)), ()), "bibtex")
        assert list(pybtex.database.parse_string(written, "bibtex").entries) == [key]


def test_special_characters_are_escaped() -> None:
    report = dataclasses.replace(POOR, title=r"100% of $5 & #1_{a} ~ ^ \b", organizations=("A & B",))
    written = text(Listing(hits(report), ()), "bibtex")
    braces = r"\textbraceleft{}a\textbraceright{}"
    escaped = r"100\% of \$5 \& \#1\_" + braces + r" \textasciitilde{} \textasciicircum{} \textbackslash{}b"
    assert f"title       = {{{{{escaped}}}}}" in written
    assert r"author      = {{A \& B}}" in written


def test_formulas_in_titles_stay_formulas() -> None:
    for title, written in (
        (r"$\pi_0$: A Flow Model", r"$\pi_0$: A Flow Model"),
        (r"R$^3$ and $\tau^{2}$-bench_x", r"R$^3$ and $\tau^{2}$-bench\_x"),
        (r"From $5 to $6, $5M-$6M, US$", r"From \$5 to \$6, \$5M-\$6M, US\$"),
        (r"$\input{/etc/passwd}$", r"\$\textbackslash{}input\textbraceleft{}/etc/passwd\textbraceright{}\$"),
        (r"$a^b^c$ $$x$$", r"\$a\textasciicircum{}b\textasciicircum{}c\$ \$$x$\$"),
    ):
        assert escape_latex(title) == written


def test_the_address_is_that_of_the_paper_else_of_a_page() -> None:
    for links, address in (
        (Links(pdf="https://a.example/a_b.pdf", page=("https://b.example/",)), "https://a.example/a_b.pdf"),
        (Links(page=("https://b.example/c_d", "https://e.example/")), "https://b.example/c_d"),
    ):
        written = text(Listing(hits(dataclasses.replace(POOR, links=links)), ()), "bibtex")
        assert f"  url         = {{{address}}},\n" in written


@given(st.text(), st.text(st.characters(codec="utf-8"), min_size=1))
def test_any_text_stays_in_its_field(title: str, name: str) -> None:
    report = a_report("x", title=title, organizations=(name, "B"), links=Links(pdf="https://a.example/{}\\"))
    entry = pybtex.database.parse_string(text(Listing(hits(report), ()), "bibtex"), "bibtex").entries["x"]
    assert (entry.type, entry.fields["year"], entry.fields["month"]) == ("techreport", "2025", "January")
    assert set(entry.fields) == {"title", "institution", "url", "year", "month"}
    assert entry.fields["url"] == "https://a.example/%7B%7D%5C"


def test_a_parser_reads_the_bibliography_of_the_whole_catalogue() -> None:
    reports = shipped_reports()
    written = text(Listing(hits(*reports.values()), ()), "bibtex")
    bibliography = pybtex.database.parse_string(written, "bibtex")
    assert set(bibliography.entries) == set(reports)
    olmo = bibliography.entries["olmo"]
    assert olmo.fields["eprint"] == "2402.00838"
    assert (olmo.fields["year"], olmo.fields["month"]) == ("2024", "February")
    assert reports["olmo"].first_published == datetime.date(2024, 2, 1)
