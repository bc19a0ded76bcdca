"""A report as canonical TOML text, and where a key stands in a text. Knows the list of fields, no files."""

import re
from dataclasses import fields
from typing import Any

from reportcli.report import Report

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_.-]+)\s*=""")


class _Grouped(int):
    """A whole number that tomli-w, which writes ``str(number)``, sets in groups of three digits."""

    def __str__(self) -> str:
        return f"{int(self):_d}" if abs(int(self)) >= 10_000 else f"{int(self):d}"


def to_toml(report: Report) -> str:
    """Write a report as TOML: keys in the order of the fields, nothing unknown, whole numbers grouped by ``_``."""
    values = {declared.name: getattr(report, declared.name) for declared in fields(report) if declared.name != "id"}
    parts = [_table("", {key: value for key, value in values.items() if not _is_table(value)})]
    for key, value in values.items():
        if isinstance(value, tuple) and _is_table(value):
            parts += [_table(f"[[{key}]]", _known(item)) for item in value]
        elif _is_table(value):
            parts.append(_table(f"[{key}]", value if key in ("sources", "confidence") else _known(value)))
    return "\n".join(part for part in parts if part)


def _is_table(value: Any) -> bool:
    one = value[0] if isinstance(value, tuple) and value else value
    return hasattr(one, "__dataclass_fields__") or hasattr(one, "keys")


def _known(value: Any) -> dict[str, Any]:
    return {declared.name: getattr(value, declared.name) for declared in fields(value)}


def _table(header: str, values: Any) -> str:
    import tomli_w

    known = {key: _plain(value) for key, value in values.items() if value is not None and value != ()}
    if not known:
        return ""
    return (header + "\n" if header else "") + tomli_w.dumps(known)


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
    path = re.sub(r"\[(\d+)\]", r".\1", key).split(".")
    table: list[str] = []
    seen: dict[str, int] = {}
    best, depth = 0, 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            name = header[2]
            seen[name] = seen.get(name, -1) + 1
            table = [name, str(seen[name])] if header[1] == "[[" else [name]
            here = table
        elif found := _KEY.match(line):
            here = [*table, found[1].strip("\"'")]
        else:
            continue
        common = _common(here, path)
        if common == len(here) and common > depth:
            best, depth = number, common
    return best


def _common(here: list[str], path: list[str]) -> int:
    joined = ".".join(path)
    return len(here) if joined == ".".join(here) or joined.startswith(".".join(here) + ".") else 0
