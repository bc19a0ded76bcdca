"""A server of our own on this machine: it notes what it is asked, and answers as a test says."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Asked(BaseHTTPRequestHandler):
    """One request: it is noted, and answered as the server's next answer says."""

    server: "Server"

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        answers = self.server.answers
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """A server on this machine with a list of answers; the last one is given for ever."""

    daemon_threads = True
    answers: list[Callable[[Asked], None]]
    asked: list[tuple[str, dict[str, str]]]

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that leaves early is what some tests are about

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Asked) as running:
        running.answers, running.asked = [], []
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def says(body: str | bytes, status: int = 200, **headers: str) -> Callable[[Asked], None]:
    data = body.encode() if isinstance(body, str) else body

    def answer(asked: Asked) -> None:
        asked.send_response(status)
        for name, value in {"Content_Length": str(len(data)), **headers}.items():
            asked.send_header(name.replace("_", "-"), value)
        asked.end_headers()
        asked.wfile.write(data)

    return answer


def redirects(to: str, status: int = 302) -> Callable[[Asked], None]:
    return says("", status, Location=to)
