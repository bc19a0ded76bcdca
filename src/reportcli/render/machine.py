"""Answers for programs: one function a format. Stable, whole, without rich; each yields pieces of text."""

import json as _json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reportcli.answer import Answer
from reportcli.render.cells import is_shown, visible
from reportcli.report import record


class Format(NamedTuple):
    """A format: what writes it, given an answer and whether names stand above columns; the answers it can write."""

    write: Callable[[Any, bool | None], Iterator[str]]
    kinds: tuple[type, ...] = ()  # none: every answer


def tsv(answer: Answer, header: bool | None) -> Iterator[str]:
    """Yield one record a line, values between tabs; names above them only where asked for."""
    if header:
        yield "\t".join(map(_text, answer.header)) + "\n"
    for row in answer.rows():
        yield "\t".join(map(_text, row)) + "\n"


def csv(answer: Answer, header: bool | None) -> Iterator[str]:
    """Yield comma-separated values as RFC 4180 has them, under their names unless these are not wanted."""
    import csv
    import io

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if header is not False:
        writer.writerow(map(_text, answer.header))
    for row in answer.rows():
        writer.writerow(map(_text, row))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def json(answer: Answer, header: bool | None) -> Iterator[str]:
    """Yield one JSON array of whole records."""
    start = "["
    for one in answer.records():
        yield f"{start}\n{_dumped(one, indent=2)}"
        start = ","
    yield "[]\n" if start == "[" else "\n]\n"


def jsonl(answer: Answer, header: bool | None) -> Iterator[str]:
    """Yield one whole JSON record a line."""
    for one in answer.records():
        yield _dumped(one) + "\n"


def names(answer: Answer, header: bool | None) -> Iterator[str]:
    """Yield one id a line."""
    for id in answer.ids():
        yield visible(id) + "\n"


def _dumped(value: Any, indent: int | None = None) -> str:
    """Return JSON in which every letter that a terminal would obey is written as an escape."""
    text = _json.dumps(value, ensure_ascii=False, indent=indent)
    if text.replace("\n", "").isprintable():
        return text
    return "".join(one if is_shown(one) or one == "\n" else _json.dumps(one)[1:-1] for one in text)


def _text(value: Any) -> str:
    """Return a value on one line: "" unknown, yes or no, lists joined by a comma."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (tuple, list)):
        return ", ".join(filter(None, map(_text, value)))
    if isinstance(value, Mapping):
        return ", ".join(f"{visible(key)}: {_text(item)}" for key, item in value.items())
    return visible(str(record(value)))


FORMATS: Mapping[str, Format] = {
    "tsv": Format(tsv),
    "csv": Format(csv),
    "json": Format(json),
    "jsonl": Format(jsonl),
    "names": Format(names),
}


def offered(kinds: Sequence[type]) -> tuple[str, ...]:
    """Return the formats that one of these kinds of answers can be written in."""
    return tuple(name for name, format in FORMATS.items() if not format.kinds or set(format.kinds) & set(kinds))
