"""BibTeX: the whole text of two entries, keys, special characters; what a parser reads of the whole catalogue."""

import dataclasses
import datetime

import bibtexparser
import pybtex.database
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pybtex.richtext import Text as LatexText

from makers import a_report, hits, shipped_reports
from reportcli.answer.comparison import compare_reports
from reportcli.answer.listing import Listing
from reportcli.query.names import ReportMatch
from reportcli.report.fields import Links
from samples import COMPARISON, DETAILS, POOR, RICH, listing, text

BIBTEX = """\
@misc{rich,
  title         = {{A ``quoted'' title, with a tab and a line}},
  author        = {{Ai2} and {{\\"{U}}ber, Inc.}},
  eprint        = {2506.00001},
  archivePrefix = {arXiv},
  url           = {https://arxiv.org/abs/2506.00001},
  year          = {2025},
  month         = jun,
  note          = {Version of 2025-06-18},
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
        (("Daya Guo", "Ö. Ünal"), r"{Guo, Daya and {\"{U}}nal, {\"{O}}.}"), (("Qwen Team",), "{{Qwen Team}}"),
        ((), "{{Nobody}}"), (("Gemma Team, X", "Nobody", "Yi Li"), "{{Gemma Team, X} and {Nobody} and Li, Yi}"),
    ):  # fmt: skip
        report = dataclasses.replace(POOR, authors=authors)
        assert f"author      = {written},\n" in text(Listing(hits(report), ()), "bibtex")


@pytest.mark.parametrize(
    ("name", "given", "particle", "family", "suffix"),
    [
        ("Daya Guo", "Daya", "", "Guo", ""),
        ("Noah A. Smith", "Noah A.", "", "Smith", ""),
        ("Ludwig van Beethoven", "Ludwig", "van", "Beethoven", ""),
        ("Jan Piet van der Berg Jr.", "Jan Piet", "van der", "Berg", "Jr."),
        ("Sammy Davis, III", "Sammy", "", "Davis", "III"),
        ("Ronan Le Bras", "Ronan", "", "Le Bras", ""),
        ("García Márquez, Gabriel", "Gabriel", "", "García Márquez", ""),
        ("danah boyd", "danah", "", "boyd", ""),
    ],
)
def test_names_have_the_parts_that_bibtex_reads(name: str, given: str, particle: str, family: str, suffix: str) -> None:
    report = dataclasses.replace(POOR, authors=(name, "Yi Li"))
    written = text(Listing(hits(report), ()), "bibtex")
    person = pybtex.database.parse_string(written, "bibtex").entries["poor"].persons["author"][0]
    parts = (person.first_names + person.middle_names, person.prelast_names, person.last_names, person.lineage_names)
    assert [_plain(" ".join(part)) for part in parts] == [given, particle, family, suffix]


def _plain(text: str) -> str:
    return str(LatexText.from_latex(text))


def test_the_note_says_which_version_was_read() -> None:
    for day, first, version, note in (
        (14, 14, None, None), (14, None, None, None), (18, 14, None, "Version of 2025-06-18"),
        (18, 14, "v2", "Version 2 of 2025-06-18"), (18, 14, "v2}", r"Version 2\textbraceright{} of 2025-06-18"),
    ):  # fmt: skip
        published = first and datetime.date(2025, 6, first)
        report = dataclasses.replace(
            POOR, date=datetime.date(2025, 6, day), first_published=published, arxiv_version=version
        )
        entry = pybtex.database.parse_string(text(Listing(hits(report), ()), "bibtex"), "bibtex").entries["poor"]
        assert entry.fields.get("note") == note


def test_a_paper_of_arxiv_has_its_class() -> None:
    report = dataclasses.replace(RICH, arxiv_class="cs.CL")
    written = text(Listing(hits(report), ()), "bibtex")
    assert "  archivePrefix = {arXiv},\n  primaryClass  = {cs.CL},\n" in written


def test_every_entry_with_a_link_has_an_address_and_only_a_paper_is_a_report() -> None:
    url = "https://a.example/x"
    for links, kind, publisher in (
        (Links(pdf=url), "techreport", "institution"), (Links(pdf=url, page=(url,)), "techreport", "institution"),
        (Links(page=(url,)), "misc", "organization"), (Links(huggingface=(url,)), "misc", "organization"),
        (Links(code=(url,)), "misc", "organization"),
    ):  # fmt: skip
        written = text(Listing(hits(dataclasses.replace(POOR, links=links)), ()), "bibtex")
        entry = pybtex.database.parse_string(written, "bibtex").entries["poor"]
        assert (entry.type, entry.fields["url"], entry.fields[publisher]) == (kind, url, "Nobody")


def test_mathematics_in_a_title_stays() -> None:
    report = dataclasses.replace(POOR, title=r"$\pi_0$: 5% for $5")
    assert r"{{$\pi_0$: 5\% for \$5}}" in text(Listing(hits(report), ()), "bibtex")


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


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3))
def test_any_names_are_as_many_authors(names: list[str]) -> None:
    report = dataclasses.replace(POOR, authors=tuple(names))
    entry = pybtex.database.parse_string(text(Listing(hits(report), ()), "bibtex"), "bibtex").entries["poor"]
    assert len(entry.persons["author"]) == len(names)


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


def test_another_parser_reads_the_same() -> None:
    reports = shipped_reports()
    library = bibtexparser.parse_string(text(Listing(hits(*reports.values()), ()), "bibtex"))
    assert not library.failed_blocks
    assert set(library.entries_dict) == set(reports)
    olmo = library.entries_dict["olmo"].fields_dict
    assert (olmo["eprint"].value, olmo["year"].value, olmo["author"].value) == ("2402.00838", "2024", "{Ai2}")
