"""The records that an import refused, in a file beside their source, to be corrected and imported again."""

import csv
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from reportcli.answer.imported import Outcome
from reportcli.catalog.files import error_reason
from reportcli.curate.records import CSV, Source

REASON = "reason"  # the column, or key, that says why a record was refused


def write_refused(sources: Sequence[Source | Path], refused: Sequence[Outcome]) -> tuple[str, ...]:
    """Write what was refused of each source into a file beside it; return where, as sentences.

    A spreadsheet gives a spreadsheet, other sources an object of JSON a line, each with its reason. Of standard input
    the file is in the current folder; entries in TOML stay where they are.
    """
    notes = []
    for source in sources:
        if not isinstance(source, Source):
            continue
        rows = [_with_reason(row, each.reason) for each in refused if _is_of(each, source) for row in each.rows]
        if rows:
            text = _csv_text(rows) if source.kind == CSV else "".join(_json_lines(rows))
            notes.append(_write_beside(source, text, len(rows)))
    return tuple(notes)


def _is_of(outcome: Outcome, source: Source) -> bool:
    return outcome.place.startswith(f"{source.name}:")


def _with_reason(row: Any, reason: str) -> Mapping[str, Any]:
    return {**(row if isinstance(row, Mapping) else {"record": row}), REASON: reason}


def _csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _json_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    return (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _write_beside(source: Source, text: str, rows: int) -> str:
    """Write a file, never over one that holds anything else, and return a sentence that says where it is."""
    base = Path("import" if source.name == "-" else source.name).with_suffix("")
    suffix = ".csv" if source.kind == CSV else ".jsonl"
    names = (f"{base.name}.refused{'' if number == 1 else f'-{number}'}{suffix}" for number in count(1))
    data = text.encode(errors="backslashreplace")  # half a character becomes its escape in JSON
    path = next(path for path in map(base.with_name, names) if not os.path.lexists(path) or _holds(path, data))
    try:
        if not os.path.lexists(path):
            with open(path, "xb") as file:
                file.write(data)
    except OSError as error:
        return f"the {rows:,} refused records could not be saved to {path}: {error_reason(error)}"
    return f"the {rows:,} refused records are in {path}, with their reasons"


def _holds(path: Path, data: bytes) -> bool:
    """Return whether a file has exactly this content, so that an import that is repeated writes no other."""
    with suppress(OSError):
        return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data
    return False
