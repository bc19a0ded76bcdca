"""One paper's metadata from a server of our own on this machine: right answers, wrong ones, slow and hostile ones."""

import datetime
import socketserver
import threading
from collections.abc import Callable, Iterator

import pytest

from reportcli.curate.arxiv import API_VARIABLE, Paper, fetch_paper
from reportcli.curate.web import Patience
from reportcli.errors import PaperNotFound, ReportcliError, ServerUnavailable, UsageError
from servers import Asked, Server, redirects, says, serving

QUICK = Patience(read=0.3, total=1.5, pause=0.01, attempts=3)
FEED = """\
<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" \
xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/2Vq0xbKfO3yJmS9w4nTzLkE1oYc</id>
  <title>arXiv Query: search_query=&amp;id_list=2505.09388&amp;start=0&amp;max_results=1</title>
  <updated>2025-11-24T00:00:00Z</updated>
  <link href="https://arxiv.org/api/query?search_query=&amp;id_list=2505.09388" type="application/atom+xml"/>
  <opensearch:itemsPerPage>1</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
{entry}</feed>
"""
ENTRY = """\
  <entry>
    <id>http://arxiv.org/abs/2505.09388v2</id>
    <title>A Tall
  Tale &amp; Its Technical Report</title>
    <updated>2025-06-01T08:15:00Z</updated>
    <link href="https://arxiv.org/abs/2505.09388v2" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/2505.09388v2" rel="related" type="application/pdf" title="pdf"/>
    <summary>  We tell a tale of 235B parameters,
  and of naïve baselines (pass@1 &lt; 3%). It ends well.
</summary>
    <category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
    <published>2025-05-14T13:41:34Z</published>
    <arxiv:comment>42 pages</arxiv:comment>
    <arxiv:primary_category term="cs.CL"/>
    <author><name>A. Teller</name><arxiv:affiliation>Nowhere</arxiv:affiliation></author>
  </entry>
"""
ERROR = """\
  <entry>
    <id>https://arxiv.org/api/errors#incorrect_id_format_for_2599.99999</id>
    <title>Error</title>
    <updated>2025-11-24T00:00:00Z</updated>
    <link href="https://arxiv.org/api/errors#incorrect_id_format_for_2599.99999" rel="alternate"/>
    <summary>incorrect id format for 2599.99999</summary>
    <author><name>arXiv api core</name></author>
  </entry>
"""
ANSWER = FEED.format(total=1, entry=ENTRY)
TALE = Paper(
    "2505.09388", 2, "A Tall Tale & Its Technical Report",
    "We tell a tale of 235B parameters, and of naïve baselines (pass@1 < 3%). It ends well.",
    datetime.date(2025, 5, 14), datetime.date(2025, 6, 1), subject_class="cs.CL",
)  # fmt: skip


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serving() as running:
        monkeypatch.setenv(API_VARIABLE, f"{running.address}/api/query")
        monkeypatch.setenv("no_proxy", "*")
        yield running


def failure(text: str = "2505.09388", patience: Patience = QUICK) -> ReportcliError:
    with pytest.raises(ReportcliError) as caught:
        fetch_paper(text, patience)
    return caught.value


# What arXiv says.


@pytest.mark.parametrize(
    ("text", "asked_for"),
    [
        ("2505.09388", "2505.09388"),
        (" arXiv:2505.09388v2 ", "2505.09388v2"),
        ("https://arxiv.org/abs/2505.09388", "2505.09388"),
        ("https://arxiv.org/pdf/2505.09388v2.pdf", "2505.09388v2"),
    ],
)
def test_a_paper_is_found_by_number_or_address(server: Server, text: str, asked_for: str) -> None:
    server.answers = [says(ANSWER)]
    assert fetch_paper(text, QUICK) == TALE._replace(chosen="v2" in text)
    ((path, headers),) = server.asked
    assert path == f"/api/query?id_list={asked_for}&max_results=1"
    assert headers["User-Agent"].startswith("reportcli/")
    assert "Cookie" not in headers


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\xef\xbb\xbf" + ANSWER.encode(), id="byte order mark"),
        pytest.param(ANSWER.replace("'UTF-8'", "'latin-1'"), id="wrong name of the encoding"),
        pytest.param(ANSWER.replace("http://arxiv.org/abs", "https://arxiv.org/abs"), id="https in the id"),
        pytest.param(ANSWER.replace("  We", "<!-- note --><![CDATA[  We]]>"), id="comment and CDATA"),
    ],
)
def test_other_ways_to_write_the_same_answer(server: Server, body: str | bytes) -> None:
    server.answers = [says(body)]
    assert fetch_paper("2505.09388", QUICK) == TALE


