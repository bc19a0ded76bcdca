"""What an edit changed, as sentences: each field that is another now, with its value and the one before."""

import re
from datetime import date
from typing import Any

from reportcli.answer import record_paths
from reportcli.report.fields import Report
from reportcli.report.json import to_record

_MOST = 8  # fields that are named one by one
_LONGEST = 60  # characters of a value
_MISSING = ("", date.min.isoformat())  # what stands for required fields that an entry lacks


def changes(before: Report, after: Report) -> tuple[str, ...]:
    """Return a sentence for each field of an entry that changed: ``license: MIT (was Apache-2.0)``."""
    old, new = (_values(report) for report in (before, after))
    changed = [path for path in dict.fromkeys((*new, *old)) if old.get(path) != new.get(path)]
    more = len(changed) - _MOST
    sentences = [f"{_typed(path, after)}: {_change(old.get(path), new.get(path))}" for path in changed[:_MOST]]
    return (*sentences, *([f"and {more:,} more changed"] if more > 0 else []))


def _values(report: Report) -> dict[str, Any]:
    return {path: value for path, value in record_paths(to_record(report)) if value not in _MISSING}


def _typed(path: str, report: Report) -> str:
    """Return a path as ``--set`` takes it without quotes: a model by its name."""
    model = re.match(r"models\[(\d+)\]", path)
    if not model or int(model[1]) >= len(report.models):
        return path
    return f"models.{report.models[int(model[1])].name}{path[model.end() :]}"


def _change(old: Any, new: Any) -> str:
    if isinstance(old, list) and isinstance(new, list):
        parts = {
            "added": [item for item in new if item not in old],
            "removed": [item for item in old if item not in new],
        }
        return "; ".join(f"{word} {_described(items)}" for word, items in parts.items() if items) or "in another order"
    was = "" if old is None else f" (was {_described(old)})"
    return f"{'empty now' if new is None else _described(new)}{was}"


def _described(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    text = ", ".join(map(_quoted, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _quoted(item: Any) -> str:
    return f'"{item}"' if "," in str(item) else str(item)
