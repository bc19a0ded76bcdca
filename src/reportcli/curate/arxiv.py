"""The metadata of one paper from arXiv's public API: the only module that uses the network.

The API is described at https://info.arxiv.org/help/api/user-manual.html.
"""

import os
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date
from email.message import Message
from http.client import HTTPException, HTTPResponse
from threading import Thread
from typing import NamedTuple
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit
from xml.etree import ElementTree

from reportcli.errors import ArxivUnavailable, PaperNotFound, UsageError
from reportcli.query.names import parse_arxiv_number

API_VARIABLE = "REPORTCLI_ARXIV_API"
_API = "https://export.arxiv.org/api/query"
_MAX_BYTES = 1_000_000  # of an answer; that for one paper has about 5,000
_ATOM = "{http://www.w3.org/2005/Atom}"
_BUSY = (429, 503)
_MOVED = (301, 302, 303, 307, 308)
_HOUR = 3600  # seconds
_LONGEST_QUOTE = 150  # characters


class Paper(NamedTuple):
    """The metadata of one version of a paper: the one that was asked for, or else the latest."""

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


def fetch_paper(text: str, patience: Patience = PATIENT, waiting: Callable[[float], None] = lambda _: None) -> Paper:
    """Return the metadata of a paper, by its arXiv number or a URL, with or without a version.

    ``waiting`` is called with the seconds before each further request. Raises UsageError, PaperNotFound or
    ArxivUnavailable.
    """
    parsed = parse_arxiv_number(text)
    if parsed is None:
        raise UsageError(f"{text!r} is not an arXiv ID", "write 2505.09388, arXiv:2505.09388v2 or a URL")
    number, version = parsed
    api = os.environ.get(API_VARIABLE) or _API
    if not _is_web(api):
        raise UsageError(f"{API_VARIABLE} is not a URL on the web: {api}", f"the default is {_API}")
    url = f"{api}?{urlencode({'id_list': number + version, 'max_results': 1})}"
    return _paper(number, version, _request(url, patience, waiting))


def _request(url: str, patience: Patience, waiting: Callable[[float], None]) -> bytes:
    """Return the body of the answer. A busy server is asked again, unless it wants more time than there is."""
    end, attempt = time.monotonic() + patience.total, 1
    while True:
        try:
            return _in_time(end - time.monotonic(), lambda: _body(url, patience.read))
        except HTTPError as error:
            if error.code not in _BUSY:
                raise ArxivUnavailable(
                    f"{urlsplit(url).hostname} answered {error.code} {_quoted(str(error.reason))}"
                ) from error
            pause = max(patience.pause * 2 ** (attempt - 1), _retry_after(error.headers))
        if attempt == patience.attempts or time.monotonic() + pause > end:
            seconds = max(60, round(pause))
            raise ArxivUnavailable(
                "the server is too busy", f"try again {f'in {seconds} seconds' if seconds <= _HOUR else 'later'}"
            )
        waiting(pause)
        time.sleep(pause)
        attempt += 1


def _body(url: str, timeout: float, redirects: int = 5) -> bytes:
    from reportcli import __version__

    agent = f"reportcli/{__version__} (catalogue of technical reports; one request a paper)"
    question = request.Request(url, headers={"User-Agent": agent, "Accept": "application/atom+xml"})
    try:
        with _opener().open(question, timeout=timeout) as response:
            return _read(response)
    except HTTPError as error:
        with error:
            if error.code == 400:  # a wrong number; the body says so
                return error.read(_MAX_BYTES)
            if error.code not in _MOVED or not redirects:
                raise
            return _body(_redirect_target(url, error.headers.get("Location", "")), timeout, redirects - 1)


def _redirect_target(url: str, location: str) -> str:
    """Return where a redirect leads. Raises ArxivUnavailable unless that is on the host that was asked.

    What was asked under https is not asked in the clear.
    """
    try:
        target = urljoin(url, location)
    except ValueError:
        target = ""
    if not _is_web(target) or not _is_as_safe(urlsplit(target), urlsplit(url)):
        raise ArxivUnavailable(f"unexpected redirect to {_quoted(location)}")
    return target


def _quoted(text: str) -> str:
    """Return what a server says, cut where it is longer than a sentence."""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def _is_as_safe(target: SplitResult, asked: SplitResult) -> bool:
    return target.hostname == asked.hostname and target.scheme in ("https", asked.scheme)


def _read(response: HTTPResponse) -> bytes:
    body = response.read(_MAX_BYTES + 1)
    if len(body) > _MAX_BYTES:
        raise ArxivUnavailable(f"the answer is longer than {_MAX_BYTES:,} bytes")
    if response.length:  # bytes that were announced and did not come
        raise ArxivUnavailable("the answer was cut off")
    return body


def _opener() -> request.OpenerDirector:
    """Return an opener for HTTP and HTTPS alone: it opens no files, and follows no redirects."""
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


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _in_time(seconds: float, function: Callable[[], bytes]) -> bytes:
    """Return what a function returns; raise ArxivUnavailable when the network fails, or when time is up.

    The function runs in a thread, since neither the search for a host nor headers that come byte by byte have a
    timeout.
    """
    future = Future[bytes]()

    def run() -> None:
        try:
            future.set_result(function())
        except BaseException as error:
            future.set_exception(error)

    try:
        Thread(target=run, daemon=True).start()
    except RuntimeError as error:
        raise ArxivUnavailable("the system starts no more threads") from error
    try:
        return future.result(max(0, seconds))
    except HTTPError:
        raise
    except (OSError, HTTPException, ValueError) as error:
        raise ArxivUnavailable(*_explained(error)) from error


def _explained(error: Exception) -> tuple[str, ...]:
    """Return what went wrong, and a hint where there is one."""
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, socket.gaierror):
        return "could not resolve the host", "check your connection"
    if isinstance(reason, TimeoutError):
        return ("no answer in time",)
    if isinstance(reason, OSError) and reason.strerror:
        return f"no connection ({reason.strerror})", "check your connection"
    return (f"the answer is not HTTP ({str(reason).strip() or type(reason).__name__})",)


def _retry_after(headers: Message) -> float:
    """Return the seconds that Retry-After asks for, as a number or as a date; 0 where it asks for nothing."""
    from email.utils import parsedate_to_datetime

    value = (headers.get("Retry-After") or "0").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        return parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, OverflowError):
        return 0


def _paper(number: str, version: str, body: bytes) -> Paper:
    """Read an Atom feed with one entry, which may describe an error. Raises PaperNotFound or ArxivUnavailable."""
    entry = _feed(body).find(f"{_ATOM}entry")
    if entry is None:
        raise PaperNotFound(number + version)
    texts = {tag: " ".join((entry.findtext(_ATOM + tag) or "").split()) for tag in _TAGS}
    if "/api/errors" in texts["id"]:
        raise PaperNotFound(number + version, _quoted(texts["summary"]))
    answered = parse_arxiv_number(texts["id"])
    if answered is None or answered[0] != number or version not in ("", answered[1]):
        raise ArxivUnavailable(f"it answered with {_quoted(texts['id']) or 'something'} instead of {number}{version}")
    if not texts["title"]:
        raise PaperNotFound(number + version)
    try:
        published, updated = (date.fromisoformat(texts[tag][:10]) for tag in ("published", "updated"))
    except ValueError as error:
        raise ArxivUnavailable("the answer has no dates") from error
    actual_version = int(answered[1][1:] or 1)
    return Paper(number, actual_version, texts["title"], texts["summary"], published, updated, chosen=bool(version))


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
        raise ArxivUnavailable(f"the answer is not Atom; it begins with {beginning!r}")
    return feed
