"""One request to one server, bounded in time and size: the only module that uses the network."""

import os
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from email.message import Message
from http.client import HTTPException, HTTPResponse
from threading import Thread
from typing import NamedTuple
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urljoin, urlsplit

from reportcli.errors import ServerUnavailable, UsageError

_MAX_BYTES = 1_000_000  # of an answer
_LONGEST_QUOTE = 150  # characters
_HOUR = 3600  # seconds
_BUSY = (429, 503)
_MOVED = (301, 302, 303, 307, 308)


class Patience(NamedTuple):
    """How long to wait, in seconds; arXiv asks for three seconds between requests."""

    read: float = 10  # without a byte
    total: float = 60  # for everything
    pause: float = 3  # before the second request; twice as long before each further one
    attempts: int = 4


class Reply(NamedTuple):
    """What a server answered."""

    status: int  # 200, 404 …
    reason: str  # of the status, in words
    body: bytes
    retry_after: float = 0  # seconds, of a busy server


Failure = Callable[..., ServerUnavailable]  # makes the error of a problem, with or without a hint
PATIENT = Patience()


class _Failed(Exception):
    """There is no whole answer; the arguments are those of a ``Failure``."""


def fetch(
    url: str,
    media_type: str,
    failure: Failure,
    patience: Patience = PATIENT,
    waiting: Callable[[float], None] = lambda _: None,
) -> Reply:
    """Return what a server answers; a status such as 404 is an answer.

    A busy server is asked again, unless it wants more time than there is; ``waiting`` is called with the seconds before
    that. Raises what ``failure`` makes where there is no whole answer in time.
    """
    try:
        return _patient_reply(url, media_type, patience, waiting)
    except _Failed as error:
        raise failure(*error.args) from error.__cause__


def _patient_reply(url: str, media_type: str, patience: Patience, waiting: Callable[[float], None]) -> Reply:
    end, attempt = time.monotonic() + patience.total, 1
    while True:
        reply = _in_time(end - time.monotonic(), lambda: _reply(url, media_type, patience.read))
        if reply.status not in _BUSY:
            return reply
        pause = max(patience.pause * 2 ** (attempt - 1), reply.retry_after)
        if attempt == patience.attempts or time.monotonic() + pause > end:
            seconds = max(60, round(pause))
            when = f"in {seconds} seconds" if seconds <= _HOUR else "later"
            raise _Failed("the server is too busy", f"try again {when}")
        waiting(pause)
        time.sleep(pause)
        attempt += 1


def is_web(url: str) -> bool:
    """Return whether a text is an address of the web, with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def server_address(variable: str, default: str) -> str:
    """Return the address of a server: what an environment variable says, or else the default. Raises UsageError."""
    address = os.environ.get(variable) or default
    if not is_web(address):
        raise UsageError(f"{variable} is not a URL on the web: {address}", f"the default is {default}")
    return address


def quoted(text: str) -> str:
    """Return what a server says, cut where it is longer than a sentence."""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def _reply(url: str, media_type: str, timeout: float, redirects: int = 5) -> Reply:
    from reportcli import __version__

    agent = f"reportcli/{__version__} (catalogue of technical reports; one request at a time)"
    question = request.Request(url, headers={"User-Agent": agent, "Accept": media_type})
    try:
        with _opener().open(question, timeout=timeout) as response:
            return Reply(response.status, response.reason, _read(response))
    except HTTPError as error:
        with error:
            if error.code not in _MOVED or not redirects:
                return Reply(error.code, quoted(error.reason), error.read(_MAX_BYTES), _retry_after(error.headers))
            target = _redirect_target(url, error.headers.get("Location", ""))
            return _reply(target, media_type, timeout, redirects - 1)


def _redirect_target(url: str, location: str) -> str:
    """Return where a redirect leads; fail unless that is on the host that was asked, and no less safe."""
    try:
        target = urljoin(url, location)
    except ValueError:
        target = ""
    if not is_web(target) or not _is_as_safe(urlsplit(target), urlsplit(url)):
        raise _Failed(f"unexpected redirect to {quoted(location)}")
    return target


def _is_as_safe(target: SplitResult, asked: SplitResult) -> bool:
    """Return whether a target is on the same host; what was asked under https is not asked in the clear."""
    return target.hostname == asked.hostname and target.scheme in ("https", asked.scheme)


def _read(response: HTTPResponse) -> bytes:
    body = response.read(_MAX_BYTES + 1)
    if len(body) > _MAX_BYTES:
        raise _Failed(f"the answer is longer than {_MAX_BYTES:,} bytes")
    if response.length:  # bytes that were announced and did not come
        raise _Failed("the answer was cut off")
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


def _in_time(seconds: float, function: Callable[[], Reply]) -> Reply:
    """Return what a function returns; fail when the network does, or when time is up.

    The function runs in a thread, since neither the search for a host nor headers that come byte by byte have a
    timeout.
    """
    future = Future[Reply]()

    def run() -> None:
        try:
            future.set_result(function())
        except BaseException as error:
            future.set_exception(error)

    try:
        Thread(target=run, daemon=True).start()
    except RuntimeError as error:
        raise _Failed("the system starts no more threads") from error
    try:
        return future.result(max(0, seconds))
    except (OSError, HTTPException, ValueError) as error:
        raise _Failed(*_explained(error)) from error


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
