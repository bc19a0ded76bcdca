"""A report as a BibTeX entry: what a bibliography needs, with the id as a key that does not change."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from reportcli.render.value import escape_controls
from reportcli.report.fields import Report

if TYPE_CHECKING:
    from reportcli.answer.comparison import Comparison
    from reportcli.answer.details import ReportDetails
    from reportcli.answer.listing import Listing
    from reportcli.answer.technique import TechniqueDetails

# BibTeX counts braces also after a backslash, hence their names.
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", **{letter: f"\\{letter}" for letter in "&%$#_"},
}  # fmt: skip


def bibliography(answer: "Listing | ReportDetails | Comparison | TechniqueDetails") -> Iterator[str]:
    """Yield one entry a report, under its id; on arXiv it is ``misc`` with an eprint, else ``techreport``."""
    return map(bibtex_entry, {report.id: report for report in answer.reports}.values())


def bibtex_entry(report: Report) -> str:
    """Return an entry; the year and month are those of the first public version, where it is known."""
    links, first = report.links, report.first_published or report.date
    address = f"https://arxiv.org/abs/{links.arxiv}" if links.arxiv else next(iter((links.pdf, *links.page)), None)
    organizations = " and ".join(f"{{{_plain(name)}}}" for name in report.organizations)
    lines = {"title": f"{{{{{_plain(report.title)}}}}}", "author": f"{{{organizations}}}"}
    if links.arxiv:
        lines |= {"eprint": f"{{{_plain(links.arxiv)}}}", "archivePrefix": "{arXiv}"}
    else:
        lines |= {"institution": f"{{{_plain(', '.join(report.organizations))}}}"}
    lines |= {"url": f"{{{_address(address)}}}"} if address else {}
    lines |= {"year": f"{{{first.year}}}", "month": _MONTHS[first.month - 1]}
    width = max(map(len, lines))
    kind = "misc" if links.arxiv else "techreport"
    return f"@{kind}{{{_key(report.id)},\n" + "".join(f"  {key:{width}} = {lines[key]},\n" for key in lines) + "}\n"


def _key(id: str) -> str:
    """Return an id as a key. Letters that would end one, which only a file that is named wrongly has, go by number."""
    return re.sub(r"[^\w.:+/-]", lambda found: f"_{ord(found[0]):x}_", id)


def _plain(text: str) -> str:
    return "".join(_SPECIAL.get(letter, letter) for letter in escape_controls(text))


def _address(address: str) -> str:
    """Return an address without letters that end a field, which no address needs."""
    return escape_controls(address).translate({ord(letter): f"%{ord(letter):02X}" for letter in '{}\\" '})
