"""Reports as CSL-JSON, the items that Zotero and pandoc read; with the keys of BibTeX as ids."""

from collections.abc import Iterator
from typing import Any

from reportcli.render.authors import Person, authors
from reportcli.render.bibtex import AboutReports, address, citation_key, each_once, is_web_page, version_read
from reportcli.render.formats import json_array
from reportcli.report.fields import Report

_NAMES = {"given": "given", "particle": "non-dropping-particle", "family": "family", "suffix": "suffix"}


def bibliography(answer: AboutReports) -> Iterator[str]:
    """Yield an array with an item for each report, once."""
    return json_array(map(csl_item, each_once(answer)))


def csl_item(report: Report) -> dict[str, Any]:
    """Return an item: an ``article`` of arXiv, as preprints are, a ``webpage``, or else a ``report``.

    It is issued on the day of the first public version, if known; the version that was read is in the note.
    """
    links, published = report.links, report.first_published or report.date
    item = {
        "id": citation_key(report),
        "type": "article" if links.arxiv else "webpage" if is_web_page(report) else "report",
        "title": report.title,
        "author": list(map(_author, authors(report))),
        "issued": {"date-parts": [[published.year, published.month, published.day]]},
    }
    if links.arxiv:
        identifiers = {"number": f"arXiv:{links.arxiv}", "DOI": f"10.48550/arXiv.{links.arxiv}"}
        item |= {"publisher": "arXiv", "archive": "arXiv"} | identifiers
    else:
        item["publisher"] = ", ".join(report.organizations)
        item |= {} if is_web_page(report) else {"genre": "Technical report"}
    item |= {"URL": url} if (url := address(report)) else {}
    item |= {"note": version} if (version := version_read(report)) else {}
    return item


def _author(author: Person | str) -> dict[str, str]:
    if isinstance(author, str):
        return {"literal": author}
    return {_NAMES[part]: text for part, text in author._asdict().items() if text}
