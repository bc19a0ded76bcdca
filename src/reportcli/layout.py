"""A report as canonical TOML text, and where a key stands in a text. Knows the list of fields, no files."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from reportcli.report import Report

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_.-]+)\s*=""")


_QUOTES = "\"'"
_LONG_QUOTES = ('"""', "'''")
_LEXEME = re.compile(r"""\"{3}|'{3}|\\.|"(?:\\.|[^"\\])*"|'[^']*'|\[|\]|#""")


class _Grouped(int):
    """A whole number that tomli-w, which writes ``str(number)``, sets in groups of three digits."""

    def __str__(self) -> str:
        return f"{int(self):_d}" if abs(int(self)) >= 10_000 else f"{int(self):d}"


def to_toml(report: Report, under_id: bool = False) -> str:
    """Write a report as TOML: keys in the order of the fields, nothing unknown, whole numbers grouped by ``_``.

    Under its id, it is a table beside which others may stand.
    """
    known = _known(report)
    del known["id"]
    above = f'"{report.id}"' if under_id else ""
    inside = f"{above}." if above else ""
    parts = [_table(f"[{above}]" if above else "", {key: one for key, one in known.items() if not _is_table(one)})]
    for key, value in known.items():
        if isinstance(value, tuple) and _is_table(value):
            parts += [_table(f"[[{inside}{key}]]", _known(item)) for item in value]
        elif _is_table(value):
            parts.append(_table(f"[{inside}{key}]", value if isinstance(value, Mapping) else _known(value)))
    return "\n".join(part for part in parts if part)


def _known(value: Any) -> dict[str, Any]:
    """Return what is to be written of a part of a report: nothing unknown, and an empty list only where required."""
    values = ((declared, getattr(value, declared.name)) for declared in fields(value))
    return {declared.name: one for declared, one in values if one is not None and (one != () or declared.default != ())}


def _is_table(value: Any) -> bool:
    one = value[0] if isinstance(value, tuple) and value else value
    return hasattr(one, "__dataclass_fields__") or isinstance(one, Mapping)


def _table(header: str, values: Mapping[str, Any]) -> str:
    import tomli_w

    if not values:
        return ""
    return (header + "\n" if header else "") + tomli_w.dumps({key: _plain(value) for key, value in values.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _Grouped(value)
    return value


def line_of(text: str, key: str) -> int:
    """Return the line where a dotted key stands (``models[2].tokens``), else of the table it belongs in, else 0.

    Lines are counted from 1.
    """
    wanted = re.sub(r"\[(\d+)\]", r".\1", key) + "."
    table, seen = "", dict[str, int]()
    best, depth = 0, 0
    for number, line in _statements(text):
        here = ""
        if header := _HEADER.match(line):
            name = re.sub(r"\s*\.\s*|[\"']", lambda found: found[0].strip("\"'\t "), header[2])
            seen[name] = seen.get(name, -1) + 1
            table = f"{name}.{seen[name]}." if header[1] == "[[" else f"{name}."
            here = table if wanted.startswith(table) or not wanted.startswith(f"{name}.") else f"{name}."
            if header[1] == "[[" and wanted != f"{name}." and not wanted.startswith(table):
                continue
        elif found := _KEY.match(line):
            here = f"{table}{found[1].strip(_QUOTES)}."
        if here and wanted.startswith(here) and len(here) > depth:
            best, depth = number, len(here)
    return best


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the first line of each statement with its number: what a text or a list goes on over is left out."""
    ending, brackets = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        if not (ending or brackets):
            yield number, line
            if _HEADER.match(line):
                continue
        for piece in _LEXEME.findall(line):
            if ending:
                ending = "" if piece == ending else ending
            elif piece in _LONG_QUOTES:
                ending = piece
            elif piece == "#":
                break
            elif piece in "[]":
                brackets += 1 if piece == "[" else -1
