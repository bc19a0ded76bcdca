"""One report's metadata from arXiv's public API: the only room that uses the network. It writes and decides nothing.

The API is described at https://info.arxiv.org/help/api/user-manual.html.
"""

import os
import socket
import time
from collections.abc import Callable
from datetime import date
from email.message import Message
from http.client import HTTPException, HTTPResponse
from threading import Thread
from typing import NamedTuple, TypeVar
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urljoin, urlsplit
from xml.etree import ElementTree

from reportcli.errors import ArxivUnavailable, PaperNotFound, UsageError
from reportcli.query.names import parse_arxiv_number

API_VARIABLE = "REPORTCLI_ARXIV_API"
_API = "https://export.arxiv.org/api/query"
_LARGEST = 1_000_000  # bytes; the answer for one paper has about 5,000
_ATOM = "{http://www.w3.org/2005/Atom}"
_BUSY = (429, 503)
_MOVED = (301, 302, 303, 307, 308)
_T = TypeVar("_T")


class Paper(NamedTuple):
    """What arXiv says of one version of a paper: the one that was asked for, or else the latest."""

    number: str
    version: int
    title: str
    abstract: str
    published: date  # of the first version
    updated: date  # of this version
    chosen: bool = False  # whether this version was asked for


class Patience(NamedTuple):
    """How long to wait, in seconds; arXiv asks for three seconds between requests."""

    read: float = 10  # without a byte
    total: float = 60  # for everything
    pause: float = 3  # before the second request; twice as long before each further one
    attempts: int = 4


PATIENT = Patience()


def fetch_paper(
    text: str, patience: Patience = PATIENT, waiting: Callable[[float], None] = lambda seconds: None
) -> Paper:
    """Ask arXiv about a paper: a number or an address, with or without a version.

    ``waiting`` is told the seconds before arXiv is asked again. Raises BadUse, NoPaper or NoArxiv.
    """
    wanted = parse_arxiv_number(text)
    if wanted is None:
        raise UsageError(f"{text!r} is not a number on arXiv", "write 2505.09388, arXiv:2505.09388v2 or an address")
    number, version = wanted
    api = os.environ.get(API_VARIABLE) or _API
    if not _is_web(api):
        raise UsageError(f"{API_VARIABLE} is not the address of an API: {api}", f"the usual one is {_API}")
    address = f"{api}?{urlencode({'id_list': number + version, 'max_results': 1})}"
    return _paper(number, version, _answer(address, patience, waiting))


def _answer(address: str, patience: Patience, waiting: Callable[[float], None]) -> bytes:
    """Return the body of the answer. A busy server is asked again, unless it wants more time than there is."""
    end, attempt = time.monotonic() + patience.total, 1
    while True:
        try:
            return _within(end - time.monotonic(), lambda: _body(address, patience.read))
        except HTTPError as error:
            if error.code not in _BUSY:
                raise ArxivUnavailable(f"{urlsplit(address).hostname} answers {error.code} {error.reason}") from error
            pause = max(patience.pause * 2 ** (attempt - 1), _asked_pause(error.headers))
        if attempt == patience.attempts or time.monotonic() + pause > end:
            raise ArxivUnavailable("it is too busy", f"try again in {max(60, round(pause))} seconds")
        waiting(pause)
        time.sleep(pause)
        attempt += 1


def _body(address: str, timeout: float, redirects: int = 5) -> bytes:
    from importlib.metadata import version

    agent = f"reportcli/{version('reportcli')} (catalogue of technical reports; one request a paper)"
    asking = request.Request(address, headers={"User-Agent": agent, "Accept": "application/atom+xml"})
    try:
        with _opener().open(asking, timeout=timeout) as response:
            return _read(response)
    except HTTPError as error:
        with error:
            if error.code == 400:  # a wrong number; the body says so
                return error.read(_LARGEST)
            if error.code not in _MOVED or not redirects:
                raise
            return _body(_followed(address, error.headers.get("Location", "")), timeout, redirects - 1)


