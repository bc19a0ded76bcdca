"""The metadata of one paper from arXiv's public API.

The API is described at https://info.arxiv.org/help/api/user-manual.html.
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

from reportcli.curate.web import PATIENT, Patience, fetch, quoted, server_address
from reportcli.errors import PaperNotFound, ServerUnavailable, UsageError
from reportcli.query.names import parse_arxiv_number

API_VARIABLE = "REPORTCLI_ARXIV_API"
_API = "https://export.arxiv.org/api/query"
_ATOM = "{http://www.w3.org/2005/Atom}"
_WRONG_NUMBER = 400  # a status whose body says what is wrong, as an answer does
_ARXIV = "{http://arxiv.org/schemas/atom}"


class Paper(NamedTuple):
    """The metadata of one version of a paper: the one that was asked for, or else the latest."""

    number: str
    version: int
    title: str
    abstract: str
    published: date  # of the first version
    updated: date  # of this version
    chosen: bool = False  # whether this version was asked for
    subject_class: str | None = None  # the primary one, such as cs.CL


def fetch_paper(text: str, patience: Patience = PATIENT, waiting: Callable[[float], None] = lambda _: None) -> Paper:
    """Return the metadata of a paper, by its arXiv number or a URL, with or without a version.

    ``waiting`` is called with the seconds before each further request. Raises UsageError, PaperNotFound or
    ServerUnavailable.
    """
    parsed = parse_arxiv_number(text)
    if parsed is None:
        raise UsageError(f"{text!r} is not an arXiv ID", "write 2505.09388, arXiv:2505.09388v2 or a URL")
    number, version = parsed
    url = f"{server_address(API_VARIABLE, _API)}?{urlencode({'id_list': number + version, 'max_results': 1})}"
    reply = fetch(url, "application/atom+xml", _unavailable, patience, waiting)
    if reply.status not in (200, _WRONG_NUMBER):
        raise _unavailable(f"{urlsplit(url).hostname} answered {reply.status} {reply.reason}")
    return _paper(number, version, reply.body)


def _unavailable(
    problem: str, hint: str = "try again later, or run `reportcli add` without --arxiv"
) -> ServerUnavailable:
    return ServerUnavailable("query arXiv", problem, hint)


def _paper(number: str, version: str, body: bytes) -> Paper:
    """Read an Atom feed with one entry, which may describe an error. Raises PaperNotFound or ServerUnavailable."""
    entry = _feed(body).find(f"{_ATOM}entry")
    if entry is None:
        raise PaperNotFound(number + version)
    texts = {tag: " ".join((entry.findtext(_ATOM + tag) or "").split()) for tag in _TAGS}
    if "/api/errors" in texts["id"]:
        raise PaperNotFound(number + version, quoted(texts["summary"]))
    answered = parse_arxiv_number(texts["id"])
    if answered is None or answered[0] != number or version not in ("", answered[1]):
        raise _unavailable(f"it answered with {quoted(texts['id']) or 'something'} instead of {number}{version}")
    if not texts["title"]:
        raise PaperNotFound(number + version)
    try:
        published, updated = (date.fromisoformat(texts[tag][:10]) for tag in ("published", "updated"))
    except ValueError as error:
        raise _unavailable("the answer has no dates") from error
    actual_version, category = int(answered[1][1:] or 1), entry.find(f"{_ARXIV}primary_category")
    subject_class = category.get("term") if category is not None else None
    about = (texts["title"], texts["summary"], published, updated)
    return Paper(number, actual_version, *about, chosen=bool(version), subject_class=subject_class)


_TAGS = ("id", "title", "summary", "published", "updated")


def _feed(body: bytes) -> ElementTree.Element:
    """Parse Atom. A document type is refused: it could declare entities that read files or grow without end."""
    try:
        text = body.decode("utf-8-sig")
        feed = ElementTree.fromstring(text) if "<!DOCTYPE" not in text else None
    except (UnicodeDecodeError, ElementTree.ParseError):
        feed = None
    if feed is None or feed.tag != f"{_ATOM}feed":
        beginning = " ".join(body[:60].decode("utf-8", "replace").split())
        raise _unavailable(f"the answer is not Atom; it begins with {beginning!r}")
    return feed