def test_an_answer_in_chunks_is_put_together(server: Server) -> None:
    def in_chunks(asked: Asked) -> None:
        asked.protocol_version = "HTTP/1.1"
        asked.send_response(200)
        asked.send_header("Transfer-Encoding", "chunked")
        asked.end_headers()
        data = ANSWER.encode()
        for start in range(0, len(data), 100):
            piece = data[start : start + 100]
            asked.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        asked.wfile.write(b"0\r\n\r\n")

    server.answers = [in_chunks]
    assert fetch_paper("2505.09388", QUICK) == TALE


@pytest.mark.parametrize(
    "text", ["Qwen3", "", "2505", "hep-th/9901001", "https://example.org/abs/2505.09388", "2505.09388,2505.09389"]
)
def test_what_is_no_number_is_not_asked(server: Server, text: str) -> None:
    error = failure(text)
    assert isinstance(error, UsageError)
    assert error.hint == "write 2505.09388, arXiv:2505.09388v2 or a URL"
    assert server.asked == []


@pytest.mark.parametrize("status", [200, 400])
def test_an_error_of_arxiv_says_why_there_is_no_paper(server: Server, status: int) -> None:
    server.answers = [says(FEED.format(total=1, entry=ERROR), status)]
    error = failure("2599.99999v1")
    assert isinstance(error, PaperNotFound)
    assert error.message == "no arXiv paper 2599.99999v1: incorrect id format for 2599.99999"
    assert error.exit_code == 2


@pytest.mark.parametrize("entry", ["", "  <entry><id>http://arxiv.org/abs/2505.09388v1</id></entry>\n"])
def test_no_entry_or_an_empty_one_is_no_paper(server: Server, entry: str) -> None:
    server.answers = [says(FEED.format(total=0, entry=entry))]
    error = failure()
    assert isinstance(error, PaperNotFound)
    assert error.message == "no arXiv paper 2505.09388"


@pytest.mark.parametrize("text", ["2505.09388v1", "2505.09389"])
def test_another_paper_than_the_one_asked_for_is_refused(server: Server, text: str) -> None:
    server.answers = [says(ANSWER)]
    expected = f"cannot query arXiv: it answered with http://arxiv.org/abs/2505.09388v2 instead of {text}"
    assert failure(text).message == expected


# A network that fails.


@pytest.mark.parametrize("status", [404, 403, 500, 502])
def test_an_error_of_the_server_is_said(server: Server, status: int) -> None:
    server.answers = [says("<html>no</html>", status)]
    error = failure()
    assert isinstance(error, ServerUnavailable)
    assert error.message.startswith(f"cannot query arXiv: 127.0.0.1 answered {status} ")
    assert error.exit_code == 3
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [503, 429])
def test_a_busy_server_is_asked_again(server: Server, status: int) -> None:
    server.answers = [says("Rate exceeded.", status), says("", status, Retry_After="0"), says(ANSWER)]
    waits: list[float] = []
    assert fetch_paper("2505.09388", QUICK, waits.append) == TALE
    assert waits == [0.01, 0.02]


def test_a_server_that_stays_busy_is_left_alone(server: Server) -> None:
    server.answers = [says("", 503)]
    error = failure()
    assert error.message == "cannot query arXiv: the server is too busy"
    assert error.hint == "try again in 60 seconds"
    assert len(server.asked) == QUICK.attempts


