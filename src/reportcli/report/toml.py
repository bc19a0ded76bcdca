"""A Report → canonical TOML text. It writes no files."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from reportcli.report.fields import Report


class _Grouped(int):
    """A whole number that tomli-w, which writes ``str(number)``, writes in groups of three digits."""

    def __str__(self) -> str:
        return f"{int(self):_d}" if abs(int(self)) >= 10_000 else f"{int(self):d}"


def to_toml(report: Report, under_id: bool = False) -> str:
    """Return a report as TOML: keys in the order of the fields, unknown ones left out, whole numbers grouped by ``_``.

    With ``under_id`` everything is in a table named after the id, so that several reports fit in one file.
    """
    values = _stated_values(report)
    del values["id"]
    root = f'"{_escape(report.id)}"' if under_id else ""
    return "\n".join(_table_texts(root, values, f"[{root}]" if root else ""))


def _table_texts(path: str, values: Mapping[str, Any], header: str) -> Iterator[str]:
    """Yield the text of a table, and then those of the tables in it, one after another."""
    inner = {key: value for key, value in values.items() if _is_table(value)}
    lines = [to_toml_line(key, value) for key, value in values.items() if key not in inner]
    if lines or header.startswith("[["):  # an item of an array is one even without values
        yield "".join((f"{header}\n" if header else "", *lines))
    for key, value in inner.items():
        inner_path = f"{path}.{key}" if path else key
        if isinstance(value, tuple):
            for item in value:
                yield from _table_texts(inner_path, _stated_values(item), f"[[{inner_path}]]")
        else:
            table = value if isinstance(value, Mapping) else _stated_values(value)
            yield from _table_texts(inner_path, table, f"[{inner_path}]")


def _escape(key: str) -> str:
    return key.replace("\\", "\\\\").replace('"', '\\"')


def _stated_values(part: Any) -> dict[str, Any]:
    """Return the values to write of a report or a part of it: nothing unknown, an empty list only where required."""
    values = ((declared, getattr(part, declared.name)) for declared in fields(part))
    return {
        declared.name: value
        for declared, value in values
        if value is not None and (value != () or declared.default != ())
    }


def _is_table(value: Any) -> bool:
    """Return whether a value is written as a table, or as an array of tables."""
    item = value[0] if isinstance(value, tuple) and value else value
    return hasattr(item, "__dataclass_fields__") or isinstance(item, Mapping)


def to_toml_line(key: str, value: Any) -> str:
    """Return one key with its value as TOML, whole numbers grouped; a list may take several lines."""
    import tomli_w

    return tomli_w.dumps({key: _to_tomli_w(value)})


def _to_tomli_w(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _Grouped(value)
    return 0 if isinstance(value, float) and not value else value  # 0 as a decimal says that there is none
