"""What an import reads: files, folders and standard input → records, each with its place. It saves nothing."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from reportcli.catalog.files import error_reason, parse_toml, read_text
from reportcli.errors import EntryUnreadable, PathNotFound, UsageError
from reportcli.report.choices import ID_PATTERN
from reportcli.report.fields import DATE, FIELDS

JSON, TOML, CSV = "json", "toml", "csv"
KINDS = {".json": JSON, ".jsonl": JSON, ".ndjson": JSON, ".toml": TOML, ".csv": CSV, ".tsv": CSV}
MAX_SOURCE_BYTES = 1_000_000_000
_COMPUTED = ("derived", "score", "matches")


class Record(NamedTuple):
    """What a source says of one entry: its keys and values as in TOML, or why they cannot be read."""

    place: str  # where it stands: a line, or a record of a source
    values: Mapping[str, Any]
    id: str = ""  # "" follows from the name
    of_file: bool = False  # the id is only the name of the file, which may be any
    problem: str = ""
    rows: Sequence[Any] = ()  # as the source has it: objects of JSON, rows of a spreadsheet
    names: Mapping[str, str] = MappingProxyType({})  # what the source calls fields, by their paths
    share: float = 0.0  # of the source that is read by now


class Source(NamedTuple):
    """A file, or standard input: its name, its text, and the kind of text that it is."""

    name: str
    text: str
    kind: str


def read_source(name: str, kind: str | None, data: bytes | None = None) -> Source:
    """Read a file; ``data`` is what was read of standard input. Raises PathNotFound or UsageError."""
    try:
        if data is None:
            with open(name, "rb") as file:
                data = file.read(MAX_SOURCE_BYTES + 1)
        if len(data) > MAX_SOURCE_BYTES:
            raise UsageError(f"{name} is longer than {MAX_SOURCE_BYTES:,} bytes", "import it in parts")
        text = data.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise PathNotFound(name, "files in JSON, JSONL, TOML or CSV, folders, or - for standard input") from error
    except UnicodeDecodeError as error:
        line = 1 + error.object.count(b"\n", 0, error.start)
        raise UsageError(f"{name}:{line}: not UTF-8 text", "save it as UTF-8") from error
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error_reason(error)}") from error
    return Source(name, text, kind or KINDS.get(Path(name).suffix.lower()) or _guessed_kind(text))


def _guessed_kind(text: str) -> str:
    if re.match(r"\s*(\{|\[\s*[{\]])", text):
        return JSON
    line = next(filter(str.strip, text.splitlines()), "")
    return TOML if re.match(r"\s*(#|\[|[\w.\"'-]+\s*=)", line) else CSV


def records_of(source: Source) -> Iterator[Record]:
    """Yield the records of a source in JSON or TOML. Raises UsageError for what is neither as a whole."""
    return (_json_records if source.kind == JSON else _toml_records)(source)


def folder_records(folder: Path) -> Iterator[Record]:
    """Yield the entry of each TOML file in a folder, by the name of the file."""
    for path in sorted(folder.glob("*.toml")):
        try:
            yield Record(str(path), parse_toml(path, read_text(path)), path.name.removesuffix(".toml"))
        except EntryUnreadable as error:
            yield Record(str(path), {}, problem=f"line {error.line}: {error.problem}" if error.line else error.problem)


def _json_records(source: Source) -> Iterator[Record]:
    """Yield the objects of an array, or one after another, read one at a time."""
    decoder, text = json.JSONDecoder(), source.text
    position = _after_space(text, 0)
    in_array = text[position : position + 1] == "["
    position = _after_space(text, position + 1) if in_array else position
    count = 0
    while position < len(text) and not (in_array and text[position] == "]"):
        count += 1
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            place = f"{source.name}:{1 + text.count(chr(10), 0, position)}"
            if in_array or isinstance(error, RecursionError):
                raise UsageError(f"{place}: {_reason(error)}", "write an array, or an object a line") from error
            end = text.find("\n", position)
            yield Record(place, {}, problem=_reason(error), rows=[text[position:end].strip()])
            position = len(text) if end < 0 else end
        else:
            yield record_of(value, f"{source.name}: record {count}")._replace(share=position / len(text))
        position = _after_space(text, position)
        if in_array and text[position : position + 1] == ",":
            position = _after_space(text, position + 1)
    if in_array and position == len(text):
        raise UsageError(f"{source.name} ends within its array", "write it anew, whole")


def _reason(error: ValueError | RecursionError) -> str:
    return f"not JSON: {getattr(error, 'msg', 'nested too deeply')}"


def _after_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def record_of(value: Any, place: str) -> Record:
    """Return a JSON object, as ``-f json`` writes one, as a record: without computed keys and what is unknown."""
    if not isinstance(value, dict):
        return Record(place, {}, problem="not an object", rows=[value])
    values = {key: item for key, item in without_unknown(value).items() if key not in _COMPUTED}
    for field in FIELDS:
        if field.kind == DATE and isinstance(values.get(field.path), str):
            with suppress(ValueError):
                values[field.path] = date.fromisoformat(values[field.path])
    values.pop("reason", None)  # of a row that was refused before
    return Record(place, values, str(values.pop("id", "")), rows=[value])


def without_unknown(value: Any) -> Any:
    """Return a value without what stands for unknown: nulls, empty lists, empty tables."""
    if isinstance(value, Mapping):
        items = {key: without_unknown(item) for key, item in value.items()}
        return {key: item for key, item in items.items() if item is not None and item != [] and item != {}}
    return [without_unknown(item) for item in value if item is not None] if isinstance(value, list) else value


def _toml_records(source: Source) -> Iterator[Record]:
    """Yield the entry of a file, or every table of one in which each report stands under its id."""
    try:
        table = parse_toml(source.name, source.text)
    except EntryUnreadable as error:
        raise UsageError(error.message) from error
    if "name" in table or not all(isinstance(value, dict) for value in table.values()):
        stem = Path(source.name).name.removesuffix(".toml")
        entry_id = stem if re.fullmatch(ID_PATTERN, stem) and source.name != "-" else ""
        yield Record(source.name, table, entry_id, of_file=bool(entry_id))
        return
    for entry_id, values in table.items():
        yield Record(f"{source.name}: [{entry_id}]", values, entry_id)
