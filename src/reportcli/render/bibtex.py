"""A report as a BibTeX entry, with its id as the key. Works with BibTeX and biber, and whatever reads their files."""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from reportcli.render.authors import Person, authors
from reportcli.render.tex import escape
from reportcli.render.value import escape_controls
from reportcli.report.fields import Report

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class AboutReports(Protocol):
    """An answer about some reports."""

    @property
    def reports(self) -> Iterable[Report]:
        """The reports, which may occur several times."""


def bibliography(answer: AboutReports) -> Iterator[str]:
    """Yield an entry for each report, once."""
    return map(bibtex_entry, each_once(answer))


def each_once(answer: AboutReports) -> Iterable[Report]:
    """Return the reports of an answer, each once."""
    return {report.id: report for report in answer.reports}.values()


def bibtex_entry(report: Report) -> str:
    """Return an entry: ``misc`` with an eprint if the report is on arXiv, or of a web page, else ``techreport``.

    The year and month are those of the first public version, if known; the version that was read is in the note.
    """
    links, published = report.links, report.first_published or report.date
    fields = {
        "title": f"{{{{{escape(report.title)}}}}}",
        "author": f"{{{' and '.join(map(_author, authors(report)))}}}",
    }
    if links.arxiv:
        fields |= {"eprint": f"{{{escape(links.arxiv)}}}", "archivePrefix": "{arXiv}"}
        fields |= {"primaryClass": f"{{{escape(report.arxiv_class)}}}"} if report.arxiv_class else {}
    else:
        publisher = "organization" if is_web_page(report) else "institution"
        fields[publisher] = f"{{{escape(', '.join(report.organizations))}}}"
    fields |= {"url": f"{{{url}}}"} if (url := address(report)) else {}
    fields |= {"year": f"{{{published.year}}}", "month": _MONTHS[published.month - 1]}
    fields |= {"note": f"{{{escape(version)}}}"} if (version := version_read(report)) else {}
    width = max(map(len, fields))
    kind = "misc" if links.arxiv or is_web_page(report) else "techreport"
    entry = "".join(f"  {key:{width}} = {fields[key]},\n" for key in fields)
    return f"@{kind}{{{citation_key(report)},\n{entry}}}\n"


def _author(author: Person | str) -> str:
    """Return a person as ``von Family, Jr., Given``, the form that can only be read in one way; a team in braces."""
    if isinstance(author, str):
        return f"{{{escape(author)}}}"
    family = escape(f"{author.particle} {author.family}".strip())
    return ", ".join(filter(None, (family, escape(author.suffix), escape(author.given))))


def version_read(report: Report) -> str:
    """Return which version the catalogue describes, where it is known not to be the first; else ""."""
    number = f" {report.arxiv_version.lstrip('v')}" if report.arxiv_version else ""
    is_later = report.first_published is not None and report.date != report.first_published
    return f"Version{number} of {report.date}" if number or is_later else ""


def citation_key(report: Report) -> str:
    """Return the id as a key; characters that would end one, as in the name of an odd file, become their number."""
    return re.sub(r"[^\w.:+/-]", lambda match: f"_{ord(match[0]):x}_", report.id)


def short_citation(report: Report) -> str:
    """Return how natbib cites a report: ``Yang et al., 2025``."""
    names = [each if isinstance(each, str) else f"{each.particle} {each.family}".strip() for each in authors(report)]
    who = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
    return f"{who}, {(report.first_published or report.date).year}"


def is_web_page(report: Report) -> bool:
    """Return whether a report is known to be on the web, but not as a paper: an announcement or a model card."""
    return not (report.links.arxiv or report.links.pdf) and bool(address(report))


def address(report: Report) -> str:
    """Return the address to read first, "" without a link; characters that would end a field are percent-encoded."""
    links = report.links
    first = links.front or next(filter(None, (links.pdf, *links.page, *links.huggingface, *links.code)), "")
    return escape_controls(first).translate({ord(char): f"%{ord(char):02X}" for char in '{}\\" '})
