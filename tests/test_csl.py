"""CSL-JSON: the whole text of two items, names in parts, and that a processor of styles reads the whole catalogue."""

import dataclasses
import io
import json

import pytest

from makers import hits, shipped_reports
from reportcli.answer.listing import Listing
from reportcli.report.fields import Links
from samples import POOR, listing, text

CSL = """\
[
{
  "id": "rich",
  "type": "article",
  "title": "A \\"quoted\\" title,\\twith a tab\\nand a line",
  "author": [
    {
      "literal": "Ai2"
    },
    {
      "literal": "Über, Inc."
    }
  ],
  "issued": {
    "date-parts": [
      [
        2025,
        6,
        1
      ]
    ]
  },
  "publisher": "arXiv",
  "archive": "arXiv",
  "number": "arXiv:2506.00001",
  "DOI": "10.48550/arXiv.2506.00001",
  "URL": "https://arxiv.org/abs/2506.00001",
  "note": "Version of 2025-06-18"
},
{
  "id": "poor",
  "type": "report",
  "title": "Little is known",
  "author": [
    {
      "literal": "Nobody"
    }
  ],
  "issued": {
    "date-parts": [
      [
        2024,
        12,
        1
      ]
    ]
  },
  "publisher": "Nobody",
  "genre": "Technical report"
}
]
"""


def test_the_whole_text() -> None:
    assert text(listing(), "csl") == CSL


def test_people_have_parts() -> None:
    report = dataclasses.replace(POOR, authors=("Ludwig van Beethoven", "Sammy Davis Jr.", "Qwen Team"))
    assert json.loads(text(Listing(hits(report), ()), "csl"))[0]["author"] == [
        {"given": "Ludwig", "non-dropping-particle": "van", "family": "Beethoven"},
        {"given": "Sammy", "family": "Davis", "suffix": "Jr."},
        {"literal": "Qwen Team"},
    ]


def test_a_report_that_is_only_a_page_is_a_webpage() -> None:
    report = dataclasses.replace(POOR, links=Links(page=("https://a.example/x",)))
    (item,) = json.loads(text(Listing(hits(report), ()), "csl"))
    assert (item["type"], item["publisher"], item["URL"]) == ("webpage", "Nobody", "https://a.example/x")
    assert "genre" not in item


@pytest.mark.filterwarnings("ignore")  # of the processor
def test_a_processor_of_styles_reads_the_whole_catalogue() -> None:
    import citeproc
    from citeproc.source.json import CiteProcJSON

    reports = shipped_reports()
    source = CiteProcJSON(json.load(io.StringIO(text(Listing(hits(*reports.values()), ()), "csl"))))
    style = citeproc.CitationStylesStyle("harvard-cite-them-right", validate=False)
    bibliography = citeproc.CitationStylesBibliography(style, source, citeproc.formatter.plain)
    for report_id in reports:
        bibliography.register(citeproc.Citation([citeproc.CitationItem(report_id)]))
    items = [str(item) for item in bibliography.bibliography()]
    assert len(items) == len(reports)
    assert any(item.startswith("Alibaba Qwen (2025) “Qwen3 Technical Report”. arXiv.") for item in items)