def _followed(address: str, to: str) -> str:
    """Return where a redirect leads; it may lead only to the web, and to the host that was asked."""
    try:
        target = urljoin(address, to)
    except ValueError:
        target = ""
    if not _is_web(target) or urlsplit(target).hostname != urlsplit(address).hostname:
        raise ArxivUnavailable(f"unexpected redirect to {to}")
    return target


def _read(response: HTTPResponse) -> bytes:
    body = response.read(_LARGEST + 1)
    if len(body) > _LARGEST:
        raise ArxivUnavailable(f"its answer is longer than {_LARGEST:,} bytes")
    if response.length:  # bytes that were announced and did not come
        raise ArxivUnavailable("its answer was cut off")
    return body


def _opener() -> request.OpenerDirector:
    """Return an opener that knows the web alone: no files, no FTP, no data addresses, and follows no redirects."""
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler,
        request.UnknownHandler,
        request.HTTPHandler,
        request.HTTPSHandler,
        request.HTTPDefaultErrorHandler,
        request.HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    return opener


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _within(seconds: float, question: Callable[[], _T]) -> _T:
    """Return what a question gives; raises NoArxiv for the ways in which a network fails, and when time is up.

    A thread asks, since neither the search for a host nor headers that come letter by letter can be given a time.
    """
    given: list[_T] = []
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            given.append(question())
        except BaseException as error:
            failed.append(error)

    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(max(0, seconds))
    if given:
        return given[0]
    try:
        raise failed[0] if failed else TimeoutError
    except (HTTPError, ArxivUnavailable):
        raise
    except (OSError, HTTPException, ValueError) as error:
        raise ArxivUnavailable(*_explained(error)) from error


def _explained(error: Exception) -> tuple[str, ...]:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, socket.gaierror):
        return "could not resolve the host", "check your connection"
    if isinstance(reason, TimeoutError):
        return ("it did not answer in time",)
    if isinstance(reason, OSError) and reason.strerror:
        return f"no connection ({reason.strerror})", "check your connection"
    return (f"its answer is not HTTP ({str(reason).strip() or type(reason).__name__})",)


def _asked_pause(headers: Message) -> float:
    """Return the seconds that Retry-After asks for: a number of them, or a date."""
    from email.utils import parsedate_to_datetime

    wanted = (headers.get("Retry-After") or "0").strip()
    if wanted.isdecimal():
        return float(wanted[:9])
    try:
        return parsedate_to_datetime(wanted).timestamp() - time.time()
    except (ValueError, OverflowError):
        return 0


def _paper(number: str, version: str, body: bytes) -> Paper:
    """Read an Atom feed with one entry; an error is an entry too."""
    entry = _feed(body).find(f"{_ATOM}entry")
    if entry is None:
        raise PaperNotFound(number + version)
    said = {tag: " ".join((entry.findtext(_ATOM + tag) or "").split()) for tag in _SAID}
    if "/api/errors" in said["id"]:
        raise PaperNotFound(number + version, said["summary"])
    found = parse_arxiv_number(said["id"])
    if found is None or found[0] != number or version not in ("", found[1]):
        raise ArxivUnavailable(f"it answers with {said['id'] or 'something'} instead of {number}{version}")
    if not said["title"]:
        raise PaperNotFound(number + version)
    try:
        published, updated = (date.fromisoformat(said[tag][:10]) for tag in ("published", "updated"))
    except ValueError as error:
        raise ArxivUnavailable("its answer has no dates") from error
    return Paper(
        number, int(found[1][1:] or 1), said["title"], said["summary"], published, updated, chosen=bool(version)
    )


_SAID = ("id", "title", "summary", "published", "updated")


def _feed(body: bytes) -> ElementTree.Element:
    """Parse Atom. Entities, which can name files or grow without end, need a document type, and Atom has none."""
    try:
        text = body.decode("utf-8-sig")
        feed = ElementTree.fromstring(text) if "<!DOCTYPE" not in text else None
    except (UnicodeDecodeError, ElementTree.ParseError):
        feed = None
    if feed is None or feed.tag != f"{_ATOM}feed":
        beginning = " ".join(body[:60].decode("utf-8", "replace").split())
        raise ArxivUnavailable(f"its answer is not Atom, but begins with {beginning!r}")
    return feed
