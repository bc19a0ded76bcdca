"""A report as canonical TOML text, and where a key stands in a text. Knows the list of fields, no files."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from reportcli.report.fields import Report


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
    above = f'"{_escaped(report.id)}"' if under_id else ""
    inside = f"{above}." if above else ""
    parts = [_table(f"[{above}]" if above else "", {key: one for key, one in known.items() if not _is_table(one)})]
    for key, value in known.items():
        if isinstance(value, tuple) and _is_table(value):
            parts += [_table(f"[[{inside}{key}]]", _known(item)) for item in value]
        elif _is_table(value):
            parts.append(_table(f"[{inside}{key}]", value if isinstance(value, Mapping) else _known(value)))
    return "\n".join(part for part in parts if part)


def _escaped(id: str) -> str:
    return id.replace("\\", "\\\\").replace('"', '\\"')


def _known(value: Any) -> dict[str, Any]:
    """Return what is to be written of a part of a report: nothing unknown, and an empty list only where required."""
    values = ((declared, getattr(value, declared.name)) for declared in fields(value))
    return {declared.name: one for declared, one in values if one is not None and (one != () or declared.default != ())}


def _is_table(value: Any) -> bool:
    one = value[0] if isinstance(value, tuple) and value else value
    return hasattr(one, "__dataclass_fields__") or isinstance(one, Mapping)


def _table(header: str, values: Mapping[str, Any]) -> str:
    if not values:
        return ""
    return (header + "\n" if header else "") + "".join(to_toml_line(key, value) for key, value in values.items())


def to_toml_line(key: str, value: Any) -> str:
    """Write one key with its value as TOML, whole numbers grouped; a list may take several lines."""
    import tomli_w

    return tomli_w.dumps({key: _plain(value)})


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _Grouped(value)
    return value
