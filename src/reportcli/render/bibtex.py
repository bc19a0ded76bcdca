"""A report as a BibTeX entry, with its id as the key."""

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
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", **{char: f"\\{char}" for char in "&%$#_"},
}  # fmt: skip

_LETTERS = (
    r"\\(?:[Gg]amma|[Dd]elta|[Tt]heta|[Ll]ambda|[Xx]i|[Pp]i|[Ss]igma|[Uu]psilon|[Pp]hi|[Pp]si|[Oo]mega|alpha|beta|zeta|eta"
    r"|iota|kappa|mu|nu|rho|tau|chi|(?:var)?epsilon|var(?:theta|phi|rho|sigma|pi)|times|infty|sim|to)(?![A-Za-z])"
)
_ATOM = rf"(?:[A-Za-z0-9+=<>.,()|/*-]|{_LETTERS})"
_SCRIPT = rf"(?:{_ATOM}|\{{{_ATOM}+\}})"
_SCRIPTS = rf"(?:_{_SCRIPT})?(?:\^{_SCRIPT})?"
_MATH = re.compile(rf"(\$(?!\$){_SCRIPTS}(?:{_ATOM}{_SCRIPTS})*\$(?!\d))")  # as in titles; it names no other commands


def bibliography(answer: "Listing | ReportDetails | Comparison | TechniqueDetails") -> Iterator[str]:
    """Yield an entry for each report, once."""
    return map(bibtex_entry, {report.id: report for report in answer.reports}.values())


def bibtex_entry(report: Report) -> str:
    """Return an entry: ``misc`` with an eprint if the report is on arXiv, else ``techreport``.

    The year and month are those of the first public version, if known.
    """
    links, published = report.links, report.first_published or report.date
    address = f"https://arxiv.org/abs/{links.arxiv}" if links.arxiv else links.pdf or next(iter(links.page), None)
    fields = {"title": f"{{{{{escape_latex(report.title)}}}}}", "author": f"{{{_authors(report)}}}"}
    if links.arxiv:
        fields |= {"eprint": f"{{{escape_latex(links.arxiv)}}}", "archivePrefix": "{arXiv}"}
    else:
        fields |= {"institution": f"{{{escape_latex(', '.join(report.organizations))}}}"}
    fields |= {"url": f"{{{_escape_address(address)}}}"} if address else {}
    fields |= {"year": f"{{{published.year}}}", "month": _MONTHS[published.month - 1]}
    width = max(map(len, fields))
    kind = "misc" if links.arxiv else "techreport"
    return f"@{kind}{{{_key(report.id)},\n" + "".join(f"  {key:{width}} = {fields[key]},\n" for key in fields) + "}\n"


def _authors(report: Report) -> str:
    """Return the people, else the team, else the organizations; in braces what is not the name of one person."""
    if len(report.authors) > 1:
        return " and ".join(map(escape_latex, report.authors))
    return " and ".join(f"{{{escape_latex(name)}}}" for name in report.authors or report.organizations)


def _key(report_id: str) -> str:
    """Return an id as a key; characters that would end one, as in the name of an odd file, become their number."""
    return re.sub(r"[^\w.:+/-]", lambda match: f"_{ord(match[0]):x}_", report_id)


def escape_latex(text: str) -> str:
    """Return a text in which no character means anything to TeX, but for simple formulas such as ``$\\pi_0$``."""
    texts_and_formulas = _MATH.split(escape_controls(text))
    texts_and_formulas[::2] = ("".join(_SPECIAL.get(char, char) for char in part) for part in texts_and_formulas[::2])
    return "".join(texts_and_formulas)


def _escape_address(address: str) -> str:
    """Return an address in which the characters that would end a field are percent-encoded."""
    return escape_controls(address).translate({ord(char): f"%{ord(char):02X}" for char in '{}\\" '})