def test_a_pause_may_be_seconds_a_date_or_nonsense(server: Server) -> None:
    in_a_minute = "try again in 60 seconds"
    for pause, hint, requests in (
        ("3600", "try again in 3600 seconds", 1),
        ("9" * 30, "try again later", 1),
        ("Wed, 21 Oct 2015 07:28:00 GMT", in_a_minute, 3),
        ("Wed, 21 Oct 2065 07:28:00 GMT", "try again later", 1),
        *((nonsense, in_a_minute, 3) for nonsense in ("soon", "-5", "")),
    ):
        server.asked.clear()
        server.answers = [says("", 429, Retry_After=pause)]
        error = failure()
        assert error.message == "cannot query arXiv: the server is too busy"
        assert (error.hint or "").startswith(hint)
        assert len(server.asked) == requests


def test_without_a_network_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as unused:
        port = unused.server_address[1]
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv(API_VARIABLE, f"http://127.0.0.1:{port}/api/query")
    error = failure()
    assert error.message == "cannot query arXiv: no connection (Connection refused)"
    assert error.hint == "check your connection"


def test_a_host_that_is_not_found_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv(API_VARIABLE, "http://no-such-host.invalid/api/query")
    error = failure(patience=Patience())
    assert error.message == "cannot query arXiv: could not resolve the host"


@pytest.mark.parametrize(
    "api", ["file:///etc/passwd", "ftp://127.0.0.1/", "data:text/plain,x", "arxiv", "http://", "http://[", "-"]
)
def test_an_api_that_is_not_on_the_web_is_refused(monkeypatch: pytest.MonkeyPatch, api: str) -> None:
    monkeypatch.setenv(API_VARIABLE, api)
    error = failure()
    assert isinstance(error, UsageError)
    assert error.message == f"{API_VARIABLE} is not a URL on the web: {api}"


# Servers that mean ill.


def drips(before: bytes, drop: bytes) -> Callable[[Asked], None]:
    """Answer letter by letter, each well within the time for one, without end."""

    def answer(asked: Asked) -> None:
        asked.wfile.write(before)
        while not asked.server.over.wait(0.05):  # type: ignore[attr-defined]
            asked.wfile.write(drop)
            asked.wfile.flush()

    return answer


@pytest.mark.parametrize(
    ("before", "drop"),
    [
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\n<feed>", b" ", id="body"),
        pytest.param(b"HTTP/1.0 200 OK\r\nContent-Length: 5000\r\n\r\n", b" ", id="body of a known length"),
        pytest.param(b"HTTP/1.0 200 OK\r\nX: ", b"x", id="headers"),
        pytest.param(b"", b"H", id="status"),
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\n", b"", id="silence"),
    ],
)
def test_an_answer_that_never_ends_is_given_up(server: Server, before: bytes, drop: bytes) -> None:
    server.over = threading.Event()  # type: ignore[attr-defined]
    server.answers = [drips(before, drop)]
    try:
        assert failure(patience=QUICK._replace(total=0.3)).message == "cannot query arXiv: no answer in time"
    finally:
        server.over.set()  # type: ignore[attr-defined]


def test_an_endless_answer_is_cut_at_its_limit(server: Server) -> None:
    def floods(asked: Asked) -> None:
        asked.send_response(200)
        asked.end_headers()
        while True:
            asked.wfile.write(b" " * 65536)

    server.answers = [floods]
    assert failure(patience=Patience()).message == "cannot query arXiv: the answer is longer than 1,000,000 bytes"


NOT_ATOM = [
    pytest.param(b"", "''", id="empty"),
    pytest.param(b"Rate exceeded.", "'Rate exceeded.'", id="plain text"),
    pytest.param(b"<!DOCTYPE html><title>Log in</title>", "'<!DOCTYPE html><title>Log in</title>'", id="page"),
    pytest.param(b"<feed><entry/></feed>", "'<feed><entry/></feed>'", id="not in the namespace of Atom"),
    pytest.param(ANSWER.encode()[:-200], "\"<?xml version='1.0' encoding='UTF-8'?> <feed xmlns:", id="half"),
    pytest.param(ANSWER.encode("utf-16"), "", id="UTF-16"),
    pytest.param(ANSWER.encode("latin-1"), "", id="Latin-1"),
    pytest.param(b"\x1f\x8b\x08\x00" + b"\x00" * 50, "", id="packed"),
    pytest.param(ANSWER.replace("&amp;", "&nbsp;").encode(), "", id="entity that nothing declares"),
    pytest.param(ANSWER.replace("Tale", "T\x00le").encode(), "", id="NUL"),
]


@pytest.mark.parametrize(("body", "beginning"), NOT_ATOM)
def test_what_is_not_atom_is_named_by_its_beginning(server: Server, body: bytes, beginning: str) -> None:
    server.answers = [says(body)]
    assert str(failure()).startswith(f"cannot query arXiv: the answer is not Atom; it begins with {beginning}")


BOMB = '<!DOCTYPE feed [<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{place} "{f"&a{place - 1};" * 10}">' for place in range(1, 12)
)
OUTSIDE = '<!DOCTYPE feed [<!ENTITY a11 SYSTEM "file:///etc/passwd">'
DTD = '<!DOCTYPE feed SYSTEM "http://127.0.0.1:1/evil.dtd" ['


@pytest.mark.parametrize("declared", [BOMB, OUTSIDE, DTD])
def test_an_answer_with_entities_is_never_expanded(server: Server, declared: str) -> None:
    server.answers = [says(ANSWER.replace("<feed", f"{declared}]><feed", 1).replace("We tell", "&a11;"))]
    assert "not Atom" in str(failure())
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param(says(ANSWER.replace("2025-05-14T13:41:34Z", "spring")), "the answer has no dates", id="no dates"),
        pytest.param(says(ANSWER, Content_Length="90000"), "the answer was cut off", id="cut off"),
        pytest.param(
            lambda asked: asked.wfile.write(b"220 mail.example.org ESMTP\r\n"),
            "the answer is not HTTP (220 mail.example.org ESMTP)", id="not HTTP",
        ),
        pytest.param(lambda _: None, "", id="an end at once"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_whole_is_refused(server: Server, answer: Callable[[Asked], None], message: str) -> None:
    server.answers = [answer]
    assert str(failure()).startswith(f"cannot query arXiv: {message}")


def test_a_deeply_nested_answer_is_survived(server: Server) -> None:
    server.answers = [says(FEED.format(total=1, entry="<a>" * 100_000 + "</a>" * 100_000))]
    assert failure().message == "no arXiv paper 2505.09388"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_the_same_host_is_followed(server: Server, status: int) -> None:
    server.answers = [redirects(f"http://127.0.0.1:{server.server_port}/elsewhere", status), says(ANSWER)]
    assert fetch_paper("2505.09388", QUICK) == TALE
    assert [path for path, _ in server.asked][1] == "/elsewhere"


@pytest.mark.parametrize(
    "to",
    ["file:///etc/passwd", "ftp://127.0.0.1/", "http://localhost:1/", "https://example.org/x", "data:,x", "http://["],
)
def test_a_redirect_elsewhere_is_refused(server: Server, to: str) -> None:
    server.answers = [redirects(to)]
    assert failure().message == f"cannot query arXiv: unexpected redirect to {to}"
    assert len(server.asked) == 1


def test_what_a_server_says_is_quoted_in_a_sentence(server: Server) -> None:
    server.answers = [redirects("https://example.org/" + "x" * 60_000)]
    assert len(str(failure())) < 300
    summary = "incorrect id format for 2599.99999"
    server.answers = [says(FEED.format(total=1, entry=ERROR.replace(summary, "y" * 60_000)))]
    assert len(str(failure("2599.99999"))) < 300


def test_a_system_that_starts_no_threads_is_said(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert failure().message == "cannot query arXiv: the system starts no more threads"
    assert server.asked == []


def test_a_circle_of_redirects_ends(server: Server) -> None:
    server.answers = [redirects(f"http://127.0.0.1:{server.server_port}/api/query")]
    assert str(failure()).startswith("cannot query arXiv: 127.0.0.1 answered 302 ")
    assert len(server.asked) <= 10
